import type { LoginSessionStore, StoredLoginSession } from '../../contract/ports/login-sessions.ts'
import { expectThrow, expectValue } from './expect-value.ts'
import { type StoreCheck, type StoreChecks, storeChecks } from './store-check.ts'

const NOW = 1_800_000_000_000
const MINUTE = 60_000
const ADA = { tenant: null, subject: 'ada' }

function sessionOf(id: string, more: Partial<StoredLoginSession> = {}): StoredLoginSession {
  return {
    id,
    digest: `digest of ${id}`,
    owner: ADA,
    createdAt: NOW,
    seenAt: NOW,
    idle: 30 * MINUTE,
    endsAt: NOW + 600 * MINUTE,
    revokedAt: null,
    details: '{}',
    version: 1,
    ...more,
  }
}

const idsOf = (sessions: readonly StoredLoginSession[]) => sessions.map(({ id }) => id)

const CHECKS: StoreChecks<LoginSessionStore> = {
  'gives back what was added, to the letter, and nothing for another id': async (store) => {
    const session = sessionOf('a', {
      owner: { tenant: "t' or ''='", subject: 'Zoë 🔑' },
      details: JSON.stringify({ device: 'é"\\\n🍀', factors: ['pwd', 'otp'] }),
      endsAt: 9_007_199_254_740_991,
    })
    expectValue(await store.add(session), true, 'add()')
    expectValue(await store.find('a', NOW), session, 'find()')
    expectValue(await store.find('A', NOW), null, 'find() of another id')
    expectValue(await store.find("a' or ''='", NOW), null, 'find() with quotes')
  },
  'takes an id once, also of many at the same time': async (store) => {
    const added = await Promise.all(
      Array.from({ length: 100 }, async () => store.add(sessionOf('a'))),
    )
    expectValue(added.filter(Boolean).length, 1, 'how many add() took one id')
  },
  'SES: ends when it is not used, and moves on with each use': async (store) => {
    await store.add(sessionOf('a'))
    expectValue((await store.find('a', NOW + 30 * MINUTE - 1))?.id, 'a', 'find() just before')
    expectValue(await store.find('a', NOW + 30 * MINUTE), null, 'find() when it was idle')
    await store.seen([
      { id: 'a', at: NOW + 20 * MINUTE },
      { id: 'gone', at: NOW },
    ])
    await store.seen([
      { id: 'a', at: NOW + 10 * MINUTE },
      { id: 'a', at: NOW + 5 * MINUTE },
    ])
    await store.seen([])
    const found = await store.find('a', NOW + 40 * MINUTE)
    expectValue(found?.seenAt, NOW + 20 * MINUTE, 'seenAt')
    expectValue(found?.version, 1, 'version after uses')
  },
  'SES: a use that comes too late brings nothing back': async (store) => {
    await store.add(sessionOf('a'))
    await store.seen([{ id: 'a', at: NOW + 31 * MINUTE }])
    expectValue(await store.find('a', NOW + 31 * MINUTE), null, 'find() after a late use')
  },
  'SES: ends for good at its end, however often it is used': async (store) => {
    await store.add(sessionOf('a', { endsAt: NOW + 10 * MINUTE }))
    await store.seen([{ id: 'a', at: NOW + 9 * MINUTE }])
    expectValue(await store.find('a', NOW + 10 * MINUTE), null, 'find() at its end')
    expectValue(await store.list(ADA, NOW + 10 * MINUTE), [], 'list() at its end')
    expectValue(await store.revoke(ADA, 'a', NOW + 10 * MINUTE), false, 'revoke() at its end')
  },
  'SES-9: lists those of an owner that hold, the newest first, tenants apart': async (store) => {
    await store.add(sessionOf('a'))
    await store.add(sessionOf('b', { createdAt: NOW + 1, seenAt: NOW + 1 }))
    await store.add(sessionOf('c', { owner: { tenant: 'acme', subject: 'ada' } }))
    await store.add(sessionOf('d', { owner: { tenant: null, subject: 'bob' } }))
    await store.add(sessionOf('e', { idle: 1 }))
    expectValue(idsOf(await store.list(ADA, NOW + 2)), ['b', 'a'], 'list()')
    expectValue(idsOf(await store.list({ tenant: 'acme', subject: 'ada' }, NOW)), ['c'], 'list()')
    expectValue(await store.list({ tenant: '', subject: 'ada' }, NOW), [], "list() of tenant ''")
  },
  'SES-9 PW-41: one of somebody else is as if it were not there': async (store) => {
    await store.add(sessionOf('a'))
    for (const owner of [
      { tenant: null, subject: 'eve' },
      { tenant: 'acme', subject: 'ada' },
      { tenant: '', subject: 'ada' },
    ]) {
      expectValue(await store.revoke(owner, 'a', NOW), false, 'revoke() by another')
      expectValue(await store.revokeAll(owner, null, NOW), 0, 'revokeAll() by another')
    }
    expectValue(await store.find('a', NOW), sessionOf('a'), 'find()')
  },
  'SES-9: revokes one, others, all, and for good': async (store) => {
    for (const id of ['a', 'b', 'c', 'd']) await store.add(sessionOf(id))
    expectValue(await store.revoke(ADA, 'a', NOW), true, 'revoke()')
    expectValue(await store.revoke(ADA, 'a', NOW), false, 'revoke() again')
    expectValue(await store.find('a', NOW), null, 'find() of one revoked')
    await store.seen([{ id: 'a', at: NOW + 1 }])
    expectValue(await store.find('a', NOW + 1), null, 'find() after a use')
    expectValue(await store.revokeAll(ADA, 'b', NOW), 2, 'revokeAll() but one')
    expectValue(idsOf(await store.list(ADA, NOW)), ['b'], 'list()')
    expectValue(await store.revokeAll(ADA, null, NOW), 1, 'revokeAll()')
    expectValue(await store.list(ADA, NOW), [], 'list() of none')
    expectValue(await store.add(sessionOf('a')), false, 'add() of a revoked id')
  },
  'changes the version that was read, and no other': async (store) => {
    await store.add(sessionOf('a'))
    expectValue(await store.change('a', 1, { digest: 'new' }, NOW), true, 'change()')
    expectValue(
      await store.change('a', 1, { details: '[]' }, NOW),
      false,
      'change() of an old version',
    )
    expectValue(await store.change('b', 1, {}, NOW), false, 'change() of an unknown id')
    expectValue(await store.find('a', NOW), sessionOf('a', { digest: 'new', version: 2 }), 'find()')
    const tries = await Promise.all(
      Array.from({ length: 100 }, async (_, at) =>
        store.change('a', 2, { details: `[${at}]` }, NOW),
      ),
    )
    expectValue(tries.filter(Boolean).length, 1, 'how many changed version 2')
    await store.add(sessionOf('c', { details: '[1]', endsAt: NOW + 10 * MINUTE }))
    await store.change('c', 1, { digest: 'new' }, NOW)
    await store.change('c', 2, {}, NOW)
    const kept = { digest: 'new', details: '[1]', endsAt: NOW + 10 * MINUTE, version: 3 }
    expectValue(await store.find('c', NOW), sessionOf('c', kept), 'find() of what was left out')
    const over = await store.change('c', 3, { digest: 'x' }, NOW + 10 * MINUTE)
    expectValue(over, false, 'change() at its end')
    await store.add(sessionOf('d'))
    const idle = await store.change('d', 1, { digest: 'x' }, NOW + 30 * MINUTE)
    expectValue(idle, false, 'change() of one that was idle')
    await store.revoke(ADA, 'a', NOW)
    expectValue(await store.change('a', 4, { digest: 'x' }, NOW), false, 'change() of one revoked')
  },
  'of those that come while all are revoked none is left': async (store) => {
    await Promise.all(Array.from({ length: 30 }, async (_, at) => store.add(sessionOf(`s${at}`))))
    const [revoked, ...others] = await Promise.all([
      store.revokeAll(ADA, null, NOW),
      ...Array.from({ length: 30 }, async (_, at) => store.revoke(ADA, `s${at}`, NOW)),
    ])
    expectValue(
      Number(revoked) + others.filter(Boolean).length,
      30,
      'how many were revoked, once each',
    )
    expectValue(await store.list(ADA, NOW), [], 'list()')
  },
  'refuses long details, and hands out what nobody can change in it': async (store) => {
    await expectThrow(
      () => store.add(sessionOf('a', { details: 'x'.repeat(5000) })),
      'add() of 5000',
    )
    await store.add(sessionOf('a'))
    const found = (await store.find('a', NOW)) as unknown as { owner: { subject: string } }
    try {
      found.owner.subject = 'eve'
    } catch {
      // Frozen is the best it can be.
    }
    expectValue(await store.find('a', NOW), sessionOf('a'), 'find() after a change')
  },
}

/**
 * What every store of login sessions must do: `for (const { name, run } of loginSessionContract(makeStore)) test(name, run)`.
 *
 * @param makeStore gives an empty store for each check
 */
export function loginSessionContract(
  makeStore: () => LoginSessionStore | Promise<LoginSessionStore>,
): readonly StoreCheck[] {
  return storeChecks(CHECKS, makeStore)
}
