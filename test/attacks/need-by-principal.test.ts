// Who attacks: an agent whose token every surface takes. What they would win: to change something over
// the plain HTTP API that MCP asks a person about; or to be taken for a person.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AuthContext, type Identity, jwtAuth } from '../../packages/trefoil/src/auth.ts'
import { CALL_PATH } from '../../packages/trefoil/src/contract/protocol/paths.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { AUDIENCE, forge, ISSUER, KEY, NOW } from '../parity/tokens.ts'
import { actionCall, post, seenOf, toolCall } from './attacked-app.ts'

let server: RunningServer
let ran: unknown[] = []
let asked: string[] = []
/** What the hook answers next. */
let answer: (() => unknown) | null = null

const silent = () => {}
const logger = { debug: silent, info: silent, warn: silent, error: silent }
const clock = { now: () => NOW * 1000, elapsed: () => 0 }
const authenticate = jwtAuth({ keys: KEY, issuer: ISSUER, audience: AUDIENCE, clock })
const agent = forge({ claims: { sub: 'bot' } })

/** Every token of this issuer is an agent's: the app says so, and no claim says otherwise. */
const asAgent = (auth: AuthContext) =>
  new AuthContext({ subject: auth.subject, kind: 'agent', claims: auth.claims } satisfies Identity)

beforeAll(async () => {
  const app = createApp({
    name: 'attacked',
    clock,
    agentWrites: 'approve',
    auth: [{ authenticate, surfaces: ['api', 'mcp', 'cli'] }],
    approval: ({ token, argumentsHash, source, auth }) => {
      asked.push(source)
      if (answer !== null) return answer() as boolean
      return token === `${argumentsHash}/${source}/${auth?.subject}`
    },
    log: { logger },
  })
  const params = { amount: z.number(), to: z.string() }
  const both = { tool: true, cli: true, params } as const
  app.post('/pay', { ...both, name: 'pay', description: 'Pay.' }, (args) => void ran.push(args))
  app.route('purge')('/cache', { name: 'purge' }, () => void ran.push('purge'))
  app.route('Query')('/cache', { name: 'query' }, () => void ran.push('query'))
  app.get('/visit', { name: 'visit', changes: true }, () => void ran.push('visit'))
  app.post('/search', { name: 'search', changes: false }, () => void ran.push('search'))
  app.get('/pay', { name: 'look', description: 'Look.' }, () => ({ ran: ran.length }))
  server = await serve(app, { port: 0, signals: false })
})
afterAll(() => server.close())
beforeEach(() => {
  ran = []
  asked = []
  answer = null
})

const BODY = '{"amount":1,"to":"a"}'
const as = (token: string, more: Record<string, string> = {}) => ({
  authorization: `Bearer ${token}`,
  ...more,
})

describe('the token of an agent at the plain HTTP API (DESIGN §3.4, issue 13)', () => {
  it('is asked for an approval there too: MCP is not the only way in that is shut', async () => {
    const seen = await post(`${server.url}/pay`, BODY, as(agent))
    expect(seen).toMatchObject({ status: 409, json: { code: 'approval_required' } })
    expect(ran).toEqual([])
  })

  it.each([
    ['PURGE', '/cache', 409],
    ['QUERY', '/cache', 409],
    ['GET', '/visit', 409],
    ['HEAD', '/visit', 409],
    ['POST', '/search', 204],
  ])(
    '%s %s: what an action says it changes counts, else its method: %i',
    async (method, path, status) => {
      const response = await fetch(server.url + path, { method, headers: as(agent) })
      expect(response.status).toBe(status)
      expect(ran).toEqual(status === 204 ? ['search'] : [])
    },
  )

  it.each([
    ['X-HTTP-Method-Override', 'GET'],
    ['X-HTTP-Method', 'GET'],
    ['X-Method-Override', 'HEAD'],
  ])('%s makes no read of it', async (name, value) => {
    const seen = await post(`${server.url}/pay`, BODY, as(agent, { [name]: value }))
    expect(seen.status).toBe(409)
    const query = await post(`${server.url}/pay?_method=GET`, BODY, as(agent))
    expect(query.status).toBe(409)
    expect(ran).toEqual([])
  })

  it.each([
    ['kind', { kind: 'person' }],
    ['role', { roles: ['person'], role: 'person' }],
    ['scope', { scope: 'person kind:person' }],
    ['session', { sid: 's1', session: { id: 's1' }, auth_time: NOW, amr: ['pwd'] }],
    ['__proto__', JSON.parse('{"__proto__":{"kind":"person"},"constructor":{"kind":"person"}}')],
    ['stripped actor', { act: null, may_act: { sub: 'bot' } }],
  ] as const)('a claim that the caller had put in makes nobody a person: %s', async (_, claims) => {
    const token = forge({ claims: { sub: 'bot', ...claims } })
    const seen = await post(`${server.url}/pay`, BODY, as(token))
    expect([401, 409]).toContain(seen.status)
    expect(ran).toEqual([])
  })

  it.each([
    ['X-Trefoil-Source', 'api'],
    ['X-Principal-Kind', 'person'],
    ['Sec-Fetch-Site', 'same-origin'],
    ['Cookie', 'session=1; kind=person'],
  ])('nor does a header: %s', async (name, value) => {
    const seen = await post(`${server.url}/pay`, BODY, as(agent, { [name]: value }))
    expect(seen.status).toBe(409)
    expect(ran).toEqual([])
  })
})

describe('approvals on the way (APR-4, APPR-2)', () => {
  const hashOf = async () => {
    const seen = await post(`${server.url}/pay`, BODY, as(agent))
    return String((seen.json['details'] as undefined) ?? seen.json['arguments_hash'])
  }
  const ways = {
    api: (token: string, by = agent) =>
      post(`${server.url}/pay`, BODY, as(by, { 'approval-token': token })),
    mcp: (token: string, by = agent) =>
      post(
        `${server.url}/mcp`,
        toolCall('pay', BODY, `,"_meta":{"approval_token":"${token}"}`),
        as(by),
      ),
    cli: (token: string, by = agent) =>
      post(server.url + CALL_PATH, actionCall('pay', BODY, `,"approval_token":"${token}"`), as(by)),
  }

  it('a token of one surface and one principal is refused on another, and for another', async () => {
    const hash = await hashOf()
    for (const [source, call] of Object.entries(ways)) {
      for (const made of Object.keys(ways)) {
        const seen = await call(`${hash}/${made}/bot`)
        const text = seen.text.replaceAll('\\', '')
        expect(text.includes('approval_denied'), `${made} at ${source}`).toBe(made !== source)
      }
      const other = await call(`${hash}/${source}/bot`, forge({ claims: { sub: 'bot2' } }))
      expect(other.text).toContain('approval_denied')
    }
    expect(ran).toHaveLength(3)
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['answers 1', () => 1],
    ['answers "true"', () => 'true'],
    ['answers an object', () => ({ approved: true })],
    ['answers a Boolean', () => new Boolean(true)],
    ['answers nothing', () => undefined],
    ['answers a proxy', () => new Proxy({}, { get: () => true })],
    ['answers a promise of an object', () => Promise.resolve({ kind: 'proceed' })],
    ['answers a decision', () => ({ kind: 'none' })],
    // biome-ignore lint/suspicious/noThenProperty: that is the attack
    ['answers a thenable of 1', () => ({ then: (use: (value: unknown) => void) => use(1) })],
  ])('a hook that %s runs nothing', async (_, hook) => {
    answer = hook
    for (const call of Object.values(ways)) {
      const seen = await call('any')
      expect(seen.text.replaceAll('\\', '')).toContain('approval_denied')
    }
    expect(asked).toEqual(['api', 'mcp', 'cli'])
    expect(ran).toEqual([])
  })

  it.each([
    '"dryRun":false,"dry_run":true',
    '"dry_run":false,"dryRun":true',
    '"dryRun":true,"dry_run":true',
  ])('a dry run by one spelling is one, whatever the other says: %s', async (meta) => {
    answer = () => true
    const more = `,"_meta":{"approval_token":"any",${meta}}`
    const seen = await post(`${server.url}/mcp`, toolCall('pay', BODY, more), as(agent))
    expect(seen.text.replaceAll('\\', '')).toContain('"dry_run":true')
    expect({ asked, ran }).toEqual({ asked: [], ran: [] })
  })

  it.each(['"dryRun":false,"dry_run":"yes"', '"dryRun":true,"dry_run":1', '"dryRun":null'])(
    'what may have meant a dry run runs nothing: %s',
    async (meta) => {
      answer = () => true
      const more = `,"_meta":{"approval_token":"any",${meta}}`
      const seen = await post(`${server.url}/mcp`, toolCall('pay', BODY, more), as(agent))
      expect(seen.text).toContain('must be true or false')
      expect({ asked, ran }).toEqual({ asked: [], ran: [] })
    },
  )

  it('100 at once of a token that is good once run once', async () => {
    let used = false
    answer = async () => {
      await Promise.resolve()
      const first = !used
      used = true
      return first
    }
    const seen = await Promise.all(Array.from({ length: 100 }, () => ways.api('once')))
    expect(seen.filter(({ status }) => status < 300)).toHaveLength(1)
    expect(ran).toHaveLength(1)
  })
})

describe('a hook that never settles', () => {
  it('ends with the deadline, and nothing ran', async () => {
    const app = createApp({
      name: 'waiting',
      agentWrites: 'approve',
      limits: { timeout: '50ms' },
      auth: [{ authenticate, surfaces: ['api'] }],
      approval: () => new Promise<boolean>(() => {}),
      log: { logger },
    })
    let began = false
    app.post('/x', { name: 'x' }, () => {
      began = true
    })
    const headers = { authorization: `Bearer ${agent}`, 'approval-token': 't' }
    const response = await app.fetch(new Request('http://localhost/x', { method: 'POST', headers }))
    expect((await seenOf(response)).json).toMatchObject({ code: 'TIMEOUT' })
    expect(began).toBe(false)
  })
})

describe('what the app itself says of its callers', () => {
  it('counts over every claim of the token: an agent stays one', async () => {
    const app = createApp({
      name: 'agents',
      clock,
      approval: () => true,
      auth: [
        {
          authenticate: {
            name: 'jwt',
            authenticate: async (request) => {
              const auth = await authenticate.authenticate(request)
              return auth instanceof AuthContext ? asAgent(auth) : auth
            },
          },
          surfaces: ['api'],
        },
      ],
      log: { logger },
    })
    app.post('/x', { name: 'x', needsApproval: true }, () => 1)
    const request = () =>
      new Request('http://localhost/x', {
        method: 'POST',
        headers: { authorization: `Bearer ${forge({ claims: { kind: 'person' } })}` },
      })
    expect((await app.fetch(request())).status).toBe(409)
  })

  it('arguments are read once: what is hashed, shown and handed over is one thing (FND-10)', async () => {
    let reads = 0
    const params = {
      // A schema whose value is another one each time it is looked at.
      amount: z
        .number()
        .transform(
          () =>
            new Proxy(
              { value: 1 },
              { get: (target, key) => (key === 'value' ? ++reads : Reflect.get(target, key)) },
            ),
        ),
    }
    let shown: unknown
    let handed: unknown
    const app = createApp({
      name: 'moving',
      clock,
      agentWrites: 'approve',
      approval: ({ args }) => {
        shown = JSON.stringify(args)
        return true
      },
      auth: [{ authenticate, surfaces: ['api'] }],
      log: { logger },
    })
    app.post('/x', { name: 'x', params }, (args) => {
      handed = JSON.stringify(args)
    })
    const response = await app.fetch(
      new Request('http://localhost/x', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${agent}`,
          'approval-token': 't',
          'content-type': 'application/json',
        },
        body: '{"amount":5}',
      }),
    )
    expect(response.status).toBeLessThan(300)
    expect(handed).toBe(shown)
  })
})
