import { createHash } from 'node:crypto'
import { keyRing } from '../../auth.ts'
import { ImproperlyConfigured } from '../../index.ts'
import { equalSecrets } from '../../parts.ts'
import type { AccountsValues, PasswordClient } from './accounts-options.ts'
import { accountsProblems } from './accounts-problems.ts'

/** A client as it is known after start-up. */
export interface KnownClient {
  readonly id: string
  readonly firstParty: boolean
}

/** Programs that sign people in. Every door that takes a client asks here, and not by its path (SW-31). */
export interface AccountClients {
  find(id: string): KnownClient | null
  /**
   * @returns the client; `null` where none was named and none is needed
   * @throws Problem `client_credentials_required`, `invalid_client_credentials`
   */
  check(id: string | null | undefined, secret: string | null | undefined): KnownClient | null
}

interface Entry extends KnownClient {
  /** SHA-256, base64url; `null` for one that has no secret. */
  readonly digest: string | null
}

const ID = /^[A-Za-z0-9._~-]{1,128}$/
const LEAST = 16

/** @throws ImproperlyConfigured naming the client and what to write; never shows a secret */
export function readClients({
  clients,
  requireClient,
}: Pick<AccountsValues, 'clients' | 'requireClient'>): AccountClients {
  const known = new Map<string, Entry>()
  for (const [id, client] of Object.entries(clients)) known.set(id, readClient(id, client))
  if (requireClient && known.size === 0) {
    throw new ImproperlyConfigured(
      'accounts(): requireClient needs clients, such as { web: { firstParty: true } }',
    )
  }
  return Object.freeze({
    find(id: string) {
      return known.get(id) ?? null
    },
    check(id: string | null | undefined, secret: string | null | undefined) {
      if (id === null || id === undefined || id === '') {
        // A secret of nobody's is a mistake that would otherwise pass for none.
        if (requireClient || (secret ?? '') !== '') {
          throw accountsProblems.problem('client_credentials_required')
        }
        return null
      }
      const client = known.get(id)
      const given = digestOf(secret ?? '')
      // Compared for a client that there is not, too: how long it takes says nothing of which there are.
      const isRight = equalSecrets(client?.digest ?? digestOf(''), given)
      if (client === undefined || !isRight) {
        throw accountsProblems.problem('invalid_client_credentials')
      }
      return client
    },
  })
}

function readClient(id: string, given: PasswordClient): Entry {
  const where = `accounts(): clients: '${id}'`
  if (!ID.test(id)) {
    throw new ImproperlyConfigured(
      'accounts(): clients: an id is 1 to 128 letters, digits, dots, hyphens, underscores or tildes',
    )
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ImproperlyConfigured(`${where} must be an object such as { firstParty: true }`)
  }
  const unknown = Object.keys(given).find((name) => name !== 'secret' && name !== 'firstParty')
  if (unknown !== undefined) {
    throw new ImproperlyConfigured(`${where} has no option '${unknown}': secret, firstParty`)
  }
  const { secret, firstParty = false } = given
  if (typeof firstParty !== 'boolean') {
    throw new ImproperlyConfigured(`${where}: firstParty must be true or false`)
  }
  if (secret === undefined) return { id, firstParty, digest: digestOf('') }
  // Whatever it is, `keyRing` looks at it.
  const { current } = keyRing(secret)
  if (current.length < LEAST) {
    throw new ImproperlyConfigured(`${where}: secret must have at least ${LEAST} bytes`)
  }
  return { id, firstParty, digest: digestOf(current) }
}

function digestOf(secret: string | Uint8Array): string {
  return createHash('sha256').update(secret).digest('base64url')
}
