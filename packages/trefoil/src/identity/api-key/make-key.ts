import type { Duration } from '../../base/duration.ts'
import { parseIpRange } from '../../base/ip.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { SURFACES, type SurfaceName } from '../../contract/call/surface-name.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { readDuration } from '../../contract/options/read-duration.ts'
import type { StoredApiKey } from '../../contract/ports/api-keys.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { readNames } from './fixed-keys.ts'

/** What a new key is to be. */
export interface NewApiKey {
  /** Subject of whoever answers for it. */
  readonly owner: string
  /** What its owner calls it, such as `deploy script`. */
  readonly name: string
  /** Subject of calls with it. Default `key:` and its id. */
  readonly clientId?: string
  /** Default `service`. */
  readonly kind?: 'service' | 'agent'
  /** Default `null`. */
  readonly tenant?: string | null
  /** Default none. */
  readonly roles?: readonly string[]
  /** Default none. */
  readonly scopes?: readonly string[]
  /** Where it may be used. Default everywhere. */
  readonly surfaces?: readonly SurfaceName[]
  /** Addresses and CIDR ranges it may be used from. Default any. */
  readonly addresses?: readonly string[]
  /** How long it holds; `never` ends never. Default `90d`. */
  readonly expiresIn?: Duration | 'never'
}

const NEW_KEY: OptionNames<NewApiKey> = {
  owner: true,
  name: true,
  clientId: true,
  kind: true,
  tenant: true,
  roles: true,
  scopes: true,
  surfaces: true,
  addresses: true,
  expiresIn: true,
}

/**
 * @param now milliseconds since the Unix epoch
 * @throws ImproperlyConfigured naming the option
 */
export function describeKey(given: unknown, id: string, digest: string, now: number): StoredApiKey {
  const where = 'createKey()'
  if (!isRecord(given)) {
    throw new ImproperlyConfigured(
      `${where} takes an object such as { owner: 'ada', name: 'deploy' }`,
    )
  }
  checkOptionNames(where, given, NEW_KEY)
  const { kind = 'service', tenant = null, surfaces, addresses, expiresIn = '90d' } = given
  if (kind !== 'service' && kind !== 'agent') {
    throw new ImproperlyConfigured(`${where}: kind must be 'service' or 'agent'`)
  }
  const places = surfaces === undefined ? null : readNames(`${where}: surfaces`, surfaces)
  const unknown = places?.find((name) => !(SURFACES as readonly string[]).includes(name))
  if (unknown !== undefined || places?.length === 0) {
    throw new ImproperlyConfigured(
      `${where}: surfaces must be a list out of ${SURFACES.join(', ')}`,
    )
  }
  const ranges = addresses === undefined ? null : readNames(`${where}: addresses`, addresses)
  if (ranges?.some((range) => parseIpRange(range) === null) || ranges?.length === 0) {
    throw new ImproperlyConfigured(
      `${where}: addresses must be a list of addresses and ranges such as 10.0.0.0/8`,
    )
  }
  const lifetime = expiresIn === 'never' ? null : readDuration(`${where}: expiresIn`, expiresIn)
  if (lifetime === 0) throw new ImproperlyConfigured(`${where}: expiresIn must be more than 0s`)
  return Object.freeze({
    id,
    name: readText(`${where}: name`, given['name']),
    owner: readText(`${where}: owner`, given['owner']),
    clientId:
      given['clientId'] === undefined
        ? `key:${id}`
        : readText(`${where}: clientId`, given['clientId']),
    kind,
    tenant: tenant === null ? null : readText(`${where}: tenant`, tenant),
    roles: Object.freeze(readNames(`${where}: roles`, given['roles'])),
    scopes: Object.freeze(readNames(`${where}: scopes`, given['scopes'])),
    // Looked at above.
    surfaces: places === null ? null : Object.freeze(places as readonly SurfaceName[]),
    addresses: ranges === null ? null : Object.freeze(ranges),
    secrets: Object.freeze([Object.freeze({ digest, until: null })]),
    createdAt: now,
    expiresAt: lifetime === null ? null : now + lifetime,
    revokedAt: null,
    lastUsedAt: null,
    version: 1,
  })
}

function readText(where: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw new ImproperlyConfigured(`${where} must be non-empty text`)
}
