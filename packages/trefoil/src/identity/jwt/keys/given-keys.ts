import type { Clock } from '../../../base/clock.ts'
import { isRecord } from '../../../base/plain/is-record.ts'
import type { Environment } from '../../../contract/options/environment.ts'
import type { ProductionRisk } from '../../../contract/options/production-risk.ts'
import { valueKind } from '../../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { type KeyRing, readKeyRing, ringKeys } from '../../key-ring.ts'
import { ringOfVariables } from '../../key-variables.ts'
import { addressMistake, isLoopback } from '../../outbound/address.ts'
import { risksOfSecrets } from '../../secret-weakness.ts'
import {
  HMAC,
  type HmacAlgorithm,
  isHmac,
  isPublicKeyAlgorithm,
  PUBLIC_KEY,
  type PublicKeyAlgorithm,
} from '../algorithms.ts'
import { discoveredIssuer } from './discovery.ts'
import { readKeyFile } from './key-file.ts'
import { isKeySet } from './key-set.ts'
import type { KeySource } from './key-source.ts'
import { type KeyReading, type PublicKey, publicKeyOfJwk, publicKeyOfPem } from './public-key.ts'
import { PublicKeys } from './public-keys.ts'
import { type FetchRules, type KeyAddress, RemoteKeys } from './remote-keys.ts'
import { SharedSecrets } from './shared-secrets.ts'

/** Where keys come from, and what follows from it. */
export interface GivenKeys {
  readonly keys: KeySource
  /** As messages name them. */
  readonly algorithms: readonly string[]
  /** What signs tokens of our own; `null` where there are public keys alone. */
  readonly signing: { readonly ring: KeyRing; readonly algorithm: HmacAlgorithm } | null
  /** Keys that are fetched, for their status. */
  readonly remote: RemoteKeys | null
  /** Issuers that follow from where the keys are; `null` for none. */
  readonly issuers: readonly string[] | null
  readonly risks: readonly ProductionRisk[]
}

/** The options that are about keys, as given: anything, in JavaScript; `null` for what was not. */
export interface KeyOptions {
  readonly keys: unknown
  readonly publicKey: unknown
  readonly jwks: unknown
  readonly discovery: unknown
  readonly algorithms: unknown
  readonly fetching: FetchRules
  readonly issuers: readonly string[] | null
  readonly audiences: readonly string[] | null
  readonly env: Environment
  readonly clock: Clock
}

const SOURCES = ['keys', 'publicKey', 'jwks', 'discovery'] as const

/**
 * A source that is named has to be there: the secret of `keys: process.env.SECRET` that is not set must
 * not be some other secret of the environment (FND-52).
 *
 * @throws ImproperlyConfigured naming the option
 */
export function refuseUnset(
  options: { readonly [Name in (typeof SOURCES)[number]]?: unknown },
): void {
  const unset = SOURCES.find((name) => Object.hasOwn(options, name) && options[name] === undefined)
  if (unset === undefined || SOURCES.some((name) => options[name] !== undefined)) return
  throw new ImproperlyConfigured(
    `jwtAuth(): ${unset} is undefined; is the variable that it comes from set?`,
  )
}

/** @throws ImproperlyConfigured for keys that are none or too weak, and for more than one source */
export function readGivenKeys(options: KeyOptions): GivenKeys {
  const given = SOURCES.filter((name) => options[name] !== null)
  if (given.length > 1) {
    // Secrets and public keys in one verifier are how one is taken for the other (RFC 8725 §3.1).
    throw new ImproperlyConfigured(
      `jwtAuth() takes one source of keys, got ${given.join(' and ')}; combine two authenticators with firstOf(…)`,
    )
  }
  const [name] = given
  switch (name) {
    case 'publicKey':
      return publicKeys(options)
    case 'jwks':
      return isKeySet(options.jwks) ? keySet(options.jwks.keys, options) : keysAt(options)
    case 'discovery':
      return discovered(options)
    default:
      return secrets(options)
  }
}

const NEEDED = 'jwtAuth() needs keys: give keys, publicKey, jwks or discovery'

function secrets({ keys, algorithms, env }: KeyOptions): GivenKeys {
  const [algorithm, another] = readAlgorithms(algorithms) ?? ['HS256']
  if (!isHmac(algorithm) || another !== undefined) {
    throw new ImproperlyConfigured(
      `jwtAuth(): algorithms for secrets must be one of ${Object.keys(HMAC).join(', ')}, alone in a list; ` +
        'other algorithms need publicKey, jwks or discovery',
    )
  }
  const ring = keys === null ? ringOfVariables(env, NEEDED) : readKeyRing('jwtAuth(): keys', keys)
  return {
    keys: new SharedSecrets(ring, algorithm),
    algorithms: [algorithm],
    signing: { ring, algorithm },
    remote: null,
    issuers: null,
    risks: risksOfSecrets(
      'jwtAuth keys',
      ringKeys(ring).map(({ bytes }) => bytes),
    ),
  }
}

function publicKeys(options: KeyOptions): GivenKeys {
  const accepted = readPublicAlgorithms(options.algorithms)
  const given: readonly unknown[] = Array.isArray(options.publicKey)
    ? options.publicKey
    : [options.publicKey]
  const keys = given.map((one, index) => {
    const where = given.length === 1 ? 'publicKey' : `publicKey number ${index + 1}`
    return keyOf(one, where, accepted)
  })
  return fixed(keys, accepted)
}

function keyOf(
  given: unknown,
  where: string,
  accepted: readonly PublicKeyAlgorithm[] | null,
): PublicKey {
  if (given instanceof URL) {
    return usable(publicKeyOfPem(readKeyFile(given), accepted), `${where}: ${given.pathname}`)
  }
  if (typeof given === 'string') return usable(publicKeyOfPem(given, accepted), where)
  if (isRecord(given)) return usable(publicKeyOfJwk(given, accepted), where)
  throw new ImproperlyConfigured(
    `jwtAuth(): ${where} must be PEM text, the URL of a PEM file, or a JWK, got ${valueKind(given)}`,
  )
}

function keySet(jwks: readonly unknown[], options: KeyOptions): GivenKeys {
  const accepted = readPublicAlgorithms(options.algorithms)
  const keys = jwks.map((jwk, index) =>
    usable(publicKeyOfJwk(jwk, accepted), `jwks key number ${index + 1}`),
  )
  return fixed(keys, accepted)
}

function usable(reading: KeyReading, where: string): PublicKey {
  if ('mistake' in reading) throw new ImproperlyConfigured(`jwtAuth(): ${where} ${reading.mistake}`)
  return reading
}

function fixed(
  keys: readonly PublicKey[],
  accepted: readonly PublicKeyAlgorithm[] | null,
): GivenKeys {
  const algorithms = [...new Set(keys.flatMap((key) => key.algorithms))]
  if (keys.length === 0) throw new ImproperlyConfigured('jwtAuth() needs at least one public key')
  const idle = accepted?.find((name) => !algorithms.includes(name))
  if (idle !== undefined) {
    throw new ImproperlyConfigured(
      `jwtAuth(): algorithms: no key is for ${idle}; a key has one algorithm, the first that fits it`,
    )
  }
  const source = new PublicKeys(keys)
  return { keys: source, algorithms, signing: null, remote: null, issuers: null, risks: [] }
}

function keysAt(options: KeyOptions): GivenKeys {
  const jwks = readAddress(options.jwks, 'jwks', "'https://login.example.com/jwks.json', or a set")
  // Whoever else's keys are in the set, and whatever else they are for: without these every token that
  // any of them ever signed would do (PW-08).
  requireNames(options, ['issuer', 'audience'])
  return remote({ jwks }, null, jwks, options)
}

function discovered(options: KeyOptions): GivenKeys {
  const { discovery, issuers } = options
  const url = readAddress(discovery, 'discovery', "'https://login.example.com'")
  if (url.search !== '') {
    throw new ImproperlyConfigured('jwtAuth(): discovery must not have a query')
  }
  requireNames(options, ['audience'])
  const issuer = discoveredIssuer(typeof discovery === 'string' ? discovery : url)
  const other = issuers?.find((name) => !issuer.names.includes(name))
  if (other !== undefined) {
    throw new ImproperlyConfigured(
      'jwtAuth(): issuer must be the one of discovery, to the letter; it may be left out',
    )
  }
  return remote({ issuer }, issuer.names, url, options)
}

function remote(
  address: KeyAddress,
  issuers: readonly string[] | null,
  url: URL,
  { algorithms, fetching, clock }: KeyOptions,
): GivenKeys {
  const accepted =
    readPublicAlgorithms(algorithms) ?? Object.keys(PUBLIC_KEY).filter(isPublicKeyAlgorithm)
  const keys = new RemoteKeys(address, accepted, fetching, clock)
  return {
    keys,
    algorithms: accepted,
    signing: null,
    remote: keys,
    issuers,
    risks: isLoopback(url) ? [LOOPBACK_RISK] : [],
  }
}

const LOOPBACK_RISK: ProductionRisk = Object.freeze({
  code: 'local_keys',
  message: 'jwtAuth must not fetch its keys from this machine: that is for development',
})

function requireNames(options: KeyOptions, names: readonly ('issuer' | 'audience')[]): void {
  const missing = names.filter((name) => options[`${name}s`] === null)
  if (missing.length === 0) return
  throw new ImproperlyConfigured(
    `jwtAuth() needs ${missing.join(' and ')} beside keys that are fetched: ` +
      'without it tokens for other services would do',
  )
}

function readAddress(value: unknown, option: string, example: string): URL {
  const isAddress = value instanceof URL || (typeof value === 'string' && URL.canParse(value))
  if (!isAddress) {
    throw new ImproperlyConfigured(
      `jwtAuth(): ${option} must be an address such as ${example}, got ${valueKind(value)}`,
    )
  }
  const url = new URL(value)
  const mistake = addressMistake(url)
  if (mistake !== null) throw new ImproperlyConfigured(`jwtAuth(): ${option} ${mistake}`)
  return url
}

function readAlgorithms(value: unknown): readonly unknown[] | null {
  if (value === null) return null
  if (!Array.isArray(value) || value.length === 0) {
    throw new ImproperlyConfigured("jwtAuth(): algorithms must be a list, such as ['RS256']")
  }
  return [...value]
}

function readPublicAlgorithms(value: unknown): readonly PublicKeyAlgorithm[] | null {
  const names = readAlgorithms(value)
  if (names === null || names.every(isPublicKeyAlgorithm)) return names
  throw new ImproperlyConfigured(
    `jwtAuth(): algorithms for public keys must be among ${Object.keys(PUBLIC_KEY).join(', ')}; ` +
      'HS256, HS384 and HS512 need keys',
  )
}
