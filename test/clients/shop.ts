// The server that other people's clients are driven against; `trefoil mcp` loads this file as its app.
import { type App, ask, createApp, HttpError } from 'trefoil'
import { AuthContext, type AuthRequest, hasRole, hasScope } from 'trefoil/auth'
import { z } from 'zod'

/** Tokens, and what their owner may. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  'ann-token': ['orders:write'],
  'bob-token': [],
}
export const ANN = 'ann-token'
/** May not do what needs a scope. */
export const BOB = 'bob-token'
/** What no client may spoil on its way: another plane, a line separator that JSON need not escape, both directions. */
export const UNICODE = '漢字 🍀 \u2028 "\\" שלום e\u0301'
/** What the resource says. */
export const OPENING_HOURS = 'Mon–Sat, 9–18 🕘'
/** Letters that are more than a result may have. */
export const TOO_MANY = 1_100_000

/** The token that approves one call. */
export function approvalFor(argumentsHash: string): string {
  return `approved ${argumentsHash}`
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** @param happened what became of the slow calls, by the name of the run */
export function createShop(happened: Map<string, string[]> = new Map()): App {
  const note = (run: string, what: string) => {
    happened.set(run, [...(happened.get(run) ?? []), what])
  }
  const app = createApp({
    name: 'shop',
    version: '1.2.3',
    auth: [
      {
        surfaces: ['mcp', 'cli'],
        authenticate: ({ bearer }: AuthRequest) => {
          if (bearer === null) return null
          const scopes = SCOPES[bearer]
          return scopes === undefined ? null : new AuthContext({ subject: bearer, scopes })
        },
      },
    ],
    publicSurfaces: ['api'],
    approval: ({ token, argumentsHash }) => token === approvalFor(argumentsHash),
    agentWrites: 'allow',
    mcp: { maxResponseSize: '1mb' },
    log: { logger: silent },
  })
  app.tool(
    'echo',
    {
      description: 'Says what it was told.',
      params: { text: z.string() },
      returns: z.object({ text: z.string() }),
    },
    ({ text }) => ({ text }),
  )
  app.tool(
    'gift',
    { description: 'Asks whether it is one.', params: { item: z.string() } },
    async ({ item }, call) => {
      if (!call.client.can('form')) return 'nobody to ask'
      const { wrapped } = await call.ask({
        wrapped: ask.form(`Wrap ${item}?`, z.object({ yes: z.boolean() })),
      })
      const { card } = await call.ask({
        card: ask.form('On the card?', z.object({ text: z.string() })),
      })
      const text = card.action === 'accept' ? card.value.text : ''
      return `${item}, ${wrapped.action === 'accept' && wrapped.value.yes ? 'wrapped' : 'plain'}: ${text}`
    },
  )
  app.tool('fail', { description: 'Fails, and says why.' }, () => {
    throw new HttpError(409, 'The shop is closed')
  })
  app.tool(
    'refund',
    {
      description: 'Needs an approval.',
      needsApproval: true,
      params: { amount: z.int() },
      returns: z.object({ refunded: z.int() }),
    },
    ({ amount }) => ({ refunded: amount }),
  )
  app.tool('order', { description: 'Needs a scope.', guards: [hasScope('orders:write')] }, () => ({
    ordered: true,
  }))
  app.tool(
    'large',
    { description: 'Answers with so many letters.', params: { letters: z.int() } },
    ({ letters }) => 'x'.repeat(letters),
  )
  const releases = new Map<string, PromiseWithResolvers<void>>()
  const releaseOf = (run: string) => {
    const release = releases.get(run) ?? Promise.withResolvers<void>()
    releases.set(run, release)
    return release
  }
  app.tool(
    'steps',
    { description: 'Says how far it is, and waits for `go_on`.', params: { run: z.string() } },
    async ({ run }, call) => {
      for (let done = 1; done <= 3; done++) call.progress(done, 3, `row ${done}`)
      await releaseOf(run).promise
      return 'done'
    },
  )
  app.tool(
    'go_on',
    { description: 'Lets a call of `steps` end.', params: { run: z.string() } },
    ({ run }) => releaseOf(run).resolve(),
  )
  app.tool(
    'slow',
    { description: 'Goes on until it is called off.', params: { run: z.string() } },
    async ({ run }, call) => {
      const aborted = new Promise<void>((resolve) => {
        call.signal.addEventListener('abort', () => resolve(), { once: true })
      })
      note(run, 'began')
      await aborted
      note(run, 'aborted')
      return 'called off'
    },
  )
  app.tool(
    'what_happened',
    { description: 'What happened to a slow call.', params: { run: z.string() } },
    ({ run }) => ({ happened: happened.get(run) ?? [] }),
  )
  app.resource(
    'shop://hours',
    { name: 'hours', description: 'When the shop is open.' },
    () => OPENING_HOURS,
  )
  app.resource(
    'order://{order_id}',
    { name: 'order', description: 'One order.', type: 'application/json' },
    ({ order_id }) => ({ order_id }),
  )
  app.resource(
    'shop://books',
    { name: 'books', description: 'Needs a role.', guards: [hasRole('owner')] },
    () => 'secret',
  )
  app.prompt(
    'explain_order',
    { description: 'Explains an order.', params: { order_id: z.string() } },
    ({ order_id }) => `Explain ${order_id} 🍀`,
  )
  app.prompt('audit', { description: 'Needs a role.', guards: [hasRole('owner')] }, () => 'secret')
  return app
}

export const app: App = createShop()
