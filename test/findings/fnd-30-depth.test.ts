// FND-30, third part: a body that nests without end is refused before a parser has read it, on every
// surface, however its brackets are dressed.
import { createApp } from 'trefoil'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { ALL, ENV, on } from './surfaces.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
/** Two megabytes, less what stands round it. */
const SIZE = 2_000_000
const filled = (piece: string, start = '') => start + piece.repeat(SIZE / piece.length)

const BODIES: Readonly<Record<string, string>> = {
  'nothing but [': filled('['),
  '[ behind a space': filled('[', ' '),
  '[ in an object': filled('[', '{"a":'),
  '[ with a value before each': filled('[1,'),
  objects: filled('{"a":'),
  'brackets in keys': filled('{"]}":'),
  'lists that close': `{"a":${'['.repeat(SIZE / 2)}${']'.repeat(SIZE / 2)}}`,
  'a flat list first': `${filled('[],', '[').slice(0, SIZE - 100)}${'['.repeat(50)}`,
}

const PATHS: Readonly<Record<string, readonly [path: string, start: string]>> = {
  http: ['/take', ''],
  mcp: ['/mcp', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":'],
  'cli-remote': ['/__trefoil__/actions/call', '{"action":"take","arguments":'],
}

test.each(Object.keys(PATHS))('FND-30: %s', async (surface) => {
  const app = createApp({
    env: ENV,
    log: { logger: quiet },
    publicSurfaces: ALL,
    limits: { body: '3mb' },
  })
  app.post('/take', { ...on('take'), params: { v: z.any() } }, () => 'taken')
  const [path, start] = PATHS[surface] ?? ['', '']
  const headers = { 'content-type': 'application/json' }
  for (const [name, body] of Object.entries(BODIES)) {
    // `app.fetch` parses in this realm: what a parser is handed is seen.
    const parse = vi.spyOn(JSON, 'parse')
    try {
      const init = { method: 'POST', headers, body: start + body }
      const response = await app.fetch(new Request(`http://localhost${path}`, init))
      const lengths = parse.mock.calls.map(([text]) => text.length)
      expect(Math.max(0, ...lengths), name).toBeLessThan(10_000)
      expect(response.status, name).toBe(400)
      expect(await response.text(), name).toContain('nested deeper than 3')
    } finally {
      parse.mockRestore()
    }
  }
})
