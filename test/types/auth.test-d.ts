// DESIGN §1: `call.auth` is non-null exactly when every exposed surface is covered and the route
// is not public there. One line a row; each app covers the surfaces its name says.

import type { SurfaceName } from 'trefoil'
import { createApp } from 'trefoil'
import type { AuthContext } from 'trefoil/auth'
import { permissions, requireAuth } from 'trefoil/auth'
import { exact } from './expect.ts'
import { apiOnly, app, cliOnly, findUser, mcpOnly, named, open, type User } from './setting.ts'

type Known = AuthContext<User>
type Maybe = AuthContext<User> | null

// Nothing covered: nobody is known anywhere.
open.get('/', {}, (_, call) => exact<AuthContext<unknown> | null>()(call.auth))
open.get('/', (_, call) => exact<AuthContext<unknown> | null>()(call.auth))

// All covered, not public: known on every surface.
app.get('/', (_, call) => exact<Known>()(call.auth))
app.get('/', {}, (_, call) => exact<Known>()(call.auth))
app.get('/', { public: false }, (_, call) => exact<Known>()(call.auth))
app.get('/', { ...named, tool: true }, (_, call) => exact<Known>()(call.auth))
app.get('/', { ...named, cli: true }, (_, call) => exact<Known>()(call.auth))
app.get('/', { ...named, tool: true, cli: true }, (_, call) => exact<Known>()(call.auth))

// Public somewhere: a caller may be anonymous.
app.get('/', { public: true }, (_, call) => exact<Maybe>()(call.auth))
app.get('/', { public: ['api'] }, (_, call) => exact<Maybe>()(call.auth))
app.get('/', { ...named, tool: true, public: true }, (_, call) => exact<Maybe>()(call.auth))
app.get('/', { ...named, tool: true, public: ['api'] }, (_, call) => exact<Maybe>()(call.auth))
app.get('/', { ...named, tool: true, public: ['mcp'] }, (_, call) => exact<Maybe>()(call.auth))
app.get('/', { ...named, cli: true, public: ['cli'] }, (_, call) => exact<Maybe>()(call.auth))
app.get('/', { public: [] }, (_, call) => exact<Known>()(call.auth))

// One surface covered: known only where the route is on no other.
apiOnly.get('/', {}, (_, call) => exact<Known>()(call.auth))
apiOnly.get('/', (_, call) => exact<Known>()(call.auth))
apiOnly.get('/', { ...named, tool: true }, (_, call) => exact<Maybe>()(call.auth))
apiOnly.get('/', { ...named, cli: true }, (_, call) => exact<Maybe>()(call.auth))
apiOnly.get('/', { ...named, tool: false, cli: false }, (_, call) => exact<Known>()(call.auth))
mcpOnly.get('/', {}, (_, call) => exact<Maybe>()(call.auth))
mcpOnly.get('/', (_, call) => exact<Maybe>()(call.auth))
mcpOnly.get('/', { ...named, tool: true }, (_, call) => exact<Maybe>()(call.auth))

// Actions have no HTTP path: what is not covered there does not matter.
mcpOnly.tool('a', { description: 'b' }, (_, call) => exact<Known>()(call.auth))
mcpOnly.tool('a', { description: 'b', cli: true }, (_, call) => exact<Maybe>()(call.auth))
mcpOnly.tool('a', { description: 'b', public: true }, (_, call) => exact<Maybe>()(call.auth))
mcpOnly.tool('a', { description: 'b', public: ['mcp'] }, (_, call) => exact<Maybe>()(call.auth))
mcpOnly.action('a', { description: 'b', tool: true }, (_, call) => exact<Known>()(call.auth))
mcpOnly.action('a', { description: 'b', cli: true }, (_, call) => exact<Maybe>()(call.auth))
cliOnly.action('a', { description: 'b', cli: true }, (_, call) => exact<Known>()(call.auth))
cliOnly.tool('a', { description: 'b' }, (_, call) => exact<Maybe>()(call.auth))

// Groups and guards do not change what the compiler knows.
app.group('/g').get('/', {}, (_, call) => exact<Known>()(call.auth))
app.group('/g').get('/', { public: true }, (_, call) => exact<Maybe>()(call.auth))
apiOnly.group('/g').get('/', { ...named, tool: true }, (_, call) => exact<Maybe>()(call.auth))
apiOnly.get('/', { guards: [requireAuth()] }, (_, call) => exact<Known>()(call.auth))

// Two authenticators together cover what each covers.
const both = createApp({
  auth: [
    { authenticate: findUser, surfaces: ['api'] },
    { authenticate: findUser, surfaces: ['mcp'] },
  ],
})
both.get('/', { ...named, tool: true }, (_, call) => exact<Known>()(call.auth))
both.get('/', { ...named, tool: true, cli: true }, (_, call) => exact<Maybe>()(call.auth))

// What the compiler cannot know for certain may be null.
declare const flag: boolean
declare const surfaces: SurfaceName[]
declare const some: 'api' | 'mcp'
declare const twoLists: readonly ['api', 'cli'] | readonly ['mcp', 'cli']
const config = { authenticate: findUser, surfaces } as const
const loose = createApp({ auth: [config] })
loose.get('/', {}, (_, call) => exact<Maybe>()(call.auth))
const listed = createApp({ auth: [{ authenticate: findUser, surfaces: ['api'] as const }].slice() })
listed.get('/', {}, (_, call) => exact<Maybe>()(call.auth))
const sometimes = createApp({ auth: flag ? [] : [{ authenticate: findUser, surfaces: ['api'] }] })
sometimes.get('/', {}, (_, call) => exact<Maybe>()(call.auth))
const either = createApp({ auth: [{ authenticate: findUser, surfaces: [some] }] })
either.get('/', {}, (_, call) => exact<Maybe>()(call.auth))
const oneOf = createApp({ auth: [{ authenticate: findUser, surfaces: twoLists }] })
oneOf.get('/', {}, (_, call) => exact<Maybe>()(call.auth))
oneOf.action('a', { description: 'b', cli: true }, (_, call) => exact<Known>()(call.auth))
apiOnly.get('/', { ...named, tool: flag }, (_, call) => exact<Maybe>()(call.auth))
app.get('/', { public: flag }, (_, call) => exact<Maybe>()(call.auth))

app.get('/', {}, (_, call) => call.auth.subject)
// @ts-expect-error an anonymous caller has no subject
app.get('/', { public: true }, (_, call) => call.auth.subject)
// @ts-expect-error an app without authenticators knows nobody
open.get('/', {}, (_, call) => call.auth.subject)
// @ts-expect-error not covered on mcp
apiOnly.get('/', { ...named, tool: true }, (_, call) => call.auth.subject)

// @ts-expect-error not a surface
createApp({ auth: [{ authenticate: findUser, surfaces: ['http'] }] })
// @ts-expect-error an authenticator answers with an AuthContext or null
createApp({ auth: [{ authenticate: (_request) => ({ subject: 'ada' }), surfaces: ['api'] }] })
// @ts-expect-error an authenticator says which surfaces it covers
createApp({ auth: [{ authenticate: findUser }] })

// Names of permissions are those of the table.
const can = permissions(
  { support: ['user.read'], admin: ['user.write'] },
  { inherits: { admin: ['support'] }, everyone: ['support'] },
)
can.hasPermission('user.read', 'user.write')
// @ts-expect-error: no role has it
can.hasPermission('user.wirte')
// @ts-expect-error: no role has it
can.hasAnyPermission('user.read', 'toString')
// @ts-expect-error: no such role
permissions({ admin: ['x'] }, { inherits: { admin: ['admni'] } })
// @ts-expect-error: text is no list (SW-29)
permissions({ admin: 'user.read' })
// Roles out of a file have any names.
const fromFile: Record<string, string[]> = { admin: ['x'] }
permissions(fromFile).hasPermission('anything')
