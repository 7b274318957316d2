import { type Clock, type RandomSource, systemClock, systemRandom } from '../../base/clock.ts'
import type { Duration } from '../../base/duration.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import type { Awaitable } from '../../base/promise.ts'
import { revealed, type Secret } from '../../base/secret.ts'
import { callable, clock, count, duration, kind } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import type { ApiKeyStore, StoredApiKey } from '../../contract/ports/api-keys.ts'
import { isToken } from '../../web/raw-headers.ts'
import type { KeyMaterial, KeyRing } from '../key-ring.ts'
import type { ApiKeyEntry } from './fixed-keys.ts'
import { isPrefix } from './key-text.ts'

/** What the owner of a key may do now. */
export interface OwnerRights {
  readonly roles: Iterable<string>
  readonly scopes: Iterable<string>
}

/** Options of `apiKeyAuth()` for keys that stand in the code or a variable. */
export interface FixedApiKeyOptions {
  /**
   * Key → client id, or key → {@link ApiKeyEntry}; where a key is a {@link Secret}, pairs of both:
   * `[[settings.batchKey, 'batch']]`.
   */
  readonly keys:
    | Readonly<Record<string, string | ApiKeyEntry>>
    | readonly (readonly [key: string | Secret, entry: string | ApiKeyEntry])[]
  /** Header that keys come in, in any case. Default `x-api-key`. */
  readonly header?: string
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

/** Options of `apiKeyAuth()` for keys that are made, rotated and revoked while the app runs. */
export interface StoredApiKeyOptions {
  /** Where keys are kept, such as `memoryApiKeys()`. */
  readonly store: ApiKeyStore
  /** Secret, or ring of secrets, that digests in the store are keyed with; at least 32 bytes each. */
  readonly pepper: KeyMaterial | KeyRing
  /** Header that keys come in, in any case. Default `x-api-key`. */
  readonly header?: string
  /** What keys begin with, so that leaked ones are found: small letters, digits and `_`. Default `tfl`. */
  readonly prefix?: string
  /**
   * What the owner of a key may do now, asked with every call: the key then has only what its owner has too.
   * `null` refuses the key, and a throw is answered with 503. Default: keys keep the rights they were made with.
   */
  readonly ownerRights?: (owner: string, key: StoredApiKey) => Awaitable<OwnerRights | null>
  /** How long a key that was read is taken for current, `0s` to `1s`: a revocation takes that long. Default `1s`. */
  readonly cacheFor?: Duration
  /** Keys that are remembered for that time. Default 1000. */
  readonly cacheSize?: number
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
  /** Source of randomness. Default: the machine's. */
  readonly random?: RandomSource
}

/** What either form may hold: which of them it is is looked at once all are there. */
export interface ApiKeyAuthOptions
  extends Partial<FixedApiKeyOptions>,
    Omit<Partial<StoredApiKeyOptions>, 'header' | 'clock'> {}

type ApiKeyValues = Values<
  ApiKeyAuthOptions,
  {
    readonly keys: readonly (readonly [key: string, entry: unknown])[] | null
    readonly store: ApiKeyStore | null
    readonly pepper: KeyMaterial | KeyRing | null
    readonly ownerRights: StoredApiKeyOptions['ownerRights'] | null
  }
>

/** Not into an object: a key may be called `__proto__`, and messages must not show any. */
const entries: OptionKind<readonly (readonly [key: string, entry: unknown])[]> = {
  words: 'object',
  read(value) {
    // Of a null prototype too: `Object.create(null)` is what careful people write.
    const list = Array.isArray(value)
      ? pairs(value)
      : isRecord(value)
        ? Object.entries(value)
        : null
    if (list === null) {
      return { mistake: "must be an object such as { [process.env.API_KEY]: 'frontend-app' }" }
    }
    return list.length === 0 ? { mistake: 'must have at least one key' } : { value: list }
  },
}

/** A secret cannot be the name of a member: it comes as the first of a pair. */
function pairs(
  list: readonly unknown[],
): readonly (readonly [key: string, entry: unknown])[] | null {
  const read: (readonly [string, unknown])[] = []
  for (const pair of list) {
    const key: unknown = Array.isArray(pair) && pair.length === 2 ? revealed(pair[0]) : null
    if (typeof key !== 'string') return null
    read.push([key, (pair as readonly unknown[])[1]])
  }
  return read
}

const METHODS: readonly (keyof ApiKeyStore)[] = [
  'add',
  'find',
  'list',
  'replaceSecrets',
  'revoke',
  'used',
]

/** Headers of other credentials, and of the framing of a message. */
const OF_OTHERS =
  /^(?:authorization|proxy-authorization|cookie|approval-token|host|origin|connection|upgrade|te|trailer|transfer-encoding|content-.*|x-forwarded-.*)$/i

/** The rows of {@link ApiKeyAuthOptions}. */
export const API_KEYS: OptionGroup<ApiKeyAuthOptions, ApiKeyValues> = {
  name: 'apiKeyAuth()',
  prefix: 'TREFOIL_AUTH_API_KEYS',
  rows: {
    keys: {
      read: entries,
      default: null,
      doc: 'Key → client id, or key → `{ clientId, roles?, scopes?, kind?, tenant?, expiresAt? }`; as pairs, where a key is a `Secret`. Either this or `store`.',
    },
    store: {
      read: kind(
        'a store of keys such as memoryApiKeys()',
        (value): value is ApiKeyStore =>
          isRecord(value) && METHODS.every((name) => typeof value[name] === 'function'),
      ),
      default: null,
      doc: 'Where keys are kept that are made, rotated and revoked while the app runs.',
    },
    pepper: {
      // keyRing() looks into it.
      read: {
        words: 'text, bytes or a ring',
        read: (value) => ({ value: value as KeyMaterial | KeyRing }),
      },
      default: null,
      doc: 'With `store`: the secret that digests are keyed with, at least 32 bytes, or a `keyRing(current, previous)`.',
    },
    header: {
      read: kind(
        'the name of a header that holds nothing else',
        (value): value is string =>
          typeof value === 'string' && isToken(value) && !OF_OTHERS.test(value),
      ),
      default: 'x-api-key',
      doc: 'Header that keys come in, in any case.',
    },
    prefix: {
      read: kind('small letters, digits and _, such as acme_live', isPrefix),
      default: 'tfl',
      doc: 'With `store`: what keys begin with.',
    },
    ownerRights: {
      read: callable(),
      default: null,
      doc: 'With `store`: what the owner of a key may do now, asked with every call; the key has only what both have.',
    },
    cacheFor: {
      read: {
        words: 'duration',
        read(value, path) {
          const reading = duration.read(value, path)
          if ('mistake' in reading || reading.value <= 1000) return reading
          return { mistake: 'must be at most 1s, or revoked keys would go on' }
        },
      },
      default: '1s',
      doc: 'With `store`: how long a key that was read is taken for current, at most `1s`.',
    },
    cacheSize: {
      read: count({ least: 0 }),
      default: 1000,
      doc: 'With `store`: keys that are remembered for that time.',
    },
    clock: { read: clock, default: systemClock, shown: "the machine's", doc: 'Source of time.' },
    random: {
      read: callable<RandomSource>(),
      default: systemRandom,
      shown: "the machine's",
      doc: 'Source of randomness.',
    },
  },
}
