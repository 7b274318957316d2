import { hash } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { keyRing } from '../../../../auth.ts'
import { database } from '../../../../database.ts'
import { createApp } from '../../../../index.ts'
import { AccountKeys } from '../../account-keys.ts'
import { type NewTrip, TripStore } from './trip-store.ts'

const TRIP: NewTrip = {
  kind: 'login',
  provider: 'idp',
  holder: 'what the cookie says',
  accountId: null,
  next: 'https://shop.example/',
  mode: 'cookie',
  challenge: null,
  epoch: null,
  session: null,
}

async function room(): Promise<{
  readonly store: TripStore
  readonly rows: () => Promise<readonly object[]>
  readonly ring: ReturnType<typeof keyRing>
  readonly time: { at: number }
}> {
  const time = { at: Date.UTC(2026, 10, 30) }
  const ring = keyRing('a key of tests that is long enough, 0123456789', [])
  const data = database<never>({ url: ':memory:', migrate: 'start' })
  const clock = { now: () => time.at, elapsed: () => time.at }
  const store = new TripStore(data, new AccountKeys(ring), clock)
  const app = createApp({ name: 'shop', env: {}, log: { level: 'error' }, parts: [data] })
  await app.startup()
  onTestFinished(() => app.shutdown())
  const rows = async () => data.state.run('select * from trefoil_account_oauth')
  return { store, rows, ring, time }
}

describe('ways to a provider and back', () => {
  it('RFC 7636: secrets are good ones, and none of them stands in the row', async () => {
    const { store, rows } = await room()
    const [one, two] = [await store.begin(TRIP), await store.begin(TRIP)]
    const all = [one, two].flatMap((secrets) => Object.values(secrets))
    expect(new Set(all).size).toBe(6)
    for (const text of all) expect(text).toMatch(/^[\w-]{43}$/)
    const kept = JSON.stringify(await rows())
    for (const text of [...all, TRIP.holder]) {
      expect(kept).not.toContain(text)
      expect(kept).not.toContain(hash('sha256', text, 'base64url'))
    }
    const trip = await store.consume('login', one.state, 'idp', TRIP.holder)
    expect(trip?.secrets).toEqual(one)
  })

  it('is used up by its holder alone, once, for what it is', async () => {
    const { store, rows, time } = await room()
    const { state } = await store.begin(TRIP)
    expect(await store.consume('link', state, 'idp', TRIP.holder)).toBeNull()
    expect(await store.consume('exchange', state, 'idp', TRIP.holder)).toBeNull()
    expect(await store.consume('login', state, 'other', TRIP.holder)).toBeNull()
    expect(await store.consume('login', state, 'idp', 'another')).toBeNull()
    expect(await store.consume('login', `${state}x`, 'idp', TRIP.holder)).toBeNull()
    time.at += 600_000
    expect(await store.consume('login', state, 'idp', TRIP.holder)).toBeNull()
    time.at -= 1
    const all = await Promise.all(
      Array.from({ length: 20 }, () => store.consume('login', state, 'idp', TRIP.holder)),
    )
    expect(all.filter((trip) => trip !== null)).toHaveLength(1)
    expect(await rows()).toEqual([])
  })

  it('a clock that was far ahead makes none that lives for as long', async () => {
    const { store, time } = await room()
    time.at += 86_400_000
    const { state } = await store.begin(TRIP)
    time.at -= 86_400_000
    expect(await store.consume('login', state, 'idp', TRIP.holder)).toBeNull()
  })

  it('outlives the rotation of keys, and not the end of its own (COOK-4)', async () => {
    const { store, ring } = await room()
    const [one, two] = [await store.begin(TRIP), await store.begin(TRIP)]
    const [before, after] = [ring.current, 'another key of tests that is long enough, 0123']
    ring.replace(after, [before])
    expect((await store.consume('login', one.state, 'idp', TRIP.holder))?.secrets).toEqual(one)
    ring.replace(after)
    expect(await store.consume('login', two.state, 'idp', TRIP.holder)).toBeNull()
  })
})
