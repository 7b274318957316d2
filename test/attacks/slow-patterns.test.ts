// A pattern that takes years on the wrong text is the developer's affair where callers are judged by it.
// Nobody asked for it where the documentation only needs an example.
import { createApp } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { knownPattern } from '../../packages/trefoil/src/describe/schema/example-pattern.ts'

/** Each of them has more ways to fail on a few dozen letters than a second has steps. */
const SLOW: readonly RegExp[] = [
  /^([a-z]+)+\d$/,
  /^((([a-z]+)+)+)+\d$/,
  /^(\w|\w)*-$/,
  /^(?:[a-z]?){64}[A-Z]$/,
  /(.*)*x\d$/,
  /^.*.*.*.*.*.*.*.*.*.*=$/,
  /^(?=([a-z]+)+\d)/,
]

/** Long enough for each to matter, short enough for the page. */
const LONG = 200

describe('MCP-16, DOCS-5: an example costs little, whatever the pattern', () => {
  test.each(SLOW)('%s on the documentation pages', async (pattern) => {
    const app = createApp({ name: 'shop', docs: { path: '/docs' }, publicSurfaces: ['api', 'mcp'] })
    const params = { code: z.string().regex(pattern).min(LONG) }
    const returns = z.object({ code: z.string().regex(pattern) })
    const options = { name: 'find', description: 'Find.', public: true, tool: true } as const
    app.get('/find', { ...options, params, returns }, ({ code }) => ({ code }))
    const started = performance.now()
    for (const path of ['/openapi.json', '/docs', '/mcp/docs']) {
      const answer = await app.fetch(new Request(`http://127.0.0.1${path}`))
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain('find')
    }
    expect(performance.now() - started).toBeLessThan(3000)
  })

  test('a pattern of brackets alone is not read to its bottom', () => {
    const depth = 100_000
    expect([...knownPattern('('.repeat(depth) + ')'.repeat(depth)).examples()]).toEqual([])
  })
})
