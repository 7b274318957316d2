// Run in several processes at once, each with the same database: logins through the locks of accounts().
import { setTimeout as after } from 'node:timers/promises'
import { keyRing } from '../../packages/trefoil/src/auth.ts'
import { database } from '../../packages/trefoil/src/database.ts'
import { AccountKeys } from '../../packages/trefoil/src/features/accounts/account-keys.ts'
import type { Identifier } from '../../packages/trefoil/src/features/accounts/identifier.ts'
import { makeLocks } from '../../packages/trefoil/src/features/accounts/lockout/make-locks.ts'
import { Problem } from '../../packages/trefoil/src/index.ts'
import { readLockout } from '../../packages/trefoil/src/inner.ts'
import { systemClock } from '../../packages/trefoil/src/parts.ts'
import { sqlAttempts } from '../../packages/trefoil/src/stores.ts'
import { NO_APP } from './no-app.ts'

const [, , url = '', what = '', given = '0'] = process.argv
const count = Number(given)
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)

const ADA: Identifier = { kind: 'email', text: 'ada@example.com' }
const data = database<never>({ url, migrate: 'start', wait: '60s' })
// As long as a test may take on a busy machine.
const config = readLockout({ baseCooldown: '1h', addressThreshold: 10_000 })
const keys = new AccountKeys(keyRing('the key of both'))
const { locks } = makeLocks(sqlAttempts(data), keys, config, systemClock)
await data.start?.(NO_APP)

let looks = 0

/** @returns `in`, `wrong`, or the status that it was refused with */
async function login(isRight: boolean, device: string | null = null, address = '203.0.113.7') {
  const tried = {
    identifier: ADA,
    client: { address, userAgent: null },
    device,
    signal: AbortSignal.timeout(60_000),
  }
  try {
    return await locks.attempt(tried, async () => {
      looks++
      // As long as a hash takes.
      await after(10)
      return { isRight, value: isRight ? 'in' : 'wrong' }
    })
  } catch (error) {
    if (!Problem.is(error)) throw error
    return error.status
  }
}

async function many<Value>(work: (at: number) => Promise<Value>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const answers = await Promise.all(Array.from({ length: count }, (_, at) => work(at)))
  for (const answer of answers) counts[String(answer)] = (counts[String(answer)] ?? 0) + 1
  return counts
}

if (what === 'dies') {
  // The lease of its try is what is left of it.
  await login(false)
  await locks.attempt(
    {
      identifier: ADA,
      client: { address: null, userAgent: null },
      device: null,
      signal: AbortSignal.timeout(60_000),
    },
    async () => {
      process.kill(process.pid, 'SIGKILL')
      return { isRight: true, value: null }
    },
  )
}

say('ready')
for await (const _ of process.stdin) break
if (what === 'guesses') say([looks, await many(() => login(false)), looks])
else if (what === 'spread') {
  say([looks, await many((at) => login(false, null, `198.51.100.${at % 250}`)), looks])
} else if (what === 'again') {
  const answers = await many(() => login(false))
  say([looks, { ...answers, right: await login(true) }, looks])
} else if (what === 'logins') say([looks, await many(() => login(true)), looks])
else if (what === 'attacked') {
  const device = locks.deviceToken(ADA)
  // One in five is the owner, from a device that is known.
  say([looks, await many((at) => (at % 5 === 0 ? login(true, device) : login(false))), looks])
}
await data.stop?.(NO_APP)
process.exit(0)
