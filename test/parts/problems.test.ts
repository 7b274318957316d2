import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createRemoteTarget } from '../../packages/trefoil/src/client.ts'
import { createApp, defineProblems, Problem } from '../../packages/trefoil/src/index.ts'
import { serve } from '../../packages/trefoil/src/node.ts'
import { definePart } from '../../packages/trefoil/src/parts.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'

const problems = defineProblems('shop', {
  shelf_empty: { status: 409, text: 'The shelf is empty', fix: 'Fill it.', exit: 42 },
})
const shop = definePart({
  name: 'shop',
  problems,
  actions: (routes) => {
    routes.post('/take', { name: 'take', description: 'Takes one.', cli: true }, () => {
      throw problems.problem('shelf_empty')
    })
  },
})
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const base = { env: {}, log: { logger: quiet } }

describe('problems of parts', () => {
  test('bring their exit code to a program on another machine', async () => {
    const app = createApp({ ...base, parts: [shop] })
    const server = await serve(app, { port: 0, signals: false })
    try {
      const remote = createRemoteTarget({ url: server.url })
      expect(await remote.call({ action: 'take' })).toMatchObject({
        ok: false,
        status_code: 409,
        exit_code: 42,
        error: { code: 'shelf_empty', message: 'The shelf is empty', fix: 'Fill it.' },
      })
    } finally {
      await server.close()
    }
  })

  test.each([0, 126, 130, -1, 1.5, '42', null, {}])(
    'an exit code of %j from a remote is none: a failure must not look like success',
    async (exit_code) => {
      const server = createServer((_request, response) => {
        const error = { code: 'shelf_empty', message: 'x', fix: 'y' }
        response.writeHead(409, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ ok: false, status_code: 409, exit_code, error }))
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo
      const answer = await createRemoteTarget({ url: `http://127.0.0.1:${port}` }).call({
        action: 'x',
      })
      server.close()
      expect(answer).toMatchObject({ ok: false, error: { code: 'shelf_empty' } })
      expect(answer).not.toHaveProperty('exit_code')
    },
  )

  test('of two apps in one process are told in their own words, under one code', async () => {
    const other = defineProblems('other', {
      shelf_empty: { status: 410, text: 'Nothing left', fix: 'Come back.' },
    })
    const texts: string[] = []
    for (const set of [problems, other, problems]) {
      const app = createApp({ ...base, parts: [definePart({ name: 'shop', problems: set })] })
      app.get('/x', () => {
        throw set.problem('shelf_empty')
      })
      await using client = testClient(app)
      const { status, text } = await client.http.get('/x')
      texts.push(`${status} ${JSON.parse(text).detail}`)
    }
    expect(texts).toEqual(['409 The shelf is empty', '410 Nothing left', '409 The shelf is empty'])
  })

  test('cannot be turned into another failure by the code that catches them', async () => {
    const app = createApp({ ...base, parts: [shop] })
    app.get('/x', () => {
      const problem = problems.problem('shelf_empty')
      for (const change of [{ status: 200 }, { code: 'not_found' }, { detail: 'fine' }]) {
        expect(() => Object.assign(problem, change)).toThrow(TypeError)
      }
      throw problem
    })
    app.get('/unknown', () => {
      // What plain JavaScript can do to a problem that is not locked.
      throw Object.assign(new Problem('not_found'), { code: 'no_such_code' })
    })
    await using client = testClient(app)
    expect((await client.http.get('/x')).json()).toMatchObject({ status: 409, code: 'shelf_empty' })
    expect((await client.http.get('/unknown')).status).toBe(500)
  })

  test('are known to the catalogue', () => {
    const app = createApp({ ...base, parts: [shop] })
    expect([...app.catalogue.problems]).toEqual([['shelf_empty', problems.rows.shelf_empty]])
  })
})
