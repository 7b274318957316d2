import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AuthContext, type Identity } from '../../packages/trefoil/src/auth.ts'
import { argumentsHash, createApp } from '../../packages/trefoil/src/index.ts'
import { serve } from '../../packages/trefoil/src/node.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import type { Driver } from './driver.ts'
import { DRIVERS } from './fixture.ts'
import type { FixtureApp } from './fixture-app.ts'

/** Who calls, by the token that says so. */
const PRINCIPALS: Readonly<Record<string, Partial<Identity>>> = {
  person: { kind: 'person' },
  unknown: {},
  agent: { kind: 'agent' },
  service: { kind: 'service' },
  delegated: { kind: 'person', actor: [{ subject: 'bot' }] },
}
const NAMES = Object.keys(PRINCIPALS)
const ARGS = { id: 'a', amount: 1 }

/** What the handlers got. */
const ran: string[] = []
/** Tokens the hook was asked about. */
let asked = 0
type TestedApp = Parameters<typeof testClient>[0] & Pick<FixtureApp, 'localActions'>
const apps = new Map<string, TestedApp>()
const open: { readonly drivers: readonly Driver[]; close(): Promise<void> }[] = []

/** An app with one action of each kind, and every way to call it. */
async function start(agentWrites: 'allow' | 'approve' | 'deny'): Promise<readonly Driver[]> {
  const silent = () => {}
  const app = createApp({
    name: 'need',
    agentWrites,
    auth: [
      {
        authenticate: {
          name: 'names',
          scheme: { type: 'http', scheme: 'bearer' },
          authenticate: (request) => {
            const name = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
            const identity = Object.hasOwn(PRINCIPALS, name) ? PRINCIPALS[name] : undefined
            return identity === undefined ? null : new AuthContext({ subject: name, ...identity })
          },
        },
        surfaces: ['api', 'mcp', 'cli'],
      },
    ],
    approval: ({ token, argumentsHash: hash, args, action, auth }) => {
      asked++
      // The hook sees what was hashed, and who asks.
      return token === `${hash}/${auth?.subject}` && hash === argumentsHash(action, args)
    },
    log: { logger: { debug: silent, info: silent, warn: silent, error: silent } },
  })
  const params = { id: z.string(), amount: z.int() }
  const options = (name: string, more: object) =>
    ({ tool: true, cli: true, name, description: name, params, ...more }) as const
  const run = (name: string) => () => {
    ran.push(name)
    return { name }
  }
  app.post('/pay/{id}', { ...options('pay', {}), needsApproval: true }, run('pay'))
  app.post(
    '/wipe/{id}',
    { ...options('wipe', {}), needsApproval: ['api', 'mcp', 'cli'] },
    run('wipe'),
  )
  app.post('/note/{id}', options('note', {}), run('note'))
  app.post('/look/{id}', { ...options('look', {}), changes: false }, run('look'))
  app.get('/read/{id}', options('read', {}), run('read'))
  app.get('/visit/{id}', { ...options('visit', {}), changes: true }, run('visit'))
  app.post('/open/{id}', { ...options('open', {}), public: true }, run('open'))
  const server = await serve(app, { port: 0, signals: false })
  apps.set(agentWrites, app as unknown as TestedApp)
  // The drivers look into the catalogue and call; the fixture's state is nobody's here.
  const drivers = DRIVERS.map((make) =>
    make({ app: app as unknown as FixtureApp, url: server.url }),
  )
  open.push({
    drivers,
    async close() {
      for (const driver of drivers) await driver.close?.()
      await server.close()
    },
  })
  return drivers
}

afterAll(async () => {
  for (const { close } of open) await close()
})

/** `-` runs, `a` needs approval, `d` is denied: by person, unknown, agent, service, delegated. */
const TABLE = {
  allow: {
    pay: { api: '--aaa', agents: 'aaaaa' },
    wipe: { api: 'aaaaa', agents: 'aaaaa' },
    note: { api: '-----', agents: '-----' },
    look: { api: '-----', agents: '-----' },
    read: { api: '-----', agents: '-----' },
    visit: { api: '-----', agents: '-----' },
    open: { api: '-----', agents: '-----' },
  },
  approve: {
    pay: { api: '-aaaa', agents: 'aaaaa' },
    wipe: { api: 'aaaaa', agents: 'aaaaa' },
    note: { api: '-aaaa', agents: 'aaaaa' },
    look: { api: '-----', agents: '-----' },
    read: { api: '-----', agents: '-----' },
    // A GET that changes something says so, and is asked for.
    visit: { api: '-aaaa', agents: 'aaaaa' },
    open: { api: '-----', agents: '-----' },
  },
  deny: {
    pay: { api: '-aaaa', agents: 'aaaaa' },
    wipe: { api: 'aaaaa', agents: 'aaaaa' },
    note: { api: '-dddd', agents: 'ddddd' },
    look: { api: '-----', agents: '-----' },
    read: { api: '-----', agents: '-----' },
    visit: { api: '-dddd', agents: 'ddddd' },
    open: { api: '-----', agents: '-----' },
  },
} as const

const CODES: Readonly<Record<string, string>> = {
  approval_required: 'a',
  ACCESS_DENIED: 'd',
}
const FIXES = {
  api: 'header `Approval-Token`',
  mcp: '`approval_token` in `_meta`',
  cli: '`--approval <token>`, or `approval_token`',
}

describe.each(['allow', 'approve', 'deny'] as const)(
  'approvals.md §2, DESIGN §3.4, APPR-1: agentWrites %s',
  (agentWrites) => {
    let drivers: readonly Driver[]
    beforeAll(async () => {
      drivers = await start(agentWrites)
    })

    test.each(Object.entries(TABLE[agentWrites]))('%s', async (action, expected) => {
      for (const driver of drivers) {
        const seen: string[] = []
        for (const token of NAMES) {
          const before = ran.length
          const answer = await driver.call({ action, args: ARGS, token })
          const mark = answer.ok ? '-' : (CODES[answer.problem?.code ?? ''] ?? answer.problem?.code)
          seen.push(mark ?? '?')
          expect(ran.length - before, `${driver.name} ${token}`).toBe(mark === '-' ? 1 : 0)
          if (mark === 'a') {
            expect(answer.problem?.argumentsHash).toBe(argumentsHash(action, ARGS))
            expect(answer.raw.replaceAll('\\', '')).toContain(FIXES[driver.source])
          }
        }
        const want = driver.source === 'api' ? expected.api : expected.agents
        expect(seen.join(''), driver.name).toBe(want)
      }
    })

    test('APPR-2, APPR-10: an approval of these arguments lets the same caller on, wherever it came from', async () => {
      for (const driver of drivers) {
        const approval = `${argumentsHash('pay', ARGS)}/agent`
        const spec = { action: 'pay', args: ARGS, token: 'agent', approval }
        expect(await driver.call(spec), driver.name).toMatchObject({ ok: true })
        // Another principal, and other arguments.
        const asked = driver.source === 'api' && agentWrites === 'allow' ? 'service' : 'unknown'
        for (const other of [
          { ...spec, token: asked },
          { ...spec, args: { ...ARGS, amount: 2 } },
          { ...spec, approval: `${approval} ` === approval ? '' : `${approval}x` },
        ]) {
          const answer = await driver.call(other)
          expect(answer.problem?.code, `${driver.name} ${JSON.stringify(other)}`).toBe(
            'approval_denied',
          )
        }
      }
    })

    test('RPC-7: a dry run says what this caller needs, and asks nobody', async () => {
      const before = asked
      for (const driver of drivers.filter(({ source }) => source !== 'api')) {
        for (const [action, { agents }] of Object.entries(TABLE[agentWrites])) {
          const answer = await driver.call({ action, args: ARGS, token: 'person', dryRun: true })
          // What is denied is denied before.
          if (agents.startsWith('d')) expect(answer.problem?.code).toBe('ACCESS_DENIED')
          else {
            expect(answer.value, `${driver.name} ${action}`).toMatchObject({
              needs_approval: agents.startsWith('a'),
              arguments_hash: argumentsHash(action, ARGS),
            })
          }
        }
      }
      expect(asked).toBe(before)
    })

    test('P-VIS-1: tools say that they need approval, and what is denied is in no list', async () => {
      const app = apps.get(agentWrites) as TestedApp
      const rows = Object.entries(TABLE[agentWrites])
      const listed = rows.filter(([, { agents }]) => !agents.startsWith('d')).map(([name]) => name)
      const needing = rows.filter(([, { agents }]) => agents.startsWith('a')).map(([name]) => name)
      for (const era of ['legacy', 'modern'] as const) {
        await using client = testClient(app, { era, lifespan: false, as: { subject: 'x' } })
        const { result } = (await client.mcp.listTools()) as unknown as {
          result: { tools: { name: string; description: string; _meta?: unknown }[] }
        }
        const { tools } = result
        expect(tools.map(({ name }) => name)).toEqual(listed)
        const marked = tools.filter((tool) => /Needs approval/.test(String(tool.description)))
        expect(marked.map(({ name }) => name)).toEqual(needing)
        expect(JSON.parse(JSON.stringify(marked))).toEqual(
          marked.map(() => expect.objectContaining({ _meta: { 'trefoil/needs_approval': true } })),
        )
      }
      const manifest = await app
        .localActions({ headers: ['authorization', 'Bearer agent'] })
        .manifest()
      const { actions } = manifest as { actions: { name: string; needs_approval: boolean }[] }
      expect(actions.map(({ name }) => name)).toEqual([...listed].sort())
      expect(actions.filter((one) => one.needs_approval).map(({ name }) => name)).toEqual(
        [...needing].sort(),
      )
    })
  },
)
