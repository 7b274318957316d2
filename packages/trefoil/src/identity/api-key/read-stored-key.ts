import { isRecord } from '../../base/plain/is-record.ts'
import { SURFACES, type SurfaceName } from '../../contract/call/surface-name.ts'
import type { StoredApiKey, StoredSecret } from '../../contract/ports/api-keys.ts'

const MOST_SECRETS = 2

/**
 * Takes what a store answered as it is now. A row that is wrong opens nothing: a limit that nobody can read
 * (`expiresAt: undefined`, `surfaces: 'api'`) would be none.
 *
 * @throws TypeError naming the member, and never the value
 */
export function readStoredKey(id: string, answer: unknown): StoredApiKey | null {
  if (answer === null || answer === undefined) return null
  if (!isRecord(answer)) throw wrong('that is no object')
  // Each member is read once: a getter could answer otherwise when it is asked again.
  const { kind, tenant, surfaces, addresses, ...rest } = answer
  if (rest['id'] !== id) throw wrong('of another id')
  if (kind !== 'service' && kind !== 'agent') throw wrong('of no known kind')
  return Object.freeze({
    id,
    name: text('name', rest['name']),
    owner: text('owner', rest['owner']),
    clientId: text('clientId', rest['clientId']),
    kind,
    tenant: tenant === null ? null : text('tenant', tenant),
    roles: texts('roles', rest['roles']),
    scopes: texts('scopes', rest['scopes']),
    surfaces: surfaces === null ? null : readSurfaces(surfaces),
    addresses: addresses === null ? null : texts('addresses', addresses),
    secrets: readSecrets(rest['secrets']),
    createdAt: time('createdAt', rest['createdAt']),
    expiresAt: timeOrNull('expiresAt', rest['expiresAt']),
    revokedAt: timeOrNull('revokedAt', rest['revokedAt']),
    lastUsedAt: timeOrNull('lastUsedAt', rest['lastUsedAt']),
    version: time('version', rest['version']),
  })
}

function readSurfaces(given: unknown): readonly SurfaceName[] {
  const known: readonly string[] = SURFACES
  const names = texts('surfaces', given)
  if (!names.every((name) => known.includes(name))) throw wrong('with unknown surfaces')
  // Just looked at.
  return names as readonly SurfaceName[]
}

function readSecrets(given: unknown): readonly StoredSecret[] {
  if (!Array.isArray(given) || given.length === 0 || given.length > MOST_SECRETS) {
    throw wrong('without one secret or two')
  }
  return Object.freeze(
    given.map((secret: unknown) => {
      if (!isRecord(secret)) throw wrong('with a secret that is none')
      const digest = text('digest', secret['digest'])
      return Object.freeze({ digest, until: timeOrNull('until', secret['until']) })
    }),
  )
}

function texts(name: string, given: unknown): readonly string[] {
  if (!Array.isArray(given)) throw wrong(`without a list of ${name}`)
  return Object.freeze(given.map((one: unknown) => text(name, one)))
}

function text(name: string, given: unknown): string {
  if (typeof given === 'string' && given !== '') return given
  throw wrong(`without text in ${name}`)
}

function timeOrNull(name: string, given: unknown): number | null {
  return given === null ? null : time(name, given)
}

function time(name: string, given: unknown): number {
  if (typeof given === 'number' && Number.isFinite(given)) return given
  throw wrong(`without a number in ${name}`)
}

function wrong(what: string): TypeError {
  return new TypeError(`The store of apiKeyAuth() gave a key ${what}`)
}
