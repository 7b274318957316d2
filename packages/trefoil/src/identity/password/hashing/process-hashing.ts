import { lazily } from '../../../base/lazily.ts'
import { HashingQueue } from './hashing-queue.ts'
import { HashingThreads } from './hashing-threads.ts'

/** What hashes for all of the process: two apps in one have no more cores than one. */
export const processHashing: () => {
  readonly queue: HashingQueue
  readonly threads: HashingThreads
} = lazily(() => ({ queue: new HashingQueue(), threads: new HashingThreads() }))
