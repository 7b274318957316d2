import { describe, expect, test } from 'vitest'
import { Secret } from '../../packages/trefoil/src/base/secret.ts'
import {
  type CallRecord,
  createApp,
  type Middleware,
  metaOf,
  reply,
} from '../../packages/trefoil/src/index.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { callBy, linesOf, onlyOne, WAYS } from './ways.ts'

const HIDDEN = 's3cret-cost-centre'

type Handler = () => unknown

/** An app with one action, what its middleware saw, and what was written down. */
function answering(handler: Handler, middleware?: Middleware) {
  const { lines, logger } = linesOf()
  const records: CallRecord[] = []
  const seen: unknown[] = []
  const watch: Middleware = async (_call, next) => {
    const returned = await next()
    seen.push(metaOf(returned))
    return returned
  }
  const app = createApp({
    env: {},
    publicSurfaces: ['api', 'mcp', 'cli'],
    edge: { hosts: ['testserver'] },
    log: { logger, calls: 'all', onCall: (record) => void records.push(record) },
  })
  app.use(watch)
  if (middleware !== undefined) app.use(middleware)
  const options = { name: 'act', description: 'Acts.', tool: true, cli: true } as const
  app.post('/act', options, handler as () => never)
  return { client: testClient(app), lines, records, seen }
}

async function* pieces() {
  yield 'a'
  yield 'b'
}

describe.each(WAYS)('metadata of an answer by %s', (way) => {
  test('P-RESP-1 PW-05: in middleware, record and line of the same call; never with the caller', async () => {
    const { client, lines, records, seen } = answering(() =>
      reply({ done: true }, { meta: { centre: HIDDEN, cost: 2 } }),
    )
    const { value, raw } = await callBy(way, client, 'act')
    expect(value).toEqual({ done: true })
    expect(raw).not.toContain(HIDDEN)
    expect(raw).not.toContain('cost')
    expect(seen).toEqual([{ centre: HIDDEN, cost: 2 }])
    expect(onlyOne(records).meta).toEqual({ centre: HIDDEN, cost: 2 })
    expect(onlyOne(lines).fields['meta']).toEqual({ centre: HIDDEN, cost: 2 })
  })

  test('P-RESP-2: what an inner middleware adds, the outer one sees after the handler', async () => {
    const add: Middleware = async (_call, next) => reply(await next(), { meta: { by: 'inner' } })
    const { client, records, seen } = answering(() => reply('x', { meta: { cost: 2 } }), add)
    await callBy(way, client, 'act')
    expect(seen).toEqual([{ cost: 2, by: 'inner' }])
    expect(onlyOne(records).meta).toEqual({ cost: 2, by: 'inner' })
  })

  test.each<[string, Handler, unknown]>([
    ['text', () => reply('plain', { meta: { centre: HIDDEN } }), 'plain'],
    ['an object', () => reply({ a: 1 }, { meta: { centre: HIDDEN } }), { a: 1 }],
    ['a list', () => reply([1, 2], { meta: { centre: HIDDEN } }), [1, 2]],
    ['a stream', () => reply(pieces(), { meta: { centre: HIDDEN } }), 'ab'],
    ['a reply in a reply', () => reply(reply({ a: 1 }, { meta: { centre: HIDDEN } })), { a: 1 }],
  ])(
    'P-RESP-3 PW-05: of %s the content alone arrives, serialised as usual',
    async (_, handler, value) => {
      const { client, records } = answering(handler)
      const seen = await callBy(way, client, 'act')
      expect(seen.value).toEqual(value)
      expect(seen.raw).not.toContain(HIDDEN)
      expect(onlyOne(records).meta).toEqual({ centre: HIDDEN })
    },
  )

  test('P-RESP-3: of nothing', async () => {
    const { client, records } = answering(() => reply(null, { meta: { centre: HIDDEN } }))
    const { ok, raw } = await callBy(way, client, 'act')
    expect(ok).toBe(true)
    expect(raw).not.toContain(HIDDEN)
    expect(onlyOne(records).meta).toEqual({ centre: HIDDEN })
  })

  test('PW-05: a reply inside a value fails and shows nothing of it', async () => {
    const { client } = answering(() => ({ inner: reply('x', { meta: { centre: HIDDEN } }) }))
    const { ok, raw } = await callBy(way, client, 'act')
    expect(ok).toBe(false)
    expect(raw).not.toContain(HIDDEN)
  })

  test('PW-05: a getter is read once, and what changes afterwards changes nothing', async () => {
    let reads = 0
    const meta = {
      get cost() {
        reads++
        return reads
      },
      list: [1],
    }
    const { client, records, lines } = answering(() => reply('x', { meta }))
    await callBy(way, client, 'act')
    meta.list.push(2)
    const [record] = records
    expect(record?.meta).toEqual({ cost: 1, list: [1] })
    expect(lines[0]?.fields['meta']).toEqual(record?.meta)
    expect(Object.isFrozen(record?.meta?.['list'])).toBe(true)
  })

  test('P-RESP-1: a line shows no secret, and no more than fits', async () => {
    const { client, lines } = answering(() =>
      reply('x', { meta: { key: new Secret(HIDDEN), rows: 'y'.repeat(10) } }),
    )
    await callBy(way, client, 'act')
    expect(onlyOne(lines).fields['meta']).toEqual({ key: '[secret]', rows: 'y'.repeat(10) })
    const large = answering(() => reply('x', { meta: { rows: 'y'.repeat(10_000) } }))
    await callBy(way, large.client, 'act')
    expect(onlyOne(large.lines).fields['meta']).toBe('[too long: 10011 characters]')
  })

  test('P-RESP-1: `__proto__` and other names of note stay members', async () => {
    const meta = JSON.parse('{"__proto__":{"polluted":1},"request_id":"forged","toJSON":"x"}')
    const { client, records, lines } = answering(() => reply('x', { meta }))
    const { ok } = await callBy(way, client, 'act', { headers: { 'x-request-id': 'real' } })
    expect(ok).toBe(true)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(onlyOne(records).requestId).toBe('real')
    expect(onlyOne(lines).fields['request_id']).toBe('real')
  })
})
