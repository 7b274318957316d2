// What docs/ says about options and variables, out of their rows. `npm run docs` writes it,
// test/docs/configuration.test.ts holds it equal.

import { SESSION } from '../packages/trefoil/src/app/cookie-session.ts'
import { CLI, MCP } from '../packages/trefoil/src/app/options/agent-options.ts'
import { APP } from '../packages/trefoil/src/app/options/app-options.ts'
import { ASKING } from '../packages/trefoil/src/app/options/asking-options.ts'
import { AUDIT_HOOK } from '../packages/trefoil/src/app/options/audit-options.ts'
import { BROWSER } from '../packages/trefoil/src/app/options/browser-options.ts'
import { BREAKER, CONCURRENCY } from '../packages/trefoil/src/app/options/capacity-options.ts'
import { DOCS } from '../packages/trefoil/src/app/options/docs-options.ts'
import { EDGE } from '../packages/trefoil/src/app/options/edge-options.ts'
import { BACKGROUND_LIMITS, LIMITS } from '../packages/trefoil/src/app/options/limit-options.ts'
import { LOG } from '../packages/trefoil/src/app/options/log-options.ts'
import {
  MOVED_OPTIONS,
  MOVED_VARIABLES,
} from '../packages/trefoil/src/app/options/moved-options.ts'
import { AUTH } from '../packages/trefoil/src/app/options/read-auth.ts'
import { CLIENT } from '../packages/trefoil/src/client/client-options.ts'
import { REMOTE_TARGET } from '../packages/trefoil/src/client/remote-client.ts'
import { REQUIRED } from '../packages/trefoil/src/contract/options/option-rows.ts'
import { EMAIL_OTP, MFA } from '../packages/trefoil/src/features/accounts/mfa/mfa-options.ts'
import { PASSWORD_HASHING } from '../packages/trefoil/src/features/accounts/passwords/hashing-options.ts'
import { API_KEYS } from '../packages/trefoil/src/identity/api-key/api-key-options.ts'
import { CLIENT_CERTIFICATE } from '../packages/trefoil/src/identity/client-certificate/certificate-options.ts'
import { SIGNER } from '../packages/trefoil/src/identity/cookie-signer.ts'
import { INTROSPECTION } from '../packages/trefoil/src/identity/introspection/introspection-options.ts'
import { DPOP } from '../packages/trefoil/src/identity/jwt/dpop-options.ts'
import { FETCHING, JWT } from '../packages/trefoil/src/identity/jwt/jwt-options.ts'
import { BREACH_CHECKER } from '../packages/trefoil/src/identity/password/breach/breach-options.ts'
import { PASSWORD_POLICY } from '../packages/trefoil/src/identity/password/policy-options.ts'
import { CORS } from '../packages/trefoil/src/policy/cors-options.ts'
import { CSRF } from '../packages/trefoil/src/policy/csrf.ts'
import { HSTS } from '../packages/trefoil/src/policy/security-headers.ts'
import { STATIC_FILES } from '../packages/trefoil/src/surfaces/http/node/files/static-files.ts'
import { SERVE } from '../packages/trefoil/src/surfaces/http/node/serve-options.ts'
import { NODE_HANDLER } from '../packages/trefoil/src/surfaces/http/node/to-node-handler.ts'
import { COMPRESSION } from '../packages/trefoil/src/surfaces/http/response/compression-options.ts'
import { TYPED_CLIENT } from '../packages/trefoil/src/testing/typed-client.ts'

/** Tables of docs/configuration.md by name: the groups of options there are. */
export const OPTION_GROUPS = {
  'createApp options': APP,
  'edge options': EDGE,
  'compression options': COMPRESSION,
  'browser options': BROWSER,
  'cors options': CORS,
  'csrf options': CSRF,
  'hsts options': HSTS,
  'limits options': LIMITS,
  'background options': BACKGROUND_LIMITS,
  'docs options': DOCS,
  'mcp options': MCP,
  'asking options': ASKING,
  'cli options': CLI,
  'log options': LOG,
  'audit options': AUDIT_HOOK,
  'concurrency options': CONCURRENCY,
  'breaker options': BREAKER,
  'auth options': AUTH,
  'jwtAuth options': JWT,
  'fetching options': FETCHING,
  'dpop options': DPOP,
  'introspectionAuth options': INTROSPECTION,
  'clientCertificateAuth options': CLIENT_CERTIFICATE,
  'apiKeyAuth options': API_KEYS,
  'session options': SESSION,
  'CookieSigner options': SIGNER,
  'serve options': SERVE,
  'toNodeHandler options': NODE_HANDLER,
  'staticFiles options': STATIC_FILES,
  'createRemoteTarget options': REMOTE_TARGET,
}

/** Tables of docs/client.md by name. */
export const CLIENT_GROUPS = { 'createClient options': CLIENT, 'client options': TYPED_CLIENT }

/** Tables of docs/passwords.md by name. */
export const PASSWORD_GROUPS = {
  'PasswordPolicy options': PASSWORD_POLICY,
  'BreachChecker options': BREACH_CHECKER,
  'passwordHashing options': PASSWORD_HASHING,
}

/** Tables of docs/second-factors.md by name. */
export const FACTOR_GROUPS = { 'mfa options': MFA, 'emailOtp options': EMAIL_OTP }

/** Rows of the table of a group: option, default, meaning. */
export function optionRows(group) {
  return Object.entries(group.rows).map(([name, row]) => [`\`${name}\``, defaultOf(row), row.doc])
}

function defaultOf(row) {
  if (row.default === REQUIRED) return 'required'
  if (row.shown !== undefined) return row.shown
  if (row.group !== undefined) return row.default === null ? 'none' : '`{}`'
  const value = row.default
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'none'
  if (Array.isArray(value)) return value.map((entry) => `\`${entry}\``).join(', ')
  if (typeof value === 'object')
    return Object.keys(value).length === 0 ? '`{}`' : `\`${JSON.stringify(value)}\``
  return `\`${value}\``
}

/** Options of 0.1 and where they are now. */
export function movedOptionRows() {
  return Object.entries(MOVED_OPTIONS).map(([old, { to }]) => [`\`${old}\``, `\`${to}\``])
}

/** Variables of 0.1 and what they are called now. */
export function movedVariableRows() {
  return [...MOVED_VARIABLES].map(([old, { to, unit }]) => [
    `\`${old}\``,
    `\`${to}\``,
    unit === undefined ? '' : `a duration now: \`600${unit}\``,
  ])
}

/** The tables of the codemod, as the lines between its two marks. */
export function codemodTables() {
  const write = (name, table) => `const ${name} = ${JSON.stringify(table, null, 2)}`
  return [
    write('MOVED', MOVED_OPTIONS),
    write('VARIABLES', Object.fromEntries(MOVED_VARIABLES)),
    write('KEPT', Object.keys(APP.rows)),
  ].join('\n')
}
