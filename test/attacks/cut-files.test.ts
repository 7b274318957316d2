import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, dependency } from 'trefoil'
import { sendFile, serve } from 'trefoil/node'
import { afterAll, expect, test } from 'vitest'
import { Lines, within } from '../findings/surfaces.ts'

const folder = mkdtempSync(join(tmpdir(), 'trefoil-cut-'))
const path = join(folder, 'a.bin')
writeFileSync(path, Buffer.alloc(100_000, 1))
afterAll(() => rmSync(folder, { recursive: true }))

test('a file whose call could not commit does not look complete', async () => {
  const app = createApp({
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger: new Lines().logger },
  })
  const broken = dependency(async function* () {
    yield 1
    await new Promise((resolve) => setTimeout(resolve, 50))
    throw new Error('the commit failed')
  })
  app.get('/x', { params: { broken } }, () => sendFile(path))
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
  try {
    const answer = await fetch(`${server.url}/x`)
    await expect(within(answer.arrayBuffer(), 'the end', 4000)).rejects.toThrow()
  } finally {
    await server.close()
  }
})
