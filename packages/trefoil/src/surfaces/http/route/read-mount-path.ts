import { shownValue } from '../../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { parseMountPath } from '../../../web/mount-path.ts'

/**
 * Checks an option `mountPath`.
 *
 * @param caller whose option it is
 * @returns `null` when it is not given, empty for the root
 * @throws ImproperlyConfigured for what is no literal path
 */
export function readMountPath(caller: string, given: unknown): string | null {
  if (given === undefined) return null
  const parsed = typeof given === 'string' ? parseMountPath(given) : null
  if (parsed !== null) return parsed
  throw new ImproperlyConfigured(
    `${caller}: mountPath must be a literal path such as '/api', got ${shownValue(given)}`,
  )
}
