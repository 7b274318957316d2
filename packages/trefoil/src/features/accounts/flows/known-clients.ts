import { ImproperlyConfigured, type Problem, Secret } from '../../../index.ts'
import { checkOptionNames, equalSecrets, type OptionNames } from '../../../parts.ts'
import type { PasswordClient } from '../accounts-options.ts'
import { accountsProblems } from '../accounts-problems.ts'

/** A program that signed somebody in, and showed that it is the one it says. */
export interface KnownClient {
  readonly id: string
  readonly isFirstParty: boolean
}

interface ReadClient extends KnownClient {
  /** `null` for one that can keep no secret. */
  readonly secret: string | Uint8Array | null
}

const MEMBERS: OptionNames<PasswordClient> = { secret: true, firstParty: true }

/**
 * Programs that may sign people in by their passwords. They are asked by the handlers, so that no other way of
 * writing the path goes past them (SW-31).
 */
export class KnownClients {
  readonly #clients: ReadonlyMap<string, ReadClient>
  readonly #isRequired: boolean

  /** @throws ImproperlyConfigured naming the client and what to write */
  constructor(clients: Readonly<Record<string, PasswordClient>>, isRequired: boolean) {
    this.#clients = new Map(
      Object.entries(clients).map(([id, client]) => [id, readClient(id, client)]),
    )
    this.#isRequired = isRequired
    if (isRequired && this.#clients.size === 0) {
      throw new ImproperlyConfigured(
        'accounts(): requireClient lets nobody sign in without clients; write clients: { web: { firstParty: true } }',
      )
    }
  }

  /**
   * Takes as long for a client that nobody knows as for a wrong secret.
   *
   * @param id as it was sent; empty is not sent, because forms send what was left empty
   * @returns `null` for the app's own interface, which names no client
   * @throws Problem `client_credentials_required`, `invalid_client_credentials`
   */
  check(id: string | undefined, secret: string | undefined): KnownClient | null {
    if (id === undefined || id === '') {
      if (this.#isRequired || isSent(secret)) throw problem('client_credentials_required')
      return null
    }
    const client = this.#clients.get(id)
    const isEqual = equalSecrets(client?.secret ?? '', secret ?? '')
    if (client === undefined) throw problem('invalid_client_credentials')
    // A public client that sends a secret is another one, or believes it has one.
    if (client.secret === null ? isSent(secret) : !isEqual || !isSent(secret)) {
      throw problem(isSent(secret) ? 'invalid_client_credentials' : 'client_credentials_required')
    }
    return { id, isFirstParty: client.isFirstParty }
  }

  /** Of a session that was begun by it; `null` where it is a client no more. */
  find(id: string): KnownClient | null {
    const client = this.#clients.get(id)
    return client === undefined ? null : { id, isFirstParty: client.isFirstParty }
  }
}

function isSent(secret: string | undefined): boolean {
  return secret !== undefined && secret !== ''
}

function problem(code: 'client_credentials_required' | 'invalid_client_credentials'): Problem {
  return accountsProblems.problem(code)
}

function readClient(id: string, given: unknown): ReadClient {
  const wrong = (what: string) => new ImproperlyConfigured(`accounts(): the client '${id}' ${what}`)
  if (id === '') throw new ImproperlyConfigured('accounts(): a client needs an id, such as web')
  if (typeof given !== 'object' || given === null) {
    throw wrong('must be an object such as { firstParty: true }')
  }
  checkOptionNames(`accounts(): the client '${id}'`, given, MEMBERS)
  const { secret: sealed, firstParty = false } = given as PasswordClient
  if (typeof firstParty !== 'boolean') throw wrong('has firstParty that is not true or false')
  if (sealed === undefined) return { id, isFirstParty: firstParty, secret: null }
  const secret: unknown = sealed instanceof Secret ? sealed.reveal() : sealed
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) {
    throw wrong('has a secret that is neither text nor bytes')
  }
  // 16 bytes: what nobody guesses online. Empty would be no secret at all.
  if (secret.length < 16) throw wrong('has a secret of less than 16 characters; make a longer one')
  return {
    id,
    isFirstParty: firstParty,
    secret: typeof secret === 'string' ? secret : secret.slice(),
  }
}
