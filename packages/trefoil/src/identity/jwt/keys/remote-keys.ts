import { type Clock, type RandomSource, systemRandom } from '../../../base/clock.ts'
import { ServiceFailed } from '../../outbound/ask-service.ts'
import type { PublicKeyAlgorithm } from '../algorithms.ts'
import type { CompactToken } from '../compact-token.ts'
import type { JwtHeader } from '../header-check.ts'
import { type DiscoveredIssuer, type DiscoveredKeys, discoverKeys } from './discovery.ts'
import { fetchDocument } from './fetch-document.ts'
import { keysOfSet } from './key-set.ts'
import type { KeyRefusal, KeySource, LogsHere, TrustedKey } from './key-source.ts'
import type { PublicKey } from './public-key.ts'
import { loadVerifier, signerOf } from './verify-signature.ts'

/** When keys are fetched; milliseconds. */
export interface FetchRules {
  readonly timeout: number
  /** How long a set is taken for new. */
  readonly freshFor: number
  /** How long it is used beyond that while no newer one can be had. */
  readonly staleFor: number
  /** Least time between two attempts, whatever came of the first; up to half as long again, by chance. */
  readonly cooldown: number
}

/** Where a set of keys is. */
export type KeyAddress = { readonly jwks: URL } | { readonly issuer: DiscoveredIssuer }

/** What has become of fetching keys, for health checks and metrics. */
export interface KeyStatus {
  /** Keys that are fit to verify with. */
  readonly keys: number
  /** Attempts to fetch, in all. */
  readonly fetches: number
  /** Attempts that failed, in all. */
  readonly failures: number
  /** Tokens refused for a key id that is not in the set, in all. */
  readonly unknownKeys: number
  /** Milliseconds since the set in use was fetched; `null` when there is none. */
  readonly age: number | null
  /** True while an attempt is under way. */
  readonly fetching: boolean
  /** True while an old set is used because no newer one can be had. */
  readonly stale: boolean
}

/**
 * Keys that are fetched. Whoever sends tokens must not be able to have us fetch often (JWT-2), a provider
 * that is down must not take us down at once (JWT-3), and what it answers while it is unwell must not
 * cost us the good keys (JWT-4).
 */
export class RemoteKeys implements KeySource {
  readonly #address: KeyAddress
  readonly #accepted: readonly PublicKeyAlgorithm[]
  readonly #rules: FetchRules
  readonly #clock: Clock
  readonly #random: RandomSource
  #keys: readonly PublicKey[] = []
  /** Where a discovery document said the keys are; asked for anew when they cannot be had from there. */
  #discovered: DiscoveredKeys | null = null
  #version = 1
  /** By the clock that never steps back: a clock that is set must not make old keys new. */
  #fetchedAt: number | null = null
  #nextAttempt = Number.NEGATIVE_INFINITY
  #attempt: Promise<void> | null = null
  #failure = ''
  #fetches = 0
  #failures = 0
  #unknownKeys = 0

  constructor(
    address: KeyAddress,
    accepted: readonly PublicKeyAlgorithm[],
    rules: FetchRules,
    clock: Clock,
    random: RandomSource = systemRandom,
  ) {
    this.#address = address
    this.#accepted = accepted
    this.#rules = rules
    this.#clock = clock
    this.#random = random
  }

  get version(): number {
    return this.#version
  }

  get status(): KeyStatus {
    const age = this.#age()
    return Object.freeze({
      keys: this.#keys.length,
      fetches: this.#fetches,
      failures: this.#failures,
      unknownKeys: this.#unknownKeys,
      age: Number.isFinite(age) ? age : null,
      fetching: this.#attempt !== null,
      stale: Number.isFinite(age) && age >= this.#rules.freshFor,
    })
  }

  isCurrent(): boolean {
    const age = this.#age()
    if (age < this.#rules.freshFor) return true
    // Nobody waits for it: the keys at hand do for now.
    if (this.#mayFetch()) void this.#fetch(null)
    return age < this.#rules.freshFor + this.#rules.staleFor
  }

  async verify(
    token: CompactToken,
    header: JwtHeader,
    caller: LogsHere | null,
  ): Promise<TrustedKey | KeyRefusal> {
    // Before anything is fetched for it.
    if (!this.#accepted.some((name) => name === header.alg)) return 'wrong_algorithm'
    if (!this.#isUsable()) await this.#fetched(caller)
    else if (this.#age() >= this.#rules.freshFor && this.#mayFetch()) void this.#fetch(caller)
    if (!this.#isUsable()) throw this.#unusable()
    const signer = await signerOf(token, header, this.#keys)
    if (signer !== 'unknown_key') return signer
    const { version } = this
    // Perhaps a key that is new; a `kid` that somebody made up looks just the same.
    await this.#fetched(caller)
    if (version !== this.version) {
      const again = await signerOf(token, header, this.#keys)
      if (again !== 'unknown_key') return again
    }
    this.#unknownKeys++
    return 'unknown_key'
  }

  /** @throws Error when they cannot be had now, which need not keep an app from starting */
  async start(): Promise<void> {
    await Promise.all([loadVerifier(), this.#isUsable() ? undefined : this.#fetched(null)])
    if (!this.#isUsable()) throw this.#unusable()
  }

  #unusable(): Error {
    return new Error(`The keys of jwtAuth cannot be had: ${this.#failure}`)
  }

  #age(): number {
    return this.#fetchedAt === null
      ? Number.POSITIVE_INFINITY
      : this.#clock.elapsed() - this.#fetchedAt
  }

  #isUsable(): boolean {
    return this.#age() < this.#rules.freshFor + this.#rules.staleFor
  }

  #mayFetch(): boolean {
    return this.#attempt === null && this.#clock.elapsed() >= this.#nextAttempt
  }

  /** Waits for an attempt that is on its way, or makes one if it is time. */
  async #fetched(caller: LogsHere | null): Promise<void> {
    if (this.#attempt !== null) await this.#attempt
    else if (this.#mayFetch()) await this.#fetch(caller)
  }

  /** One attempt at a time, for all who want one. Never fails. */
  #fetch(caller: LogsHere | null): Promise<void> {
    this.#fetches++
    this.#nextAttempt = this.#clock.elapsed() + this.#rules.timeout + this.#pause()
    const attempt = this.#load()
      .then(
        (keys) => this.#take(keys),
        (error: unknown) => this.#fail(error, caller),
      )
      .finally(() => {
        this.#attempt = null
        this.#nextAttempt = this.#clock.elapsed() + this.#pause()
      })
    this.#attempt = attempt
    return attempt
  }

  async #load(): Promise<readonly PublicKey[]> {
    const { timeout } = this.#rules
    const address = this.#address
    // An address that the developer wrote is theirs, wherever its name leads.
    const at: DiscoveredKeys =
      'jwks' in address
        ? { url: address.jwks, reach: 'any' }
        : (this.#discovered ?? (await discoverKeys(address.issuer, timeout)))
    const { value } = await fetchDocument(at.url, timeout, at.reach)
    const keys = keysOfSet(value, this.#accepted)
    if (keys === null) throw new ServiceFailed('answers with no set of keys to verify with')
    this.#discovered = at
    return keys
  }

  #take(fetched: readonly PublicKey[]): void {
    const before = this.#keys
    // Those that were there stay the same, and so do the verdicts that rest on them.
    this.#keys = fetched.map(
      (key) => before.find(({ fingerprint }) => fingerprint === key.fingerprint) ?? key,
    )
    for (const key of before) if (!this.#keys.includes(key)) key.retired = true
    if (this.#keys.some((key) => !before.includes(key)) || before.length !== this.#keys.length) {
      this.#version++
    }
    this.#fetchedAt = this.#clock.elapsed()
  }

  #fail(error: unknown, caller: LogsHere | null): void {
    this.#failures++
    this.#discovered = null
    const where = 'jwks' in this.#address ? this.#address.jwks : this.#address.issuer.document
    const why = error instanceof ServiceFailed ? error.message : 'cannot be read'
    this.#failure = `${where.origin}${where.pathname} ${why}`
    caller?.log.warn(
      { keys: this.#keys.length, failures: this.#failures },
      `Keys of jwtAuth were not fetched: ${this.#failure}`,
    )
  }

  /** Not always the same: all processes of an app would ask at once. */
  #pause(): number {
    const byte = new Uint8Array(1)
    this.#random(byte)
    return this.#rules.cooldown * (1.1 + (0.4 * (byte[0] ?? 0)) / 255)
  }
}
