// Guards that look at rows, attacked: loads that hang, answer with other things than rows or change them
// later, plain JavaScript in the place of options (SW-29, AUTHZ-3).
import { createApp } from 'trefoil'
import { AuthContext, condition, type Guard, owns, policy } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

interface Row {
  id: string
  owner_id: string
  tenant_id?: string
  total: number
}

const ANN = { subject: 'ann', tenant: 'acme' }

/** An app with one action behind the guard; its answer says what the handler was given. */
function appWith(guard: ReturnType<typeof owns<Row>>, timeout?: '50ms') {
  const app = createApp({
    env: {},
    auth: [{ authenticate: (_request) => null, surfaces: ['api', 'mcp', 'cli'] }],
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    ...(timeout === undefined ? {} : { limits: { timeout } }),
  })
  const params = { id: z.string(), row: guard.resource }
  app.post('/rows/{id}', { params, guards: [guard] }, async ({ row }) => {
    await new Promise((resolve) => setImmediate(resolve))
    return { ...row }
  })
  return testClient(app, { as: ANN })
}

const MINE: Row = { id: 'a', owner_id: 'ann', total: 1 }

describe('what load gives', () => {
  test.each<[string, () => unknown, number]>([
    ['a row', () => MINE, 200],
    ['nothing', () => undefined, 404],
    ['false', () => false, 403],
    ['text', () => 'ann', 403],
    ['a list of rows', () => [MINE], 403],
    ['a function that looks like one', () => Object.assign(() => {}, MINE), 403],
    ['a rejection', () => Promise.reject(new Error('gone')), 403],
    [
      'a throw of nothing',
      () => {
        throw undefined
      },
      403,
    ],
    ['a row whose owner is inherited', () => Object.create(MINE), 200],
    [
      'a getter that throws',
      () => ({
        ...MINE,
        get owner_id() {
          throw new Error('no')
        },
      }),
      403,
    ],
    [
      'a thenable that answers twice',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: an enemy would
        then: (done: (row: Row) => void) => {
          done(MINE)
          done({ ...MINE, owner_id: 'eve' })
        },
      }),
      200,
    ],
    ['another tenant in another case', () => ({ ...MINE, tenant_id: 'ACME' }), 404],
    ['a tenant that is an object', () => ({ ...MINE, tenant_id: { toString: () => 'acme' } }), 404],
    ['an owner in a list', () => ({ ...MINE, owner_id: ['ann'] }), 403],
    [
      'a proxy that owns everything',
      () => new Proxy({}, { get: () => 'ann', has: () => true }),
      403,
    ],
  ])('%s', async (_what, load, status) => {
    const client = appWith(owns(load as () => Row))
    expect((await client.http.post('/rows/a')).status).toBe(status)
  })

  test.each<[string, PropertyDescriptor]>([
    ['a value', { value: 'globex', enumerable: false }],
    ['an accessor', { get: () => 'globex', enumerable: false }],
  ])('a tenant that is %s which no copy would have is not overlooked', async (_what, tenant) => {
    const row = Object.defineProperty({ ...MINE }, 'tenant_id', tenant)
    expect((await appWith(owns<Row>(() => row)).http.post('/rows/a')).status).toBe(404)
    const secret = Object.defineProperty({ ...MINE }, 'password', { value: 'x', enumerable: false })
    expect((await appWith(owns<Row>(() => secret)).http.post('/rows/a')).json()).toEqual(MINE)
  })

  test('a row that changes after it was judged does not change what the handler sees', async () => {
    const shared = { ...MINE }
    const guard = owns<Row>(() => {
      // A cache, and somebody else who writes to it meanwhile.
      setImmediate(() => Object.assign(shared, { owner_id: 'eve', total: 1_000_000 }))
      return shared
    })
    expect((await appWith(guard).http.post('/rows/a')).json()).toEqual(MINE)
    expect(shared.total).toBe(1_000_000)
  })

  test('a row that answers differently each time is judged and handed on as it was read once', async () => {
    let reads = 0
    const sly = {
      ...MINE,
      get total(): number {
        return ++reads === 1 ? 1 : 1_000_000
      },
    }
    const small = policy<Row>({ load: () => sly, test: (_auth, row) => row.total < 100 })
    expect((await appWith(small).http.post('/rows/a')).json()).toEqual(MINE)
  })

  test('a load that never answers ends with the deadline, and nothing of the app runs after it', async () => {
    let tested = 0
    const gate = Promise.withResolvers<Row>()
    const guard = policy<Row>({
      load: () => gate.promise,
      test: () => {
        tested++
        return true
      },
    })
    const { status } = await appWith(guard, '50ms').http.post('/rows/a')
    expect(status).toBe(504)
    gate.resolve(MINE)
    await new Promise((resolve) => setImmediate(resolve))
    expect(tested).toBe(0)
  })

  test('calls at the same time do not see the rows of each other', async () => {
    const guard = owns<Row>(async (call) => {
      const id = String(call.args['id'])
      await new Promise((resolve) => setImmediate(resolve))
      return { id, owner_id: id.startsWith('ann') ? 'ann' : 'eve', total: 1 }
    })
    const client = appWith(guard)
    const ids = Array.from({ length: 60 }, (_, at) => `${at % 2 === 0 ? 'ann' : 'eve'}${at}`)
    const answers = await Promise.all(ids.map((id) => client.http.post(`/rows/${id}`)))
    answers.forEach((answer, at) => {
      if (at % 2 === 1) expect(answer.status).toBe(403)
      else expect(answer.json()).toMatchObject({ id: ids[at] })
    })
  })
})

describe('what a test answers', () => {
  test.each<[string, unknown, number]>([
    ['true', true, 200],
    ['1', 1, 403],
    ['maybe', 'maybe', 403],
    ['an object', {}, 403],
    ['nothing', undefined, 403],
    ['a decision by hand', { allow: true }, 200],
    ['a decision of a prototype', Object.create({ allow: true }), 403],
    ['both', { allow: true, deny: true }, 403],
  ])('%s', async (_what, answer, status) => {
    const guard = policy<Row>({ load: () => MINE, test: () => answer as boolean })
    expect((await appWith(guard).http.post('/rows/a')).status).toBe(status)
  })

  test('AUTHZ-4: what a condition says of all rows is no decision', async () => {
    const all = condition({ columns: { total: 'number' }, where: { gt: ['total', 0] } })
    const guard = policy<Row>({
      load: () => MINE,
      // @ts-expect-error maybe is no boolean
      test: (auth) => all.reach(auth),
    })
    expect((await appWith(guard).http.post('/rows/a')).status).toBe(403)
  })
})

describe('options', () => {
  const load = () => MINE
  test.each<[string, () => unknown]>([
    ['nothing', () => policy(undefined as never)],
    ['no load', () => policy({ test: () => true } as never)],
    ['no test', () => policy({ load } as never)],
    [
      'a test that only looks like a condition',
      () => policy({ load, test: { check: () => true } } as never),
    ],
    [
      'a permission that is text',
      () => policy({ load, test: () => true, permission: 'a' as never }),
    ],
    [
      'a permission that is null',
      () => policy({ load, test: () => true, permission: null as never }),
    ],
    ['hidden by text', () => policy({ load, test: () => true, hidden: 'false' as never })],
    ['tenant: true', () => policy({ load, test: () => true, tenant: true as never })],
    ['an option nobody reads', () => policy({ load, test: () => true, permissions: [] } as never)],
    ['owns without load', () => owns('owner_id' as never)],
    ['owns of nothing', () => owns(undefined as never)],
    ['an empty attribute', () => owns('', load)],
    ['two loads', () => owns(load, load as never)],
  ])('%s', (_what, make) => {
    expect(make).toThrow(/policy\(\)|owns\(\)/)
  })

  test('a guard is frozen, and its explain takes a caller', async () => {
    const guard = owns<Row>(load)
    expect(Object.isFrozen(guard)).toBe(true)
    await expect(guard.explain({ subject: 'ann' } as AuthContext, MINE)).rejects.toThrow(TypeError)
  })
})

test('AUTHZ-7: explain names the step and the rules, and agrees with the guard', async () => {
  const ann = new AuthContext(ANN)
  const small = condition({ columns: { total: 'number' }, where: { lte: ['total', 10] } })
  const guard = policy<Row>({ name: 'Small', load: () => null, test: small })
  const seen = async (row: Row | null) => {
    const { decidedBy, came, allows, rules } = await guard.explain(ann, row)
    return [decidedBy, came, allows, rules.map(({ at, came: of }) => `${at} ${of}`)]
  }
  expect(await seen(MINE)).toEqual(['test', 'true', true, ['where.lte true']])
  expect(await seen({ ...MINE, total: 11 })).toEqual(['test', 'false', false, ['where.lte false']])
  expect(await seen(null)).toEqual(['row', 'unknown', false, []])
  expect(await seen({ ...MINE, tenant_id: 'evil' })).toEqual(['tenant', 'false', false, []])
  const broken = policy<Row>({
    load: () => null,
    test: (_auth, _row, call) => call.args['a'] === 1,
  })
  expect(await broken.explain(ann, MINE)).toMatchObject({ allows: false, came: 'unknown' })
})

test.each<[string, unknown]>([
  ['true', true],
  ['a decision', { allow: true }],
  ['false', false],
  ['an answer that is none', { allow: false }],
  ['two answers', { allow: true, deny: true, text: 'x' }],
  ['text', 'yes'],
])(
  'AUTHZ-7: explain agrees with the guard about a permission that answers %s',
  async (_, answer) => {
    const permission = { name: 'Odd', needsInput: false, decide: () => answer } as Guard
    const asked = policy<Row>({ permission, load: () => MINE, test: () => true })
    const { status } = await appWith(asked).http.post('/rows/a')
    const { allows } = await asked.explain(
      new AuthContext({ subject: 'ann', tenant: 'acme' }),
      MINE,
    )
    expect(allows).toBe(status === 200)
  },
)
