// DESIGN §1: what cannot work is refused by the compiler. Each negative stands beside a line that
// differs from it in one thing and compiles.
import { createApp, file, files, type SurfaceName } from 'trefoil'
import { allOf, anyOf, deny, guard, hasScope, inputGuard, not, requireAuth } from 'trefoil/auth'
import { z } from 'zod'
import { app, named, nothing } from './setting.ts'

const { name, description } = named
declare const flag: boolean

// Tools and CLI actions have a name and a description.
app.get('/', { name }, nothing)
app.get('/', { description }, nothing)
app.get('/', { name, description, tool: true }, nothing)
app.get('/', { name, description, cli: true }, nothing)
app.get('/', { name, description, tool: flag }, nothing)
app.get('/', { tool: false, cli: false }, nothing)
// @ts-expect-error a tool without a name and a description
app.get('/', { tool: true }, nothing)
// @ts-expect-error a tool without a description
app.get('/', { name, tool: true }, nothing)
// @ts-expect-error a tool without a name
app.get('/', { description, tool: true }, nothing)
// @ts-expect-error a CLI action without a description
app.get('/', { name, cli: true }, nothing)
// @ts-expect-error a CLI action without a name
app.get('/', { description, cli: true }, nothing)
// @ts-expect-error a tool, perhaps, without a name
app.get('/', { description, tool: flag }, nothing)
// @ts-expect-error a name is text
app.get('/', { name: 1, description, tool: true }, nothing)

// `public` names surfaces on which the route is.
app.get('/', { public: ['api'] }, nothing)
app.get('/', { name, description, tool: true, public: ['mcp'] }, nothing)
app.get('/', { name, description, tool: true, cli: true, public: ['api', 'mcp', 'cli'] }, nothing)
// @ts-expect-error not a tool
app.get('/', { public: ['mcp'] }, nothing)
// @ts-expect-error not a CLI action
app.get('/', { name, description, tool: true, public: ['cli'] }, nothing)
// @ts-expect-error not a tool
app.get('/', { name, description, cli: true, public: ['api', 'mcp'] }, nothing)
// @ts-expect-error not a surface
app.get('/', { public: ['http'] }, nothing)
// @ts-expect-error public is a yes, a no, or a list
app.get('/', { public: 'api' }, nothing)
declare const anywhere: SurfaceName[]
// @ts-expect-error a list that may name surfaces on which the route is not
app.get('/', { public: anywhere }, nothing)

// Files travel over HTTP only.
app.post('/', { name, description, params: { picture: file() } }, nothing)
app.post('/', { name, description, tool: false, params: { picture: file() } }, nothing)
app.post('/', { name, description, tool: true, params: { picture: z.string() } }, nothing)
// @ts-expect-error a file parameter on a tool
app.post('/', { name, description, tool: true, params: { picture: file() } }, nothing)
// @ts-expect-error file parameters on a tool
app.post('/', { name, description, tool: true, params: { pages: files() } }, nothing)
// @ts-expect-error a file parameter on a CLI action
app.post('/', { name, description, cli: true, params: { a: z.string(), b: file() } }, nothing)
// @ts-expect-error a file parameter on a route that may be a tool
app.post('/', { name, description, tool: flag, params: { picture: file() } }, nothing)

// Guards and the rest of the shared options.
const ownGuard = guard({ name: 'Own', check: (auth, call) => auth.subject === call.args['id'] })
app.get('/', { guards: [requireAuth(), hasScope('a', 'b'), ownGuard], roles: ['admin'] }, nothing)
app.get('/', { needsApproval: true, timeout: '30s', tags: ['a'], metadata: { a: 1 } }, nothing)
app.get('/', { needsApproval: ['mcp'], hints: { readOnlyHint: true }, status: 202 }, nothing)
// @ts-expect-error a guard is made with guard()
app.get('/', { guards: ['admin'] }, nothing)
// @ts-expect-error a guard answers true or false
guard({ name: 'Own', check: (auth) => auth.subject })
// Guards answer with decisions, and are combined.
guard({
  name: 'Own',
  check: (auth) => auth.subject === 'a' || deny('Not yours', { scopes: ['a'] }),
})
inputGuard({ name: 'Own', check: async () => ({ deny: true, text: 'no' }) })
app.get('/', { guards: [allOf(ownGuard, anyOf(hasScope('a'), not(ownGuard, 'no')))] }, nothing)
// @ts-expect-error not() says why
not(ownGuard)
// @ts-expect-error a denial has a text
guard({ name: 'Own', check: () => ({ deny: true }) })
// @ts-expect-error a guard that reads arguments is made with inputGuard()
guard({ name: 'Own', needsInput: true, check: () => true })
// @ts-expect-error auth.hasRole() takes one role; the guard takes several
app.get('/', {}, (_, call) => call.auth.hasRole('a', 'b'))
// @ts-expect-error roles is a list
app.get('/', { roles: 'admin' }, nothing)
// @ts-expect-error a scope is text
hasScope(['orders:read'])
// @ts-expect-error not a duration
app.get('/', { timeout: true }, nothing)

// A misspelt option would silently not apply.
// @ts-expect-error not an option: guards
app.get('/', { guard: [requireAuth()] }, nothing)
// @ts-expect-error not an option of a route
app.get('/', { surfaces: ['api'] }, nothing)
// @ts-expect-error not an option, among others that are
app.get('/', { name, description, tool: true, needApproval: true }, nothing)
// @ts-expect-error not an option of an app
createApp({ allowedHost: ['example.com'] })
// @ts-expect-error strict or off
createApp({ edge: { security: 'relaxed' } })

app.get('/', nothing)
// @ts-expect-error a route has a handler
app.get('/')
// @ts-expect-error a route has a handler
app.get('/', { name })
// @ts-expect-error a path is text
app.get(1, nothing)
