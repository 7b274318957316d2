import type { Clock } from '../base/clock.ts'
import type { Duration } from '../base/duration.ts'
import { freezeClass } from '../base/plain/freeze-class.ts'
import { Secret } from '../base/secret.ts'
import { AuthContext } from '../contract/auth/auth-context.ts'
import type { Authenticator } from '../contract/auth/authenticator.ts'
import type { PrincipalKind } from '../contract/auth/principal-kind.ts'
import type { CredentialRefusal } from '../contract/auth/refusal.ts'
import type { ApiKeyScheme } from '../contract/auth/security-scheme.ts'
import type { AuthRequest } from '../contract/call/call.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import type { ProductionRisk } from '../contract/options/production-risk.ts'
import { readDuration } from '../contract/options/read-duration.ts'
import { readOptions } from '../contract/options/read-options.ts'
import type { ApiKeyStore, StoredApiKey } from '../contract/ports/api-keys.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import {
  API_KEYS,
  type FixedApiKeyOptions,
  type StoredApiKeyOptions,
} from './api-key/api-key-options.ts'
import { type FixedKey, FixedKeys } from './api-key/fixed-keys.ts'
import { KeyDigests } from './api-key/key-digests.ts'
import { makeKeyText, readKey, writeKey } from './api-key/key-text.ts'
import { describeKey, type NewApiKey } from './api-key/make-key.ts'
import { misplacedKey } from './api-key/misplaced-key.ts'
import { EXPIRED, INVALID, StoredKeys } from './api-key/stored-keys.ts'
import { risksOfSecrets } from './secret-weakness.ts'

type Answer = AuthContext<undefined> | CredentialRefusal | null

/** What `apiKeyAuth({ keys })` makes. */
export interface ApiKeyAuth extends Authenticator<undefined> {
  readonly scheme: ApiKeyScheme
  readonly risks: readonly ProductionRisk[]
  /** Whether a key would be accepted now, from some surface and address. Never throws (P-KEY-4). */
  verifyKey(key: string): Promise<boolean>
}

/** A new key, or a new secret of one. */
export interface IssuedApiKey {
  /** What its holder sends. It can be had here alone: what is stored does not tell it. */
  readonly key: Secret
  readonly record: StoredApiKey
}

/** Options of {@link StoredApiKeyAuth.rotateKey}. */
export interface RotateApiKeyOptions {
  /** How long the secret before it goes on working. Default `24h`; `0s` ends it at once. */
  readonly overlap?: Duration
}

const ROTATE_OPTIONS: OptionNames<RotateApiKeyOptions> = { overlap: true }

/** What `apiKeyAuth({ store, pepper })` makes. */
export interface StoredApiKeyAuth extends ApiKeyAuth {
  /**
   * Makes a key and stores a digest of it.
   *
   * @throws ImproperlyConfigured naming the option
   */
  createKey(key: NewApiKey): Promise<IssuedApiKey>
  /**
   * Gives a key another secret. The one before it goes on for a while; one from before that ends now.
   *
   * @returns `null` for a key that is not there, is revoked or has expired
   */
  rotateKey(id: string, options?: RotateApiKeyOptions): Promise<IssuedApiKey | null>
  /** Ends a key: here at once, in other processes within a second. @returns false when it is not there */
  revokeKey(id: string): Promise<boolean>
  /** The keys of an owner, or all of them, the oldest first. */
  listKeys(owner?: string): Promise<readonly StoredApiKey[]>
  /** Writes when keys were last used, which happens once a minute otherwise. */
  flush(): Promise<void>
  /** As {@link StoredApiKeyAuth.flush}, and a line in the log for what cannot be written; the app does it when it stops. */
  stop(): Promise<void>
}

/** What both forms do with a request. */
class HeaderKeys {
  readonly name: string = 'apiKeyAuth'
  readonly scheme: ApiKeyScheme
  /** What keys can say of their callers. */
  readonly kinds: readonly PrincipalKind[] = Object.freeze(['service', 'agent'])
  readonly missing: string = 'Missing API key'
  readonly authenticate: (request: AuthRequest) => Answer | Promise<Answer>
  readonly recheck: (request: AuthRequest) => Answer | Promise<Answer>

  constructor(
    header: string,
    isKey: (text: string) => boolean,
    judge: (text: string, request: AuthRequest) => Answer | Promise<Answer>,
    recheck: (text: string) => Answer | Promise<Answer>,
  ) {
    // Nobody sends it in capitals over HTTP/2, and nobody should have to know that (PW-24).
    const name = header.toLowerCase()
    this.scheme = Object.freeze({ type: 'apiKey', in: 'header', name })
    // Of its own, so that an object made of this one with `…` has it too.
    this.authenticate = (request) => {
      const misplaced = misplacedKey(request, name, isKey)
      if (misplaced !== null) return misplaced
      const text = request.headers.get(name)
      return text === null ? null : judge(text, request)
    }
    this.recheck = (request) => {
      const text = request.headers.get(name)
      return text === null ? null : recheck(text)
    }
  }
}

class FixedApiKeyAuth extends HeaderKeys implements ApiKeyAuth {
  readonly risks: readonly ProductionRisk[]
  readonly #keys: FixedKeys

  readonly #clock: Clock

  constructor(
    header: string,
    entries: readonly (readonly [key: string, entry: unknown])[],
    clock: Clock,
  ) {
    const keys = new FixedKeys(entries)
    super(
      header,
      (text) => keys.has(text),
      (text) => answerOf(keys.find(text), clock),
      (text) => answerOf(keys.find(text), clock),
    )
    this.#keys = keys
    this.#clock = clock
    const encoder = new TextEncoder()
    const secrets = entries.map(([key]) => encoder.encode(key))
    this.risks = Object.freeze([...risksOfSecrets('API keys of apiKeyAuth()', secrets)])
    Object.freeze(this)
  }

  async verifyKey(key: string): Promise<boolean> {
    return typeof key === 'string' && AuthContext.is(answerOf(this.#keys.find(key), this.#clock))
  }
}

class StoredKeyAuth extends HeaderKeys implements StoredApiKeyAuth {
  readonly risks: readonly ProductionRisk[]
  readonly #options: StoredValues
  readonly #digests: KeyDigests
  readonly #keys: StoredKeys

  constructor(options: StoredValues & { readonly header: string }) {
    const { prefix } = options
    const digests = new KeyDigests(options.pepper)
    const keys = new StoredKeys({ ...options, digests })
    super(
      options.header,
      (text) => readKey(prefix, text) !== null,
      (text, request) => {
        const key = readKey(prefix, text)
        return key === null ? INVALID : keys.judge(key, request)
      },
      (text) => {
        const key = readKey(prefix, text)
        return key === null ? INVALID : keys.recheck(key)
      },
    )
    this.#options = options
    this.#digests = digests
    this.#keys = keys
    this.risks = Object.freeze([...risksOfSecrets('pepper of apiKeyAuth()', digests.secrets)])
    Object.freeze(this)
  }

  async verifyKey(key: string): Promise<boolean> {
    try {
      const text = typeof key === 'string' ? readKey(this.#options.prefix, key) : null
      return text !== null && AuthContext.is(await this.#keys.judge(text, null))
    } catch {
      return false
    }
  }

  async createKey(key: NewApiKey): Promise<IssuedApiKey> {
    const { prefix, store, clock, random } = this.#options
    const text = makeKeyText(random)
    const record = describeKey(key, text.id, this.#digests.make(text), clock.now())
    if ((await store.add(record)) !== true) {
      throw new Error('The store of apiKeyAuth() has not taken the key')
    }
    // A call may have asked for that id a moment ago.
    this.#keys.forget(text.id)
    return Object.freeze({ key: new Secret(writeKey(prefix, text)), record })
  }

  async rotateKey(id: string, options: RotateApiKeyOptions = {}): Promise<IssuedApiKey | null> {
    checkOptionNames('rotateKey()', options, ROTATE_OPTIONS)
    const { prefix, store, clock, random } = this.#options
    const { overlap: given = '24h' } = options
    const overlap = readDuration('rotateKey(): overlap', given)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const key = (await store.find(id)) ?? null
      const now = clock.now()
      if (key === null || key.revokedAt !== null) return null
      if (key.expiresAt !== null && key.expiresAt <= now) return null
      const text = { id, secret: makeKeyText(random).secret }
      const [before] = key.secrets
      const secrets = [
        { digest: this.#digests.make(text), until: null },
        ...(before === undefined || overlap === 0 ? [] : [{ ...before, until: now + overlap }]),
      ]
      // Two who rotate at once: the later one gets a secret after the other's, and both are told theirs.
      if ((await store.replaceSecrets(id, key.version, secrets)) !== true) continue
      this.#keys.forget(id)
      const record = Object.freeze({ ...key, secrets, version: key.version + 1 })
      return Object.freeze({ key: new Secret(writeKey(prefix, text)), record })
    }
    throw new Error('The key was changed by others each time it was to be rotated')
  }

  async revokeKey(id: string): Promise<boolean> {
    const { store, clock } = this.#options
    const isKnown = (await store.revoke(id, clock.now())) === true
    this.#keys.forget(id)
    return isKnown
  }

  async listKeys(owner?: string): Promise<readonly StoredApiKey[]> {
    return this.#options.store.list(owner ?? null)
  }

  async flush(): Promise<void> {
    await this.#keys.uses.flush()
  }

  stop(): Promise<void> {
    return this.#keys.uses.stop()
  }
}

function answerOf(key: FixedKey | null, clock: Clock): AuthContext<undefined> | CredentialRefusal {
  if (key === null) return INVALID
  return key.expiresAt <= clock.now() ? EXPIRED : key.context
}

const ATTEMPTS = 5

interface StoredValues {
  readonly store: ApiKeyStore
  readonly pepper: unknown
  readonly prefix: string
  readonly ownerRights: StoredApiKeyOptions['ownerRights'] | null
  readonly cacheFor: number
  readonly cacheSize: number
  readonly clock: NonNullable<StoredApiKeyOptions['clock']>
  readonly random: NonNullable<StoredApiKeyOptions['random']>
}

freezeClass(HeaderKeys, FixedApiKeyAuth, StoredKeyAuth)

/** What belongs to a store alone. */
const OF_STORES = ['pepper', 'prefix', 'ownerRights', 'cacheFor', 'cacheSize', 'random']

/**
 * Authenticates API keys, in the header `x-api-key` or one of your own. Keys stand in the code or a
 * variable (`keys`), or are made, rotated and revoked while the app runs (`store`).
 *
 * @throws ImproperlyConfigured for no keys, one that stands there twice, and a weak pepper; never shows a key
 */
export function apiKeyAuth(options: FixedApiKeyOptions): ApiKeyAuth
export function apiKeyAuth(options: StoredApiKeyOptions): StoredApiKeyAuth
export function apiKeyAuth(
  options: FixedApiKeyOptions | StoredApiKeyOptions,
): ApiKeyAuth | StoredApiKeyAuth {
  const values = readOptions(API_KEYS, options)
  const { keys, store, pepper, header } = values
  if ((keys === null) === (store === null)) {
    throw new ImproperlyConfigured(
      "apiKeyAuth() needs keys or a store, and not both: { keys: { [key]: 'frontend-app' } } or { store, pepper }",
    )
  }
  if (keys !== null) {
    const idle = OF_STORES.find((name) => Reflect.get(options, name) !== undefined)
    if (idle !== undefined) {
      throw new ImproperlyConfigured(`apiKeyAuth(): ${idle} goes with a store, and keys are given`)
    }
    return new FixedApiKeyAuth(header, keys, values.clock)
  }
  return new StoredKeyAuth({ ...values, store: store as ApiKeyStore, pepper, header })
}
