import { createHash } from 'node:crypto'
import { type Clock, systemClock } from '../../base/clock.ts'
import { askService } from '../outbound/ask-service.ts'

/** Whether a password is known from a breach. `unknown`: nobody could be asked. */
export type BreachResult = 'clean' | 'breached' | 'unknown'

/** Says whether passwords are known from breaches. */
export interface BreachChecker {
  check(password: string): Promise<BreachResult>
}

/** Settings of {@link rangeBreachChecker}. */
export interface RangeBreachSettings {
  /** Where ranges are asked for; `/range/XXXXX` is added. */
  readonly url: URL
  /** Milliseconds for an answer. */
  readonly timeout: number
  /** Milliseconds that a range is remembered. */
  readonly cacheFor: number
  readonly clock: Clock
}

export const RANGE_DEFAULTS: RangeBreachSettings = {
  url: new URL('https://api.pwnedpasswords.com'),
  timeout: 1500,
  cacheFor: 3_600_000,
  clock: systemClock,
}

const PREFIX = 5
/** Ranges that are remembered, never passwords: some 40 KB each. */
const MOST_RANGES = 128
/** A padded answer has about 1,000 lines of 40 bytes. */
const MOST_ANSWER = 262_144
/** Failures in a row after which nobody is asked, and for how many milliseconds. */
const FAILURES = 3
const PAUSE = 30_000
const LINE = /^([0-9A-Fa-f]{35}):(.{1,20})$/

interface Range {
  readonly at: number
  readonly suffixes: ReadonlySet<string>
}

/**
 * The range API of Have I Been Pwned: five characters of the SHA-1 leave the process, and no header that
 * names a call (PWD-5, SW-10). Answers are padded, so that their length says nothing; lines of the count 0
 * are that padding.
 */
export function rangeBreachChecker(given: Partial<RangeBreachSettings> = {}): BreachChecker {
  const { url, timeout, cacheFor, clock } = { ...RANGE_DEFAULTS, ...given }
  const ranges = new Map<string, Range>()
  const asked = new Map<string, Promise<ReadonlySet<string> | null>>()
  let failures = 0
  let pausedUntil = 0

  async function rangeOf(prefix: string): Promise<ReadonlySet<string> | null> {
    const known = ranges.get(prefix)
    const now = clock.elapsed()
    if (known !== undefined && now - known.at < cacheFor) return known.suffixes
    if (now < pausedUntil) return null
    // Those who ask for the same at the same time wait for one answer.
    const running = asked.get(prefix) ?? ask(prefix).finally(() => asked.delete(prefix))
    asked.set(prefix, running)
    return running
  }

  async function ask(prefix: string): Promise<ReadonlySet<string> | null> {
    try {
      const { bytes } = await askService({
        url: new URL(`${url.pathname.replace(/\/$/, '')}/range/${prefix}`, url),
        method: 'GET',
        headers: { 'user-agent': 'trefoil', 'add-padding': 'true', accept: 'text/plain' },
        body: null,
        timeout,
        mostBytes: MOST_ANSWER,
        reach: 'any',
        agent: null,
      })
      const suffixes = readRange(new TextDecoder().decode(bytes))
      failures = 0
      remember(prefix, suffixes)
      return suffixes
    } catch {
      if (++failures >= FAILURES) pausedUntil = clock.elapsed() + PAUSE
      return null
    }
  }

  function remember(prefix: string, suffixes: ReadonlySet<string>): void {
    ranges.delete(prefix)
    ranges.set(prefix, { at: clock.elapsed(), suffixes })
    const [oldest] = ranges.keys()
    if (ranges.size > MOST_RANGES && oldest !== undefined) ranges.delete(oldest)
  }

  return Object.freeze({
    async check(password: string): Promise<BreachResult> {
      const digest = createHash('sha1')
        .update(password.normalize('NFKC'), 'utf8')
        .digest('hex')
        .toUpperCase()
      const suffixes = await rangeOf(digest.slice(0, PREFIX))
      if (suffixes === null) return 'unknown'
      return suffixes.has(digest.slice(PREFIX)) ? 'breached' : 'clean'
    },
  })
}

/** @throws Error for an answer in which no line is one: that of some page in the way, not of the service */
function readRange(text: string): ReadonlySet<string> {
  const suffixes = new Set<string>()
  let lines = 0
  for (const line of text.split(/\r?\n/)) {
    const [, suffix, count] = LINE.exec(line.trim()) ?? []
    if (suffix === undefined) continue
    lines++
    // A count that is none counts as one (S-HIBP-3).
    if (Number(count) !== 0) suffixes.add(suffix.toUpperCase())
  }
  if (lines === 0) throw new Error('The answer is no list of hashes')
  return suffixes
}
