import { variantOf } from '../../app/variant.ts'
import { AuthContext, type Identity } from '../../contract/auth/auth-context.ts'
import { nameAmongAll } from '../../contract/call/action.ts'
import type { AppHandle } from '../../contract/call/app-handle.ts'
import { internalsOf } from '../../contract/call/app-internals.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { checkRecord } from '../../contract/options/option-values.ts'
import { type AccessPrincipal, principalsOf } from './access-principal.ts'
import { type AccessDecision, AccessOf } from './decide-access.ts'

/** Options of {@link accessMatrix}. */
export interface AccessOptions {
  /** Callers beside the usual kinds. Default: none. */
  readonly principals?: readonly AccessPrincipal[]
}

/** One place of the matrix. */
export interface AccessCell extends AccessDecision {
  readonly action: string
  readonly surface: SurfaceName
  readonly principal: string
}

/** Who may call what, on every surface. Sorted; no credential and no time is in it. */
export interface AccessMatrix {
  readonly app: string
  /** Name of the authenticator of each surface; `null` where callers stay anonymous. */
  readonly authenticators: Readonly<Record<SurfaceName, string | null>>
  /** Names, in the order of the columns. */
  readonly principals: readonly string[]
  /** The given ones, as far as they may be written down: no claims, no payload, no token. */
  readonly given: Readonly<Record<string, Identity | 'token'>>
  readonly cells: readonly AccessCell[]
}

const OPTIONS: OptionNames<AccessOptions> = { principals: true }
const SURFACES: readonly SurfaceName[] = ['api', 'mcp', 'cli']

/**
 * Works out who may call what, from the app alone: action by action, surface by surface, for every kind
 * of caller. The checks of real calls decide, up to the arguments; nothing of the app runs but
 * guards, and authenticators for principals with a `token`.
 *
 * @throws ImproperlyConfigured for principals that are nobody, and for an app that does not compile
 */
export async function accessMatrix(
  app: AppHandle,
  options: AccessOptions = {},
): Promise<AccessMatrix> {
  internalsOf(app, 'accessMatrix()')
  checkRecord('accessMatrix(): options', options)
  checkOptionNames('accessMatrix()', options, OPTIONS)
  const { catalogue, context } = variantOf(app, { who: null, substitutes: null })
  const principals = principalsOf(catalogue.actions, options.principals)
  const cells: AccessCell[] = []
  const actions = [...catalogue.actions].sort(byName)
  for (const principal of principals) {
    const access = new AccessOf(context, principal)
    for (const action of actions) {
      for (const surface of SURFACES) {
        if (!action.exposed[surface]) continue
        const decided = await access.decide(action, surface)
        cells.push({ action: nameAmongAll(action), surface, principal: principal.name, ...decided })
      }
    }
  }
  const nameOf = (surface: SurfaceName) => context.auth[surface]?.name ?? null
  return {
    app: catalogue.name,
    authenticators: { api: nameOf('api'), mcp: nameOf('mcp'), cli: nameOf('cli') },
    principals: principals.map(({ name }) => name),
    given: Object.fromEntries(
      principals
        .filter(({ isUsual }) => !isUsual)
        .map(({ name, stand }) => [name, stand === null ? 'token' : shown(stand.answer)]),
    ),
    cells,
  }
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  if (left.name === right.name) return 0
  return left.name < right.name ? -1 : 1
}

function shown(answer: unknown): Identity | 'token' {
  if (!AuthContext.is(answer)) return 'token'
  const { subject, kind, tenant, roles, scopes, actor } = answer
  return {
    subject,
    kind,
    ...(tenant === null ? {} : { tenant }),
    ...(roles.size === 0 ? {} : { roles: [...roles].sort() }),
    ...(scopes.size === 0 ? {} : { scopes: [...scopes].sort() }),
    ...(actor.length === 0 ? {} : { actor: actor.map((by) => ({ subject: by.subject })) }),
  }
}
