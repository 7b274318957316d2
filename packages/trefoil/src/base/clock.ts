import { randomFillSync } from 'node:crypto'

/**
 * Where time and randomness come from. Nothing else in the house asks the machine for
 * either, so a test can hold both still.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch, UTC. */
  now(): number
  /** Milliseconds from a clock that never steps back; for durations only. */
  elapsed(): number
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
}

/**
 * Fills `target` with bytes nobody can predict.
 * Tests inject a fixed one to get fixed ids.
 */
export type RandomSource = (target: Uint8Array) => void

export const systemRandom: RandomSource = (target) => {
  randomFillSync(target)
}
