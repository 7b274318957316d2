// Guarantee 38: a store whose database is away is an Error for whoever asks. Nothing that could be taken for "he may",
// "it is new" or "nobody has revoked it" comes out of it.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, database } from 'trefoil/database'
import {
  sqlApiKeys,
  sqlAttempts,
  sqlLoginSessions,
  sqlRates,
  sqlRefreshFamilies,
  sqlSpentTokens,
  sqlTasks,
} from 'trefoil/stores'
import { expect, onTestFinished, test } from 'vitest'
import { NO_APP } from '../support/no-app.ts'

const NOW = Date.now()
const LATER = NOW + 3_600_000
const OWNER = { tenant: null, subject: 'ada' }
const KEY = createHash('sha256').update('ada').digest('base64url')
const RATE = { limit: 1, period: 1000, burst: 1, interval: 1000 }
const BUDGETS = [{ key: KEY, threshold: 5, window: 60_000, base: 1000, cap: 60_000 }]
const ROTATION = {
  digest: 't1',
  next: 't2',
  until: LATER,
  sealed: 'x',
  grace: 1000,
  now: NOW,
}

type Ask = () => PromiseLike<unknown> | unknown

/** Every question whose answer lets somebody in, by store. */
function questions(data: Database<never>): Readonly<Record<string, Ask>> {
  const rates = sqlRates(data)
  const keys = sqlApiKeys(data)
  const spent = sqlSpentTokens(data)
  const proofs = sqlSpentTokens(data, { where: 'state' })
  const attempts = sqlAttempts(data)
  const sessions = sqlLoginSessions(data)
  const families = sqlRefreshFamilies(data)
  const tasks = sqlTasks(data)
  return {
    'rates.consume': () => rates.consume([{ key: KEY, rate: RATE, byAddress: false }], NOW),
    'keys.find': () => keys.find('k'),
    'keys.revoke': () => keys.revoke('k', NOW),
    'spent.spend': () => spent.spend('link', 'a', LATER),
    'proofs.spend': () => proofs.spend('dpop', 'a', LATER),
    'attempts.reserve': () => attempts.reserve(BUDGETS),
    'attempts.failed': () => attempts.failed('a', BUDGETS),
    'attempts.status': () => attempts.status(BUDGETS),
    'sessions.find': () => sessions.find('s', NOW),
    'sessions.revokeAll': () => sessions.revokeAll(OWNER, null, NOW),
    'families.rotate': () => families.rotate(ROTATION),
    'families.revokeAll': () => families.revokeAll(OWNER, null, 'theft', NOW),
    'tasks.find': () => tasks.find(OWNER, 't', NOW),
  }
}

async function answersOf(asks: Readonly<Record<string, Ask>>): Promise<Record<string, string>> {
  const told: Record<string, string> = {}
  for (const [name, ask] of Object.entries(asks)) {
    try {
      told[name] = `answered ${JSON.stringify(await ask())}`
    } catch (error) {
      told[name] = error instanceof Error ? 'an Error' : `threw ${String(error)}`
    }
  }
  return told
}

test('STO-4: a store whose database is away lets nobody in: every question is an Error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-store-down-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const data = database<never>({ url: join(folder, 'app.db'), migrate: 'start' })
  const asks = questions(data)
  await data.start?.(NO_APP)
  for (const answer of Object.values(await answersOf(asks))) expect(answer).toMatch(/^answered/)
  await data.stop?.(NO_APP)
  const expected = Object.fromEntries(Object.keys(asks).map((name) => [name, 'an Error']))
  expect(await answersOf(asks)).toEqual(expected)
})
