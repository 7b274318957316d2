import type { Clock } from '../../base/clock.ts'
import type { Duration } from '../../base/duration.ts'
import { flag, orNull } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import { readOptions } from '../../contract/options/read-options.ts'
import type { SpentTokens } from '../../contract/ports/spent-tokens.ts'
import { durationFrom } from '../bounded-duration.ts'
import { isKeyRing, type KeyRing } from '../key-ring.ts'
import { spentTokens } from '../spent-kind.ts'
import { DpopNonces } from './dpop-nonces.ts'
import { DpopProofs } from './dpop-proofs.ts'
import type { PossessionRules } from './possession.ts'

/** What `dpop` of {@link jwtAuth} and {@link introspectionAuth} goes by. */
export interface DpopOptions {
  /** Refuses tokens that are bound to no key. Default false. */
  readonly required?: boolean
  /** How far from now the time in a proof may be. Default `1m`, at most `5m`. */
  readonly lifetime?: Duration
  /**
   * Wants a nonce of ours in each proof (RFC 9449 §9), so that none can be made in advance. `true`: made
   * with the secrets of `jwtAuth`, or with one of this process where there are none; where several
   * processes serve an app, give them one ring. Default false.
   */
  readonly nonce?: boolean | KeyRing
  /**
   * Where used proofs are noted, for all processes that serve an app: `sqlSpentTokens(data, { where: 'state' })`
   * or `redis().spentTokens`. While it fails nobody gets in with a proof. Default the memory of this process.
   */
  readonly spent?: SpentTokens
}

type DpopValues = Values<DpopOptions, { spent: SpentTokens | null }>

const nonce: OptionKind<boolean | KeyRing> = {
  words: 'true, false or a key ring',
  read: (value) =>
    typeof value === 'boolean' || isKeyRing(value)
      ? { value }
      : { mistake: 'must be true, false or keyRing(…)' },
}

/** The rows of {@link DpopOptions}. */
export const DPOP: OptionGroup<DpopOptions, DpopValues> = {
  name: 'jwtAuth(): dpop',
  prefix: 'TREFOIL_AUTH_JWT',
  rows: {
    required: { read: flag, default: false, doc: 'Refuses tokens that are bound to no key.' },
    lifetime: {
      read: durationFrom(1000, 5 * 60_000),
      default: '1m',
      doc: 'How far from now the time in a proof may be; at most `5m`.',
    },
    nonce: {
      read: nonce,
      default: false,
      doc: 'Wants a nonce of ours in each proof; several processes need one `keyRing(…)`.',
    },
    spent: {
      read: orNull(spentTokens),
      default: null,
      shown: 'the memory of this process',
      doc: 'Where used proofs are noted for all processes, such as `sqlSpentTokens(data)`.',
    },
  },
}

/**
 * @param where the function that was given it, for messages
 * @param ring secrets that nonces are made with where none are given; `null`: some of this process
 * @throws ImproperlyConfigured
 */
export function readDpop(
  where: string,
  given: unknown,
  clock: Clock,
  ring: KeyRing | null,
): PossessionRules['dpop'] {
  if (given === null || given === false) return null
  const group = { ...DPOP, name: `${where}: dpop` }
  const values = readOptions(group, given === true ? {} : given)
  const { required, lifetime, nonce: wanted } = values
  const own = typeof wanted === 'boolean' ? ring : wanted
  const nonces = wanted === false ? null : new DpopNonces(own, lifetime, clock)
  return { proofs: new DpopProofs(lifetime, clock, nonces, values.spent), required }
}
