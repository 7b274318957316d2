import { parseArgs } from 'node:util'

import { BenchFailure } from './log.mjs'

/**
 * The few options of the small benches: `--json` and `--rounds N`.
 *
 * @param {number} rounds when none is given
 */
export function readFlags(rounds) {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, rounds: { type: 'string' } },
  })
  const given = Number(values.rounds ?? rounds)
  if (!Number.isInteger(given) || given < 1)
    throw new BenchFailure('--rounds must be a whole number above 0')
  return { json: values.json === true, rounds: given }
}
