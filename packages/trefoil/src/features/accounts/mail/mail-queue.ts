import type { AnyDatabase } from '../../../database.ts'
import type { Clock } from '../../../index.ts'
import { type JobQueue, jobQueue } from '../../../jobs.ts'

/**
 * The queue that mails go by: the app's own, or one of ours. Either way it belongs into `parts` of the part, so that
 * `trefoil work` and `trefoil jobs` know it.
 *
 * @param given the option `jobs`; `null` for none
 * @throws ImproperlyConfigured where the database has a queue that was not handed over
 */
export function mailQueue(data: AnyDatabase, given: JobQueue | null, clock: Clock): JobQueue {
  return given ?? jobQueue({ data, clock })
}
