// An app with a route that compares a password, beside one that only answers. Its parent asks for a bare loop.
import { stat } from 'node:fs/promises'
import { verify } from '@node-rs/argon2'
import {
  HashingBusy,
  HashingQueue,
  mostAtOnce,
} from '../../packages/trefoil/build/identity/password/hashing/hashing-queue.js'
import { HashingThreads } from '../../packages/trefoil/build/identity/password/hashing/hashing-threads.js'
import { PasswordHasher } from '../../packages/trefoil/build/identity/password/hashing/password-hasher.js'
import { createApp, HttpError } from '../../packages/trefoil/dist/index.js'
import { serve } from '../../packages/trefoil/dist/node.js'

const PASSWORD = 'correct horse battery staple'
const isPool = process.env.VARIANT === 'pool'
// In libuv's pool, as the library does it: a file that there is no thread for.
const threads = isPool
  ? new HashingThreads(new URL('file:///no-such-thread.mjs'))
  : new HashingThreads()
const hasher = new PasswordHasher({
  memory: 19_456,
  passes: 2,
  pepper: null,
  queue: new HashingQueue(),
  threads,
})
const stored = await hasher.hash(PASSWORD)
for (let index = 0; index < 5; index++) await hasher.verify(PASSWORD, stored)

const app = createApp({ name: 'passwords' })
app.get('/orders/{order_id}', { name: 'get_order', public: true }, () => ({ id: '1', total: 42 }))
app.post('/login', { name: 'login', public: true }, async (_, call) => {
  try {
    const { isRight } = await hasher.verify(`${PASSWORD}!`, stored, call.signal)
    if (isRight) return {}
  } catch (error) {
    throw error instanceof HashingBusy ? new HttpError(503, 'Busy') : error
  }
  throw new HttpError(400, 'LOGIN_BAD_CREDENTIALS')
})
const server = await serve(app, { port: 0 })

process.on('message', async (message) => {
  if (message.ask === 'stat') {
    const begin = performance.now()
    await stat('/')
    process.send?.({ stat: performance.now() - begin })
  } else if (message.ask === 'rss') process.send?.({ rss: process.memoryUsage.rss() })
  else if (message.ask === 'bare') process.send?.({ bare: await bare(message.ms) })
})
process.send?.({ port: server.port })

/** Hashes a second, with as many in flight as logins have. */
async function bare(ms) {
  let done = 0
  const end = performance.now() + ms
  const begin = performance.now()
  await Promise.all(
    Array.from({ length: mostAtOnce() }, async () => {
      while (performance.now() < end) {
        await verify(stored, `${PASSWORD}!`)
        done++
      }
    }),
  )
  return (done * 1000) / (performance.now() - begin)
}
