import { createApp } from 'trefoil'
import {
  AuthContext,
  anyOf,
  guard,
  hasAllScopes,
  hasRole,
  hasScope,
  inputGuard,
  refusal,
} from 'trefoil/auth'

const SCOPES = ['a:read', 'a:write']
const person = { subject: 'p', kind: 'person', scopes: SCOPES } as const

/** Who is behind which token: the usual kinds of callers, and two that have roles. */
export const CALLERS = {
  person,
  'person without scopes': { ...person, scopes: [] },
  agent: { ...person, kind: 'agent' },
  service: { ...person, kind: 'service' },
  unknown: { ...person, kind: 'unknown' },
  delegated: { ...person, actor: [{ subject: 'agent' }] },
  'wrong tenant': { ...person, tenant: 'some-other-tenant' },
  admin: { ...person, roles: ['admin'] },
  'admin by an agent': { ...person, roles: ['admin'], actor: [{ subject: 'agent' }] },
} as const

const GUARDS = {
  open: [],
  role: [hasRole('admin')],
  scope: [hasScope('a:read', 'a:write')],
  scopes: [hasAllScopes('a:read', 'a:write')],
  scope_then_role: [hasScope('a:read'), hasRole('admin')],
  either: [anyOf(hasRole('admin'), hasScope('a:write'))],
  tenant: [guard({ name: 'OwnTenant', check: ({ tenant }) => tenant === null })],
  late: [guard({ name: 'Late', check: async ({ roles }) => roles.has('admin') })],
  broken: [
    guard({
      name: 'Broken',
      check: () => {
        throw new Error('no database')
      },
    }),
  ],
  input: [inputGuard({ name: 'ByInput', check: () => true })],
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Sixty actions: every kind of guard, reading and changing, with and without approval, on fewer surfaces. */
export function accessApp(agentWrites: 'allow' | 'approve' | 'deny') {
  const app = createApp({
    name: 'sixty',
    agentWrites,
    log: { logger: silent },
    approval: () => false,
    auth: [
      {
        name: 'table',
        surfaces: ['api', 'mcp', 'cli'],
        authenticate: (request) => {
          const token = request.headers.get('authorization')?.slice('Bearer '.length) ?? ''
          if (token === 'expired') return refusal('expired')
          if (token === 'wrong-audience') return refusal('wrong_audience')
          const known = Object.entries(CALLERS).find(([name]) => tokenOf(name) === token)
          return known === undefined ? null : new AuthContext(known[1])
        },
      },
    ],
  })
  for (const [name, guards] of Object.entries(GUARDS)) {
    const add = (kind: string, method: 'get' | 'post', options: object) =>
      app[method](
        `/${name}/${kind}`,
        {
          name: `${name}_${kind}`,
          description: 'One of sixty.',
          guards,
          tool: true,
          cli: true,
          ...options,
        },
        () => 'done',
      )
    add('read', 'get', {})
    add('write', 'post', {})
    add('asked', 'post', { needsApproval: true })
    add('asked_all', 'get', { needsApproval: ['api', 'mcp', 'cli'] })
    add('api_only', 'post', { tool: false, cli: false })
    add('harmless', 'post', { changes: false, cli: false })
  }
  return app
}

export function tokenOf(principal: string): string {
  return principal.replaceAll(' ', '-')
}
