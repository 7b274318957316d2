import { describe, expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import type { App } from '../app.ts'
import { createApp } from '../create-app.ts'
import { definePart } from '../declare/define-part.ts'
import { UnfitForProduction } from './production.ts'

const store = {
  name: 'store',
  authenticate: (_request: unknown) => new AuthContext({ subject: 'x' }),
}
const other = {
  name: 'other',
  authenticate: (_request: unknown) => new AuthContext({ subject: 'x' }),
}
const both = { tool: true, description: 'd' } as const

/** What start-up says; `options` is anything, as a caller of plain JavaScript may write. */
async function said(options: object, declare: (app: App) => void): Promise<readonly string[]> {
  const lines: string[] = []
  const warn = (...entry: unknown[]) => void lines.push(String(entry.at(-1)))
  const logger = { debug() {}, info() {}, warn, error() {} }
  const app: App = createApp({
    env: {},
    log: { logger },
    auth: [{ authenticate: store, surfaces: ['api', 'mcp'] }],
    approval: () => true,
    ...options,
  }) as App
  declare(app)
  await app.startup()
  await app.shutdown()
  return lines
}

function declareAll(app: App): void {
  app.post('/pay', { ...both, name: 'pay', needsApproval: true }, () => 1)
  app.post('/note', { ...both, name: 'note' }, () => 1)
  app.post('/look', { ...both, name: 'look', changes: false }, () => 1)
  app.get('/read', { ...both, name: 'read' }, () => 1)
  app.get('/visit', { ...both, name: 'visit', changes: true }, () => 1)
  app.post('/login', { public: true, name: 'login' }, () => 1)
}

describe('issue 13: start-up says what agents change unasked', () => {
  const SHARED =
    "'store' covers 'api' and 'mcp': a token of unknown kind changes over HTTP without approval what " +
    "needs one there: pay; set agentWrites, give agents' tokens a kind, or another audience"
  const PUBLIC = "Anybody may change something over 'api': login"
  const UNASKED =
    "Agents may change something over 'api', 'mcp' and nobody is asked: note, visit; see needsApproval and agentWrites"

  test('where nothing is said, each surface, and what the API shares with MCP', async () => {
    expect(await said({}, declareAll)).toEqual([UNASKED, PUBLIC, SHARED])
  })

  test('nothing of what a part means to be open over HTTP; all else of it, and of others, is said', async () => {
    const doors = definePart({
      name: 'doors',
      // One of another, and one that is off.
      asksNobody: ['sign_in', 'leave', 'close', 'note', 'off'],
      actions: (routes) => {
        routes.post('/sign-in', { public: true, name: 'sign_in' }, () => 1)
        routes.post('/leave', { name: 'leave' }, () => 1)
        routes.post('/close', { ...both, name: 'close' }, () => 1)
        routes.post('/paint', { public: true, name: 'paint' }, () => 1)
      },
    })
    const line = (surface: string, names: string) =>
      `Agents may change something over '${surface}' and nobody is asked: ${names}; see needsApproval and agentWrites`
    expect(
      await said({ parts: [doors], approval: undefined }, (app) => {
        app.post('/note', { ...both, name: 'note' }, () => 1)
      }),
    ).toEqual([
      line('api', 'note'),
      line('mcp', 'close, note'),
      "Anybody may change something over 'api': paint",
    ])
  })

  test('an authenticator of its own is not shared', async () => {
    const auth = [
      { authenticate: store, surfaces: ['api'] },
      { authenticate: other, surfaces: ['mcp'] },
    ]
    const personOf = ({ subject }: { readonly subject: string }) => subject
    expect(await said({ auth, personOf }, declareAll)).toEqual([UNASKED, PUBLIC])
  })

  test('a line for all surfaces on which they reach the same, one more where they reach something else', async () => {
    const auth = [{ authenticate: store, surfaces: ['api', 'mcp', 'cli'] }]
    const declare = (app: App) => {
      app.post('/a', { ...both, name: 'a', cli: true }, () => 1)
      app.post('/b', { name: 'b', description: 'd', cli: true }, () => 1)
      app.post('/c', { ...both, name: 'c', needsApproval: true }, () => 1)
    }
    const line = (surfaces: string, names: string) =>
      `Agents may change something over ${surfaces} and nobody is asked: ${names}; see needsApproval and agentWrites`
    expect((await said({ auth }, declare)).slice(0, 2)).toEqual([
      line("'api', 'cli'", 'a, b'),
      line("'mcp'", 'a'),
    ])
  })

  test.each(['approve', 'deny'])('%s leaves what anybody may', async (agentWrites) => {
    expect(await said({ agentWrites }, declareAll)).toEqual([PUBLIC])
  })
})

describe('issue 13: production wants agentWrites said where tools change something', () => {
  const issues = (options: object, declare: (app: App) => void) => {
    const app = createApp({
      env: {},
      log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
      edge: { hosts: ['shop.example'] },
      auth: [{ authenticate: store, surfaces: ['api', 'mcp', 'cli'] }],
      approval: () => true,
      ...options,
    }) as App
    declare(app)
    try {
      app.validateProduction()
    } catch (error) {
      if (!(error instanceof UnfitForProduction)) throw error
      return error.issues.filter(({ code }) => code === 'agent_writes_unsaid')
    }
    return []
  }

  test('and names them', () => {
    expect(issues({}, declareAll)).toEqual([
      {
        code: 'agent_writes_unsaid',
        message:
          'agentWrites must be said, because tools or CLI actions change something: note, pay, visit; ' +
          "write 'allow', 'approve' or 'deny'",
      },
    ])
    for (const agentWrites of ['allow', 'approve', 'deny']) {
      expect(issues({ agentWrites }, declareAll)).toEqual([])
    }
  })

  test('not of an app that agents only read, or that has no surface for them', () => {
    expect(issues({}, (app) => app.get('/', { ...both, name: 'r' }, () => 1))).toEqual([])
    expect(issues({}, (app) => app.post('/', { name: 'w' }, () => 1))).toEqual([])
  })
})

describe('agentWrites as an option', () => {
  const start = (agentWrites: unknown) => () => createApp({ env: {}, agentWrites } as never)

  test("'confirm' stops the start with a sentence", () => {
    expect(start('confirm')).toThrow(
      "agentWrites cannot be 'confirm' yet: nothing asks the person an agent belongs to; " +
        "write 'approve' and give an approval hook, or 'deny'",
    )
  })

  test.each(['none', 'ALLOW', 'Allow', ' allow', true, null, 1, {}, ['deny']])(
    '%j is none',
    (value) => {
      expect(start(value)).toThrow(/agentWrites must be one of allow, approve, deny/)
    },
  )

  test('no variable says it: TREFOIL_AGENT_WRITES is unknown, as every other one is', () => {
    const app = createApp({ env: { TREFOIL_AGENT_WRITES: 'deny' } }) as App
    app.post('/note', { ...both, name: 'note' }, () => 1)
    expect(app.catalogue.actions[0]?.need.mcp.agent.kind).toBe('none')
  })

  test('an app that needs a judge and has no hook stops the start', () => {
    const app = createApp({ env: {}, agentWrites: 'approve' }) as App
    app.post('/note', { ...both, name: 'note' }, () => 1)
    expect(() => app.catalogue).toThrow(
      /'note'.*agentWrites: 'approve' requires the app's approval/,
    )
    const reading = createApp({ env: {}, agentWrites: 'approve' }) as App
    reading.get('/read', { ...both, name: 'read' }, () => 1)
    expect(() => reading.catalogue).not.toThrow()
  })
})
