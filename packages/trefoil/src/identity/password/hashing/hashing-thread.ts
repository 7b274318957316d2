// What a thread runs that hashes passwords: one at a time, while the process goes on. It has a thread of its own
// and not one of libuv's pool, which files and names are looked up with; and it steps back for everything else.
import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { hashSync, verifySync } from '@node-rs/argon2'
import { argon2Options, type HashingWork } from './hashing-work.ts'

const NICE = 10

try {
  // On Linux threads have priorities of their own. `1234/task/1250` is the thread of whoever reads it.
  setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), NICE)
} catch {
  // Elsewhere it is as important as the rest.
}

parentPort?.on('message', (work: HashingWork) => {
  const { password, stored } = work
  try {
    const options = argon2Options(work)
    const result =
      stored === null ? hashSync(password, options) : verifySync(stored, password, options)
    parentPort?.postMessage({ result })
  } catch {
    // The error of a library about a password is nothing to pass on.
    parentPort?.postMessage({ result: null })
  }
})
