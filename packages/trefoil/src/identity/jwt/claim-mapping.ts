import { isRecord } from '../../base/plain/is-record.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'

/**
 * Where something stands in the claims: the name of a claim, to the letter (dots mean nothing); or a
 * list of places, each a name or a path of names, all of which are read.
 */
export type ClaimPlace = string | readonly (string | readonly string[])[]

/** Providers whose tokens are known. */
export type ClaimPreset = 'keycloak' | 'auth0' | 'entra'

/** Which claims say who is calling. What is left out is as the preset has it, or as usual. */
export interface ClaimNames {
  /** Provider to begin with. Default: none. */
  readonly preset?: ClaimPreset
  /** The first that is there counts. Default `sub`, else `client_id`. */
  readonly subject?: ClaimPlace
  /** All of them together. Default `roles`. */
  readonly roles?: ClaimPlace
  /** All of them together; text with spaces is several. Default `scope`, `scopes` and `scp`. */
  readonly scopes?: ClaimPlace
  /** The first that is there counts. Default `tenant_id`. */
  readonly tenant?: ClaimPlace
  /** Says `agent` or `service`; a person cannot be claimed. Default: no claim is asked. */
  readonly kind?: ClaimPlace
}

type Path = readonly string[]

/** {@link ClaimNames}, complete. */
export interface ClaimMapping {
  readonly subject: readonly Path[]
  readonly roles: readonly Path[]
  readonly scopes: readonly Path[]
  readonly tenant: readonly Path[]
  readonly kind: readonly Path[]
  /** Values of the claim `typ` that make a token another thing than an access token. */
  readonly otherTypes: ReadonlySet<unknown>
}

/** P-JWT-6, P-JWT-7, X-06, P-MW-5. */
export const USUAL_CLAIMS: ClaimMapping = {
  subject: [['sub'], ['client_id']],
  roles: [['roles']],
  scopes: [['scope'], ['scopes'], ['scp']],
  tenant: [['tenant_id']],
  kind: [],
  otherTypes: new Set(),
}

/** Only what is for this service: a role of another client, of the same name, must not count here. */
type Preset = (audiences: readonly string[]) => ClaimMapping

const PRESETS: Readonly<Record<ClaimPreset, Preset>> = {
  // Realm roles, and those that are of the audience as a client. Its id, refresh and logout tokens are
  // signed with the same keys, and say so in a claim.
  keycloak: (audiences) => ({
    subject: [['sub']],
    roles: [
      ['realm_access', 'roles'],
      ...audiences.map((client) => ['resource_access', client, 'roles']),
    ],
    scopes: [['scope']],
    tenant: [],
    kind: [],
    otherTypes: new Set(['ID', 'Refresh', 'Offline', 'Logout']),
  }),
  // Roles only in a claim of the app's own, whose name is an address. Permissions of its role-based
  // access control are scopes.
  auth0: () => ({
    subject: [['sub']],
    roles: [],
    scopes: [['scope'], ['permissions']],
    tenant: [['org_id']],
    kind: [],
    otherTypes: new Set(),
  }),
  // Delegated permissions are `scp`, those of apps and of assigned users `roles`.
  entra: () => ({
    subject: [['sub']],
    roles: [['roles']],
    scopes: [['scp']],
    tenant: [['tid']],
    kind: [],
    otherTypes: new Set(),
  }),
}

const PLACES = ['subject', 'roles', 'scopes', 'tenant', 'kind'] as const
const NAMES: OptionNames<ClaimNames> = {
  preset: true,
  subject: true,
  roles: true,
  scopes: true,
  tenant: true,
  kind: true,
}

/**
 * @param audiences accepted `aud`
 * @param where the function that was given it, for messages
 * @throws ImproperlyConfigured for what cannot be read
 */
export function readClaimMapping(
  given: unknown,
  audiences: readonly string[],
  where = 'jwtAuth()',
): ClaimMapping {
  if (given === undefined) return USUAL_CLAIMS
  if (!isRecord(given)) return presetOf(given, audiences, where)
  checkOptionNames(`${where}: claims`, given, NAMES)
  const { preset } = given
  const start = preset === undefined ? USUAL_CLAIMS : presetOf(preset, audiences, where)
  const places = PLACES.map((name) => {
    const place = given[name]
    return [name, place === undefined ? start[name] : readPlace(name, place, where)]
  })
  return { ...start, ...Object.fromEntries(places) }
}

function presetOf(name: unknown, audiences: readonly string[], where: string): ClaimMapping {
  if (typeof name === 'string' && Object.hasOwn(PRESETS, name)) {
    return PRESETS[name as ClaimPreset](audiences)
  }
  throw new ImproperlyConfigured(
    `${where}: claims must be one of ${Object.keys(PRESETS).join(', ')}, or an object such as ` +
      "{ roles: 'groups' }",
  )
}

function readPlace(name: string, place: unknown, where: string): readonly Path[] {
  const places: readonly unknown[] = Array.isArray(place) ? place : [place]
  return places.map((one) => {
    const path: unknown[] = Array.isArray(one) ? [...one] : [one]
    if (path.length === 0 || !path.every((step) => typeof step === 'string' && step !== '')) {
      throw new ImproperlyConfigured(
        `${where}: claims.${name} must be the name of a claim, or a list of names and paths such as ` +
          "[['realm_access', 'roles']]",
      )
    }
    return path as string[]
  })
}

/**
 * What stands at a place. Nothing that a name inherits counts: a role called `constructor` is none.
 *
 * @returns `undefined` when it is not there
 * @throws whatever `malformed` makes, when something else than an object is on the way
 */
export function claimAt(
  claims: Readonly<Record<string, unknown>>,
  path: Path,
  malformed: (claim: string) => Error,
): unknown {
  const [first] = path
  // Nearly all: each token that is not remembered comes through here several times.
  if (path.length === 1)
    return Object.hasOwn(claims, first as string) ? claims[first as string] : undefined
  let value: unknown = claims
  for (const step of path) {
    if (!isRecord(value)) throw malformed(path.join('.'))
    if (!Object.hasOwn(value, step)) return undefined
    value = value[step]
  }
  return value
}
