import type { Worker } from 'node:worker_threads'
import { lazily } from '../../../base/lazily.ts'
import { HASHING_THREAD } from '../password-files.ts'
import { argon2Options, type HashingResult, type HashingWork } from './hashing-work.ts'

/** Threads that ended before they hashed anything, after which no other is started. */
const MOST_BROKEN = 3

const argon2 = lazily(() => import('@node-rs/argon2'))

/**
 * Threads that hash, made when they are needed. Where there can be none, and when one breaks, a password is hashed
 * in libuv's pool as well. Whoever calls holds to a number of hashes at once.
 */
export class HashingThreads {
  readonly #file: URL
  readonly #idle: Worker[] = []
  #broken = 0

  /** @param file for tests */
  constructor(file: URL = HASHING_THREAD) {
    this.#file = file
  }

  /** @throws Error for what the library cannot hash, or compare; it says nothing about the password */
  async run(work: HashingWork): Promise<HashingResult> {
    const thread = await this.#thread()
    if (thread === null) return inPool(work)
    const answer = await askThread(thread, work)
    if (answer === null) {
      this.#broken++
      return inPool(work)
    }
    this.#broken = 0
    this.#idle.push(thread)
    if (answer.result === null) throw new Error('A password could not be hashed or compared')
    return answer.result
  }

  async #thread(): Promise<Worker | null> {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    if (this.#broken >= MOST_BROKEN) return null
    try {
      const { Worker } = await import('node:worker_threads')
      // No environment, no flags: it needs none of the secrets that are there.
      const thread = new Worker(this.#file, { env: {}, execArgv: [], name: 'trefoil-hashing' })
      // One that ends while it has nothing to do is used no more.
      thread.on('exit', () => {
        const at = this.#idle.indexOf(thread)
        if (at >= 0) this.#idle.splice(at, 1)
      })
      // Whoever waits for it is told by `exit`, which follows.
      thread.on('error', () => {})
      thread.unref()
      return thread
    } catch {
      // Threads may be forbidden.
      this.#broken = MOST_BROKEN
      return null
    }
  }
}

interface Answer {
  /** `null`: it could not. */
  readonly result: HashingResult | null
}

/** @returns `null` where the thread ended */
async function askThread(thread: Worker, work: HashingWork): Promise<Answer | null> {
  const { promise, resolve } = Promise.withResolvers<Answer | null>()
  const answered = (answer: Answer) => resolve(answer)
  const ended = () => resolve(null)
  thread.once('message', answered)
  thread.once('exit', ended)
  // The process waits for it: nothing else may hold a command that sets a password.
  thread.ref()
  thread.postMessage(work)
  try {
    return await promise
  } finally {
    thread.unref()
    thread.off('message', answered)
    thread.off('exit', ended)
  }
}

async function inPool(work: HashingWork): Promise<HashingResult> {
  const { hash, verify } = await argon2()
  const options = argon2Options(work)
  try {
    return work.stored === null
      ? await hash(work.password, options)
      : await verify(work.stored, work.password, options)
  } catch {
    throw new Error('A password could not be hashed or compared')
  }
}
