import { duration } from '../contract/options/kinds.ts'
import type { OptionKind } from '../contract/options/option-kind.ts'

/** Milliseconds. */
export const HOUR = 3_600_000

/** A duration within bounds; milliseconds. */
export function durationFrom(least: number, most: number): OptionKind<number> {
  return {
    ...duration,
    read(value, path) {
      const reading = duration.read(value, path)
      if ('mistake' in reading) return reading
      return reading.value >= least && reading.value <= most
        ? reading
        : { mistake: `must be a duration from ${shown(least)} to ${shown(most)}` }
    },
  }
}

function shown(ms: number): string {
  if (ms % HOUR === 0 && ms > 0) return `${ms / HOUR}h`
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}
