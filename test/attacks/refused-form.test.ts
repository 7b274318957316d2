// A form of node's own that is refused before its end: what of it is still on its way to the reader
// must not end the process.
import process from 'node:process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createApp, file } from '../../packages/trefoil/src/index.ts'

const unhandled: unknown[] = []
const note = (error: unknown) => void unhandled.push(error)
beforeEach(() => void process.on('unhandledRejection', note))
afterEach(() => void process.off('unhandledRejection', note))

test.each(['too large', 'undeclared'])('a form with a part that is %s', async (kind) => {
  const app = createApp({ publicSurfaces: ['api', 'mcp', 'cli'], env: {} })
  app.post('/photos', { params: { photo: file() } }, () => 'kept')
  for (let round = 0; round < 20; round++) {
    const form = new FormData()
    const size = kind === 'too large' ? 3_000_000 : 300_000
    form.append(kind === 'too large' ? 'photo' : 'other', new Blob([new Uint8Array(size)]), 'a.bin')
    form.append('photo', new Blob(['x']), 'b.bin')
    const sent = new Request('http://localhost/photos', { method: 'POST', body: form })
    const answer = await app.fetch(sent)
    expect(answer.status).toBe(kind === 'too large' ? 413 : 400)
  }
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(unhandled).toEqual([])
})
