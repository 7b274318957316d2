import { type Clock, systemClock } from '../../../base/clock.ts'
import type { Duration } from '../../../base/duration.ts'
import { isRecord } from '../../../base/plain/is-record.ts'
import { choice, clock } from '../../../contract/options/kinds.ts'
import type { OptionKind } from '../../../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../../../contract/options/option-rows.ts'
import { valueKind } from '../../../contract/options/value-kind.ts'
import { durationFrom, HOUR } from '../../bounded-duration.ts'
import { addressMistake } from '../../outbound/address.ts'
import { PASSWORD_FLOWS, type PasswordFlow } from '../password-flow.ts'

/** What to do with a password that nobody could be asked about: take it and ask at the next login, or not take it. */
export type UnknownBreach = 'allow' | 'deny'

/** Options of a `BreachChecker`. */
export interface BreachCheckerOptions {
  /** Where ranges are asked for; `/range/XXXXX` is added. Default `https://api.pwnedpasswords.com`. */
  readonly url?: string | URL
  /** For all of an answer. Default `1500ms`. */
  readonly timeout?: Duration
  /** How long an answer is remembered. Default `1h`. */
  readonly cacheFor?: Duration
  /**
   * What to do with a password that nobody could be asked about, for all flows or by flow. Default `allow`, and
   * `deny` where an operator sets it.
   */
  readonly onUnknown?: UnknownBreach | Readonly<Partial<Record<PasswordFlow, UnknownBreach>>>
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

type ByFlow = Readonly<Record<PasswordFlow, UnknownBreach>>

/** {@link BreachCheckerOptions} after reading; milliseconds. */
export type BreachCheckerValues = Values<BreachCheckerOptions, { url: URL; onUnknown: ByFlow }>

const DAY = 24 * HOUR
const either = choice(['allow', 'deny'])

const address: OptionKind<URL> = {
  words: 'text',
  read(value) {
    const text = value instanceof URL ? value.href : value
    if (typeof text !== 'string' || !URL.canParse(text)) {
      return {
        mistake: `must be an address such as 'https://api.pwnedpasswords.com', got ${valueKind(value)}`,
      }
    }
    const url = new URL(text)
    const mistake = addressMistake(url)
    return mistake === null ? { value: url } : { mistake }
  },
  fromText: (value) => ({ value }),
}

const byFlow: OptionKind<ByFlow> = {
  words: '`allow`, `deny`',
  read(value, path) {
    if (!isRecord(value)) {
      const reading = either.read(value, path)
      return 'mistake' in reading
        ? { mistake: "must be 'allow', 'deny' or an object such as { register: 'deny' }" }
        : { value: all(reading.value) }
    }
    const flows: Record<PasswordFlow, UnknownBreach> = { ...USUAL }
    for (const [name, one] of Object.entries(value)) {
      const flow = PASSWORD_FLOWS.find((known) => known === name)
      const reading = either.read(one, path)
      if (flow === undefined) return { mistake: `has flows ${PASSWORD_FLOWS.join(', ')} alone` }
      if ('mistake' in reading) return { mistake: `has 'allow' or 'deny' by flow` }
      flows[flow] = reading.value
    }
    return { value: Object.freeze(flows) }
  },
  fromText: (value) => either.fromText?.(value) ?? { value },
}

/** What an operator sets is most often the password of somebody with more rights (PWD-2). */
const USUAL: ByFlow = Object.freeze({ ...all('allow'), operator: 'deny' })

function all(what: UnknownBreach): ByFlow {
  return Object.freeze({ register: what, reset: what, change: what, operator: what })
}

/** The rows of {@link BreachCheckerOptions}. */
export const BREACH_CHECKER: OptionGroup<BreachCheckerOptions, BreachCheckerValues> = {
  name: 'BreachChecker()',
  prefix: 'TREFOIL_AUTH_PASSWORD_BREACH',
  rows: {
    url: {
      read: address,
      default: 'https://api.pwnedpasswords.com',
      variable: true,
      doc: 'Where ranges are asked for; `/range/XXXXX` is added. https, or http on this machine.',
    },
    timeout: {
      read: durationFrom(100, 10_000),
      default: '1500ms',
      variable: true,
      doc: 'For all of an answer.',
    },
    cacheFor: {
      read: durationFrom(0, 31 * DAY),
      default: '1h',
      variable: true,
      doc: 'How long an answer is remembered.',
    },
    onUnknown: {
      read: byFlow,
      default: {},
      shown: '`allow`, and `deny` where an operator sets it',
      variable: true,
      doc: 'What to do with a password that nobody could be asked about, for all flows or by flow; `allow` asks again at the next login.',
    },
    clock: { read: clock, default: systemClock, shown: "the machine's", doc: 'Source of time.' },
  },
}
