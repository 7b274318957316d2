// DESIGN §1 and §4: the payload's type flows from the authenticator to `call.auth.payload`.
import { createApp } from 'trefoil'
import {
  type AuthConfig,
  AuthContext,
  type Authenticator,
  firstOf,
  jwtAuth,
  refusal,
} from 'trefoil/auth'
import { exact } from './expect.ts'
import { app, findUser, type User } from './setting.ts'

app.get('/', {}, (_, call) => exact<User>()(call.auth.payload))
app.get('/', { public: true }, (_, call) => exact<User | undefined>()(call.auth?.payload))

const inline = createApp({
  auth: [
    {
      authenticate: async (request) => {
        exact<string | null>()(request.bearer)
        return new AuthContext({ subject: 'ada', payload: { level: 3 } })
      },
      surfaces: ['api'],
    },
  ],
})
inline.get('/', {}, (_, call) => exact<{ level: number }>()(call.auth.payload))

declare const byKey: Authenticator<{ readonly key: string }>
const two = createApp({
  auth: [
    { authenticate: findUser, surfaces: ['api'] },
    { authenticate: byKey, surfaces: ['mcp'] },
  ],
})
two.get('/', {}, (_, call) => exact<User | { readonly key: string }>()(call.auth.payload))

declare const annotated: AuthConfig<readonly ['api'], User>
const fromVariable = createApp({ auth: [annotated] })
fromVariable.get('/', {}, (_, call) => exact<User>()(call.auth.payload))

// A token carries no payload; `onAuthenticated` may load one.
const authenticate = jwtAuth({ keys: 'k'.repeat(32) })
const bare = createApp({ auth: [{ authenticate, surfaces: ['api'] }] })
bare.get('/', {}, (_, call) => exact<undefined>()(call.auth.payload))

declare const load: (auth: AuthContext) => Promise<AuthContext<User>>
const loaded = createApp({
  auth: [{ authenticate, surfaces: ['api'], onAuthenticated: (auth) => load(auth) }],
})
loaded.get('/', {}, (_, call) => exact<AuthContext<User>>()(call.auth))

declare const replace: (auth: AuthContext) => Promise<AuthContext<User> | null>
const replaced = createApp({
  auth: [{ authenticate, surfaces: ['api'], onAuthenticated: replace }],
})
replaced.get('/', {}, (_, call) => exact<User | undefined>()(call.auth.payload))

const watched = createApp({
  auth: [{ authenticate: findUser, surfaces: ['api'], onAuthenticated: () => undefined }],
})
watched.get('/', {}, (_, call) => exact<User>()(call.auth.payload))

// A hook may say whose context it takes; another authenticator's does not fit.
declare const byUser: (auth: AuthContext<User>) => null
createApp({ auth: [{ authenticate: findUser, surfaces: ['api'], onAuthenticated: byUser }] })
// @ts-expect-error a key is not a user
createApp({ auth: [{ authenticate: byKey, surfaces: ['api'], onAuthenticated: byUser }] })

// The payload is what middleware and error handlers see, too.
app.use((call, next) => {
  exact<AuthContext<User> | null>()(call.auth)
  return next()
})

app.get('/', {}, (_, call) => {
  // @ts-expect-error not a member of the payload
  call.auth.payload.email
})
app.get('/', {}, (_, call) => {
  // @ts-expect-error what is known about a caller does not change
  call.auth.subject = 'eve'
})
app.get('/', {}, (_, call) => {
  // @ts-expect-error roles are read-only
  call.auth.roles.add('admin')
})

// An authenticator is an object, or a function; joined, they know what any of them does.
declare const bySession: Authenticator<User>
const object = createApp({ auth: [{ authenticate: bySession, surfaces: ['api'] }] })
object.get('/', {}, (_, call) => exact<User>()(call.auth.payload))
const joined = createApp({ auth: [{ authenticate: firstOf(bySession, byKey), surfaces: ['api'] }] })
joined.get('/', {}, (_, call) => exact<User | { readonly key: string }>()(call.auth.payload))
const mixed = firstOf(bySession, (request) => {
  exact<string | null>()(request.bearer)
  return request.bearer === null ? null : refusal('expired')
})
createApp({ auth: [{ authenticate: mixed, surfaces: ['api'] }] })
const wrapped: Authenticator<undefined> = {
  ...authenticate,
  authenticate: (request) => authenticate.authenticate(request),
}
createApp({ auth: [{ authenticate: wrapped, surfaces: ['api'] }] })
// @ts-expect-error a code is text
refusal(401)
// @ts-expect-error an authenticator has a name
createApp({ auth: [{ authenticate: { authenticate: findUser }, surfaces: ['api'] }] })
