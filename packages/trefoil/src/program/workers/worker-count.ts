import { usageError } from '../terminal/usage-error.ts'

/** More is a mistake, and would take the machine down. */
const MOST = 256

/**
 * How many workers `--workers` asks for, else the variable.
 *
 * @param parallelism how many `auto` is
 * @returns `null` where neither says anything: the app is served by this process
 * @throws Problem `cli_usage`
 */
export function workerCount(
  flag: string | undefined,
  variable: string | undefined,
  parallelism: number,
): number | null {
  const [text, name] =
    flag === undefined ? [variable?.trim(), 'TREFOIL_WORKERS'] : [flag.trim(), '--workers']
  if (text === undefined || (text === '' && flag === undefined)) return null
  if (text === 'auto') return Math.min(Math.max(parallelism, 1), MOST)
  if (/^[1-9][0-9]{0,2}$/.test(text) && Number(text) <= MOST) return Number(text)
  throw usageError(
    `${name} must be a number from 1 to ${MOST}, or auto`,
    'Write --workers 2, or --workers auto for one on each thread of the machine.',
  )
}
