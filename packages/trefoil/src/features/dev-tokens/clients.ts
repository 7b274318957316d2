import { ImproperlyConfigured, Secret } from '../../index.ts'
import { equalSecrets, kinds, type OptionGroup, readOptions, type Values } from '../../parts.ts'

/** Who may have a token, and what is in it. An entry of `clients` of {@link devTokens}. */
export interface DevClient {
  /** What the client sends as `client_secret`. */
  readonly secret: string | Secret
  /** Roles in the token. Default none. */
  readonly roles?: readonly string[]
  /** Scopes in the token. Default none. */
  readonly scopes?: readonly string[]
  /** More claims. Default none. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Lifetime of the token. Default that of `devTokens`. */
  readonly expiresIn?: string
}

type ClientValues = Values<DevClient, { secret: string; expiresIn: number | null }>

/** What the part or the other options say: claims that were to replace them could make anybody anybody (PW-34). */
const RESERVED: ReadonlySet<string> = new Set(
  'sub iss aud exp nbf iat jti cnf act may_act roles scope scopes scp __proto__'.split(' '),
)

const MAX_ID = 256
/** No white space and nothing unseen at either end, no half of a character. */
const ID = /^[^\p{C}\p{Z}](?:[^\p{C}]*[^\p{C}\p{Z}])?$/u

/** Longest lifetime: a year. */
export const LONGEST = 31_536_000

/** The rows of {@link DevClient}. */
export const CLIENT: OptionGroup<DevClient, ClientValues> = {
  name: 'devTokens(): a client',
  prefix: 'TREFOIL_DEV_TOKENS',
  rows: {
    secret: {
      // Says nothing of what is there instead, which may be the secret as a number (FND-38).
      read: {
        words: 'text',
        read(given) {
          const value = given instanceof Secret ? given.reveal() : given
          return typeof value === 'string' && value !== ''
            ? { value }
            : { mistake: 'must be non-empty text; is the variable that it comes from set?' }
        },
      },
      // Refused by `read`.
      default: '',
      shown: 'required',
      doc: 'What the client sends as `client_secret`.',
    },
    roles: { read: kinds.list(), default: [], doc: 'Roles in the token.' },
    scopes: {
      read: kinds.list((scope) => (/[\s]/.test(scope) ? 'has white space in it' : null)),
      default: [],
      doc: 'Scopes in the token.',
    },
    claims: {
      read: kinds.record<unknown>("{ tenant_id: 'acme' }", (name) =>
        RESERVED.has(name) ? 'is written by devTokens() itself' : null,
      ),
      default: {},
      doc: 'More claims.',
    },
    expiresIn: {
      read: kinds.orNull(kinds.seconds({ least: 1, most: LONGEST })),
      default: null,
      shown: 'that of all',
      doc: 'Lifetime of the token.',
    },
  },
}

/** What a token of a client says. */
export interface Granted {
  readonly claims: Readonly<Record<string, unknown>>
  /** Seconds; `null` for the usual. */
  readonly lifetime: number | null
}

/** Everybody who may have a token. Prints no secret. */
export class Clients {
  readonly #clients: ReadonlyMap<string, Client>

  /** @throws ImproperlyConfigured naming the client, never its secret */
  constructor(given: Readonly<Record<string, unknown>>) {
    const ids = Object.keys(given)
    if (ids.length === 0) {
      throw new ImproperlyConfigured(
        "devTokens(): clients must name somebody, such as { 'agent-admin': { secret: '…', roles: ['admin'] } }",
      )
    }
    this.#clients = new Map(ids.map((id) => [id, readClient(id, given[id])]))
  }

  /**
   * Whoever asks for an unknown client waits as long as for a wrong secret: both are compared with
   * something, so that names cannot be told by the time (PW-34).
   */
  find(id: string, secret: string): Granted | null {
    const client = this.#clients.get(id)
    const isRight = equalSecrets(secret, (client?.secret ?? NOBODY).reveal())
    return isRight && client !== undefined ? client : null
  }
}

interface Client extends Granted {
  readonly secret: Secret
}

const NOBODY = new Secret('compared with where there is no client')

function readClient(id: string, given: unknown): Client {
  if (id.length > MAX_ID || !ID.test(id) || id === '__proto__') {
    throw new ImproperlyConfigured(
      `devTokens(): clients must have ids of up to ${MAX_ID} visible characters, such as 'agent-admin'`,
    )
  }
  const group = { ...CLIENT, name: `devTokens(): client '${id}'` }
  const { secret, roles, scopes, claims, expiresIn } = readOptions(group, given)
  return {
    secret: new Secret(secret),
    lifetime: expiresIn,
    claims: Object.freeze({
      ...claims,
      sub: id,
      roles,
      ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    }),
  }
}
