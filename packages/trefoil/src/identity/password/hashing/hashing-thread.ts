// What a thread runs that hashes passwords: one at a time, while the process goes on. It is a thread of its own and
// none of libuv's pool, in which a file that is looked at would wait behind the hashes.
import { parentPort } from 'node:worker_threads'
import { hashSync, verifySync } from '@node-rs/argon2'
import { argon2Options, type HashingWork } from './hashing-work.ts'

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
