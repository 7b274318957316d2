// The statistical gate: whether the time of an answer tells states apart that nobody is to tell apart (ENUM-1). Beside it
// stands the deterministic one, test/support/work-count.ts, which catches more and never flakes.

import { randomInt } from 'node:crypto'

/** Sends one request in a state, and resolves when its answer is complete. `visit` is another number each time. */
export type Visit<State extends string> = (state: State, visit: number) => Promise<unknown>

export interface TimingGate<State extends string> {
  /** The first one is what the others are compared with. */
  readonly states: readonly [State, ...State[]]
  /**
   * Makes accounts, and what sends requests to them. Called once more, for accounts that nobody has asked for yet, when
   * there is an alarm.
   */
  readonly prepare: (run: number) => Visit<State> | Promise<Visit<State>>
  /** Visits of each state: 200 find 1 ms on a quiet machine, 1,500 find it under load. Default 200. */
  readonly rounds?: number
  /** Milliseconds. Default `performance.now`. */
  readonly time?: () => number
}

/** What was found about one state. */
export interface TimingFinding {
  readonly state: string
  /** Median difference of the fastest answers of each block; milliseconds. */
  readonly difference: number
  /** Of the signed-rank test: how likely that much is by chance. */
  readonly p: number
  readonly isAlarm: boolean
}

export interface TimingVerdict {
  /** States that had an alarm twice: empty is what the gate wants. */
  readonly red: readonly string[]
  /** All findings, one list a run. */
  readonly runs: readonly (readonly TimingFinding[])[]
}

/** Visits before anything is measured: caches, connections, the compiler. */
const WARM_UP = 50
/** Of so many rounds the fastest answer of a state counts: what else the machine does makes answers slower, never faster. */
const BLOCK = 5
const LEVEL = 0.001
/** Milliseconds: less is not a difference that somebody can use over a network. */
const LEAST = 0.5

/**
 * Rounds that visit every state once, in random order; the fastest answer of five rounds; signed-rank over those. An
 * alarm needs both a p below 0.001, shared by all comparisons, and half a millisecond, and counts when it comes again.
 */
export async function timingGate<State extends string>(
  gate: TimingGate<State>,
): Promise<TimingVerdict> {
  const first = await oneRun(gate, 0)
  const alarms = first.filter(({ isAlarm }) => isAlarm)
  if (alarms.length === 0) return { red: [], runs: [first] }
  const second = await oneRun(gate, 1)
  const red = alarms
    .map(({ state }) => state)
    .filter((state) => second.some((one) => one.state === state && one.isAlarm))
  return { red, runs: [first, second] }
}

async function oneRun<State extends string>(
  { states, prepare, rounds = 200, time = () => performance.now() }: TimingGate<State>,
  run: number,
): Promise<TimingFinding[]> {
  const visit = await prepare(run)
  let visits = 0
  for (let n = 0; n < WARM_UP; n++) {
    const state = states[n % states.length] as State
    await visit(state, visits++)
  }
  const times = new Map<State, number[]>(states.map((state) => [state, []]))
  for (let round = 0; round < rounds; round++) {
    for (const state of shuffled(states)) {
      const since = time()
      await visit(state, visits++)
      times.get(state)?.push(time() - since)
    }
  }
  const [reference, ...others] = states
  const usual = fastest(times.get(reference) ?? [])
  return others.map((state) => {
    const differences = fastest(times.get(state) ?? []).map((ms, at) => ms - (usual[at] ?? 0))
    const [difference, p] = [median(differences), signedRank(differences)]
    const isAlarm = p < LEVEL / others.length && Math.abs(difference) > LEAST
    return { state, difference, p, isAlarm }
  })
}

function shuffled<Value>(values: readonly Value[]): Value[] {
  const left = [...values]
  const mixed: Value[] = []
  while (left.length > 0) mixed.push(...left.splice(randomInt(left.length), 1))
  return mixed
}

/** The least of each block. */
function fastest(times: readonly number[]): number[] {
  const blocks: number[] = []
  for (let at = 0; at + BLOCK <= times.length; at += BLOCK) {
    blocks.push(Math.min(...times.slice(at, at + BLOCK)))
  }
  return blocks
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2
}

/**
 * Wilcoxon's signed-rank test, both sides, by its normal approximation: good from some twenty pairs on. Pairs that do
 * not differ are left out, those that differ as much share their ranks.
 */
export function signedRank(differences: readonly number[]): number {
  const pairs = differences
    .filter((one) => one !== 0)
    .sort((one, other) => Math.abs(one) - Math.abs(other))
  const count = pairs.length
  if (count === 0) return 1
  let positive = 0
  let tied = 0
  for (let from = 0; from < count; ) {
    let to = from + 1
    while (to < count && Math.abs(pairs[to] as number) === Math.abs(pairs[from] as number)) to++
    // Ranks from `from + 1` to `to`.
    const rank = (from + 1 + to) / 2
    positive += rank * pairs.slice(from, to).filter((one) => one > 0).length
    tied += (to - from) ** 3 - (to - from)
    from = to
  }
  const mean = (count * (count + 1)) / 4
  const variance = (count * (count + 1) * (2 * count + 1)) / 24 - tied / 48
  const off = Math.max(0, Math.abs(positive - mean) - 0.5)
  return twoSided(off / Math.sqrt(variance))
}

/** Probability of a standard normal value at least so far from 0 (Abramowitz and Stegun 7.1.26; off by 1.5e-7 at most). */
function twoSided(z: number): number {
  const x = z / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const terms = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592]
  const polynomial = terms.reduce((sum, term) => sum * t + term, 0) * t
  return polynomial * Math.exp(-x * x)
}

/** For messages: what each run found. */
export function timingReport({ runs }: TimingVerdict): string {
  return runs
    .flatMap((findings, run) =>
      findings.map(
        ({ state, difference, p }) =>
          `run ${run + 1}  ${state}  ${difference.toFixed(3)} ms  p ${p.toExponential(1)}`,
      ),
    )
    .join('\n')
}
