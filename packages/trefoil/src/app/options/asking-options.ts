import type { RandomSource } from '../../base/clock.ts'
import type { Duration } from '../../base/duration.ts'
import { orNull } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import type { SpentTokens } from '../../contract/ports/spent-tokens.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { durationFrom } from '../../identity/bounded-duration.ts'
import { holdRingTo, isKeyRing, type KeyRing } from '../../identity/key-ring.ts'
import { RequestStates } from '../../identity/request-state.ts'
import { spentTokens } from '../../identity/spent-kind.ts'

/** `createApp({ asking })`: what calls ask with `call.ask()`. */
export interface AskingOptions {
  /**
   * Seals what a client keeps between the questions and its answers; at least 32 bytes. Where several processes serve the app,
   * give them one. Default: one of this process, so that answers do not survive a restart.
   */
  readonly keys?: KeyRing | null
  /** How long an answer may take. Default `10m`, at most `1d`. */
  readonly lifetime?: Duration
  /**
   * Where answers are noted that count once (`call.ask(…, { once: true })`), for all processes that serve the app:
   * `sqlSpentTokens(data)` or `redis().spentTokens`. Default the memory of this process.
   */
  readonly spent?: SpentTokens | null
}

/** {@link AskingOptions} after reading. */
export type AskingValues = Values<AskingOptions>

const ring: OptionKind<KeyRing> = {
  words: 'a key ring',
  read: (value) => (isKeyRing(value) ? { value } : { mistake: 'must be keyRing(…)' }),
}

/** The rows of {@link AskingOptions}. */
export const ASKING: OptionGroup<AskingOptions, AskingValues> = {
  name: 'asking',
  prefix: 'TREFOIL_ASKING',
  rows: {
    keys: {
      read: orNull(ring),
      default: null,
      shown: 'one of this process',
      doc: 'Seals what a client keeps between questions and answers; several processes need one `keyRing(…)`.',
    },
    lifetime: {
      read: durationFrom(1000, 24 * 60 * 60_000),
      default: '10m',
      variable: true,
      doc: 'How long an answer may take.',
    },
    spent: {
      read: orNull(spentTokens),
      default: null,
      shown: 'the memory of this process',
      doc: 'Where answers are noted that count once, such as `sqlSpentTokens(data)`.',
    },
  },
}

const LEAST_BYTES = 32

/**
 * @throws ImproperlyConfigured for a key that is too short, now or when the ring is given one
 */
export function statesOf({ keys }: AskingValues, random: RandomSource): RequestStates {
  if (keys === null) return new RequestStates(null, random)
  holdRingTo(keys, ({ length }) => {
    if (length >= LEAST_BYTES) return
    throw new ImproperlyConfigured(
      `asking.keys must be at least ${LEAST_BYTES} bytes, got ${length}; make one with: openssl rand -base64 48`,
    )
  })
  return new RequestStates(keys, random)
}
