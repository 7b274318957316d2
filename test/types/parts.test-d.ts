// Parts: what they may have, what an app knows of them, and codes of problems.
import { createApp, defineProblems, Problem, type ProblemCode } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { type HealthOptions, health } from 'trefoil/health'
import { type AuthenticatingPart, definePart, type Part, type PartRoutes } from 'trefoil/parts'
import { partContract } from 'trefoil/testing'
import { type Equal, type Expect, exact } from './expect.ts'

interface User {
  readonly id: number
}

const user = new AuthContext<User>({ subject: 'ada', payload: { id: 1 } })
const people = definePart({
  name: 'people',
  authenticator: {
    authenticate: (_request): AuthContext<User> | null => user,
    surfaces: ['api', 'mcp', 'cli'],
  },
})
const plain = definePart({ name: 'plain' })
exact<Part>()(plain)

// An authenticator of a part counts like one of the app.
const app = createApp({ parts: [people, plain] })
app.get('/me', (_, call) => {
  exact<AuthContext<User>>()(call.auth)
})
app.get('/open', { public: true }, (_, call) => {
  exact<AuthContext<User> | null>()(call.auth)
})

// It does not where nobody can say that it is there.
declare const some: readonly Part[]
createApp({ parts: some }).get('/me', (_, call) => {
  exact<null>()(call.auth?.payload === undefined ? null : null)
  // @ts-expect-error there may be no caller
  call.auth.subject
})
const included = createApp()
included.include(people)
included.get('/me', (_, call) => {
  // @ts-expect-error what is included later is not in the types
  call.auth.subject
})

// Of two, each covers its own surfaces.
const half = definePart({
  name: 'half',
  authenticator: [{ authenticate: (_request): AuthContext | null => null, surfaces: ['api'] }],
})
createApp({ parts: [half] }).get('/x', { tool: true, name: 'x', description: 'x' }, (_, call) => {
  // @ts-expect-error nobody covers MCP
  call.auth.subject
})
createApp({ parts: [half] }).get('/x', (_, call) => call.auth.subject)

// Actions of a part have to ask whether there is a caller.
definePart({
  name: 'x',
  actions: (routes) => {
    exact<PartRoutes>()(routes)
    routes.get('/x/{id:int}', ({ id }, call) => {
      exact<number>()(id)
      // @ts-expect-error there may be no caller
      call.auth.subject
    })
  },
})

// @ts-expect-error misspelt
definePart({ name: 'x', endpoint: [] })
// @ts-expect-error without a name
definePart({})
// @ts-expect-error an endpoint has no guards
definePart({ name: 'x', endpoints: [{ method: 'GET', path: '/', handle: () => 1, guards: [] }] })
// @ts-expect-error no part
createApp({ parts: [{ nam: 'x' }] })
// @ts-expect-error a command answers with an exit code or what to show
definePart({ name: 'x', commands: [{ name: 'x', describe: 'x', run: () => 'text' }] })

// Codes stay what they are.
const shop = defineProblems('shop', {
  order_locked: { status: 409, text: 'Locked', fix: 'Unlock it.' },
  order_gone: { status: 410, text: 'Gone', fix: 'Make another.' },
})
type Code = Parameters<typeof shop.problem>[0]
export type Checks = [
  Expect<Equal<Code, 'order_locked' | 'order_gone'>>,
  Expect<Equal<ReturnType<typeof shop.problem>['code'], Code>>,
  Expect<Equal<Problem<'order_gone'>['code'], 'order_gone'>>,
  Expect<Equal<ConstructorParameters<typeof Problem<ProblemCode>>[0], ProblemCode>>,
  Expect<Equal<Parameters<typeof health>[0], HealthOptions | undefined>>,
]
declare const caught: unknown
if (shop.is(caught)) exact<Code>()(caught.code)
// @ts-expect-error of no table
shop.problem('order_lost')
// @ts-expect-error of another table
new Problem('order_gone')
exact<'not_found'>()(new Problem('not_found').code)
// @ts-expect-error a row without a fix
defineProblems('shop', { order_lost: { status: 409, text: 'Lost' } })

partContract(() => health())
export const typed: AuthenticatingPart<unknown> | null = null
