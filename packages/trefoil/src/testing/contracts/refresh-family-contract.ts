import type {
  RefreshFamily,
  RefreshFamilyStore,
  Rotation,
} from '../../contract/ports/refresh-families.ts'
import { expectValue, pass } from './expect-value.ts'
import { type StoreCheck, type StoreChecks, storeChecks } from './store-check.ts'

const NOW = 1_800_000_000_000
const DAY = 86_400_000
const HOUR = 3_600_000
const GRACE = 20_000
const ADA = { tenant: null, subject: 'ada' }

function familyOf(id: string, more: Partial<RefreshFamily> = {}): RefreshFamily {
  return {
    id,
    owner: ADA,
    clientId: null,
    session: null,
    createdAt: NOW,
    endsAt: NOW + 30 * DAY,
    revokedAt: null,
    reason: null,
    details: '{}',
    ...more,
  }
}

function rotation(digest: string, next: string, more: Partial<Rotation> = {}): Rotation {
  const sealed = `answer with ${next}`
  return { digest, next, until: NOW + 7 * DAY, sealed, grace: GRACE, now: NOW, ...more }
}

/** Of a token that was rotated too long ago: whatever the caller's clock says, a store goes by its own. */
async function late(store: RefreshFamilyStore, digest: string, now = NOW) {
  await pass(20)
  return store.rotate(rotation(digest, 'x', { grace: 5, now }))
}

const CHECKS: StoreChecks<RefreshFamilyStore> = {
  'gives back what was added, and nothing for another digest': async (store) => {
    const family = familyOf('a', {
      owner: { tenant: "t' or ''='", subject: 'Zoë 🔑' },
      clientId: 'web',
      session: 's1',
      details: JSON.stringify({ scope: 'é"\\\n🍀' }),
    })
    expectValue(await store.add(family, 'one', NOW + DAY), true, 'add()')
    expectValue(await store.find('one', NOW), family, 'find()')
    expectValue(await store.find('One', NOW), null, 'find() of another')
    expectValue(await store.find('one', NOW + DAY), null, 'find() when the token is over')
    expectValue(await store.add(family, 'two', NOW + DAY), false, 'add() of an id that is there')
    expectValue(await store.add(familyOf('b'), 'one', NOW + DAY), false, 'add() of a digest')
    expectValue((await store.rotate(rotation('two', 'x'))).kind, 'unknown', 'rotate() of no token')
  },
  'puts a token in the place of the one before': async (store) => {
    await store.add(familyOf('a'), 't1', NOW + DAY)
    expectValue(
      await store.rotate(rotation('t1', 't2')),
      { kind: 'rotated', family: familyOf('a') },
      'rotate()',
    )
    expectValue(await store.find('t1', NOW), null, 'find() of the one before')
    expectValue(await store.find('t2', NOW), familyOf('a'), 'find() of the new one')
    expectValue(
      (await store.rotate(rotation('t2', 't3'))).kind,
      'rotated',
      'rotate() of the new one',
    )
  },
  'SW-15: of 100 at the same time one rotates, and all are given its answer': async (store) => {
    await store.add(familyOf('a'), 't1', NOW + DAY)
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, at) => store.rotate(rotation('t1', `next-${at}`))),
    )
    const rotated = answers.flatMap(({ kind }, at) => (kind === 'rotated' ? [at] : []))
    expectValue(rotated.length, 1, 'how many rotated')
    const wanted = `answer with next-${rotated[0]}`
    const repeated = answers.filter((one) => one.kind === 'repeated' && one.sealed === wanted)
    expectValue(repeated.length, 99, 'how many were given the answer of the one')
    expectValue((await store.find(`next-${rotated[0]}`, NOW))?.id, 'a', 'find() of the successor')
  },
  'SW-15: whoever lost the answer gets it again for 20 seconds': async (store) => {
    await store.add(familyOf('a'), 't1', NOW + DAY)
    await store.rotate(rotation('t1', 't2'))
    // Processes whose clocks are an hour apart: the store goes by its own.
    for (const now of [NOW, NOW + HOUR, NOW - HOUR]) {
      expectValue(
        await store.rotate(rotation('t1', 'other', { now })),
        { kind: 'repeated', family: familyOf('a'), sealed: 'answer with t2' },
        'rotate() again',
      )
    }
    expectValue((await store.rotate(rotation('other', 'x'))).kind, 'unknown', 'rotate() of none')
    expectValue(
      (await store.rotate(rotation('t2', 't3'))).kind,
      'rotated',
      'rotate() of the successor',
    )
  },
  'SW-15: a token that is sent again later revokes the family': async (store) => {
    await store.add(familyOf('a'), 't1', NOW + DAY)
    await store.rotate(rotation('t1', 't2'))
    const revoked = familyOf('a', { revokedAt: NOW - HOUR, reason: 'reuse' })
    expectValue(
      await late(store, 't1', NOW - HOUR),
      { kind: 'reused', family: revoked },
      'rotate() too late',
    )
    expectValue(await store.find('t2', NOW), null, 'find() of the successor')
    expectValue((await store.rotate(rotation('t2', 'y'))).kind, 'over', 'rotate() of the successor')
    expectValue((await store.rotate(rotation('t1', 'y'))).kind, 'reused', 'rotate() once more')
    expectValue(await store.list(ADA, NOW), [], 'list()')
  },
  'SW-15: so does one whose successor was used, and one from long before': async (store) => {
    await store.add(familyOf('a'), 'a1', NOW + DAY)
    await store.rotate(rotation('a1', 'a2'))
    await store.rotate(rotation('a2', 'a3'))
    expectValue(
      (await store.rotate(rotation('a1', 'x'))).kind,
      'reused',
      'rotate() within the 20 s',
    )
    expectValue(await store.find('a3', NOW), null, 'find() of the newest')
    await store.add(familyOf('b'), 'b1', NOW + DAY)
    for (let at = 1; at < 6; at++) await store.rotate(rotation(`b${at}`, `b${at + 1}`))
    expectValue((await store.rotate(rotation('b2', 'x'))).kind, 'reused', 'rotate() of an old one')
    expectValue(await store.find('b6', NOW), null, 'find() of the newest')
  },
  'SW-15: nobody gets the answer again when the family was revoked': async (store) => {
    await store.add(familyOf('a'), 't1', NOW + DAY)
    await store.rotate(rotation('t1', 't2'))
    await store.revoke(ADA, 'a', 'logout', NOW)
    const family = familyOf('a', { revokedAt: NOW, reason: 'logout' })
    expectValue(await store.rotate(rotation('t1', 'x')), { kind: 'reused', family }, 'rotate()')
    expectValue((await store.rotate(rotation('t2', 'x'))).kind, 'over', 'rotate() of the successor')
  },
  'SW-15: nobody gets in between a rotation and a theft that is seen': async (store) => {
    await store.add(familyOf('a'), 't1', NOW + DAY)
    await store.rotate(rotation('t1', 't2'))
    await pass(20)
    const late = { grace: 5 }
    const [, , ...others] = await Promise.all([
      store.rotate(rotation('t1', 'x', late)),
      store.rotate(rotation('t2', 't3', late)),
      ...Array.from({ length: 20 }, async (_, at) => store.rotate(rotation('t1', `x${at}`, late))),
    ])
    expectValue(
      others.every(({ kind }) => kind === 'reused'),
      true,
      'rotate() of the old one',
    )
    for (const token of ['t1', 't2', 't3', 'x']) {
      expectValue(await store.find(token, NOW), null, `find() of ${token}`)
    }
  },
  'nothing is taken when it is over': async (store) => {
    await store.add(familyOf('a'), 'a1', NOW + DAY)
    expectValue(
      (await store.rotate(rotation('a1', 'x', { now: NOW + DAY }))).kind,
      'over',
      'rotate() of an old token',
    )
    await store.add(familyOf('c'), 'c1', NOW + DAY)
    await store.rotate(rotation('c1', 'c2', { until: NOW + 2 * DAY }))
    expectValue((await store.find('c2', NOW + 2 * DAY - 1))?.id, 'c', 'find() just before')
    expectValue(await store.find('c2', NOW + 2 * DAY), null, 'find() of an old successor')
    expectValue(
      (await store.rotate(rotation('c2', 'x', { now: NOW + 2 * DAY }))).kind,
      'over',
      'rotate() of an old successor',
    )
    await store.add(familyOf('b', { endsAt: NOW + DAY }), 'b1', NOW + 7 * DAY)
    expectValue(
      (await store.rotate(rotation('b1', 'b2', { now: NOW + DAY - 1 }))).kind,
      'rotated',
      'rotate() just before',
    )
    expectValue(
      (await store.rotate(rotation('b2', 'x', { now: NOW + DAY }))).kind,
      'over',
      'rotate() at the end',
    )
    expectValue(
      (await store.rotate(rotation('b1', 'x', { now: NOW + DAY }))).kind,
      'over',
      'rotate() of the one before',
    )
    expectValue(await store.find('b2', NOW + DAY), null, 'find() at the end')
  },
  'lists and revokes those of an owner, tenants apart': async (store) => {
    await store.add(familyOf('a', { session: 's1' }), 'a1', NOW + DAY)
    await store.add(familyOf('b', { createdAt: NOW + 1, session: 's2' }), 'b1', NOW + DAY)
    await store.add(familyOf('c', { owner: { tenant: 'acme', subject: 'ada' } }), 'c1', NOW + DAY)
    const ids = async () => (await store.list(ADA, NOW)).map(({ id }) => id)
    expectValue(await ids(), ['b', 'a'], 'list()')
    expectValue(await store.revoke(ADA, 'c', 'logout', NOW), false, 'revoke() of another tenant')
    expectValue(
      await store.revokeAll({ tenant: '', subject: 'ada' }, null, 'x', NOW),
      0,
      'revokeAll()',
    )
    expectValue(await store.revokeAll(ADA, 's1', 'logout', NOW), 1, 'revokeAll() of a session')
    expectValue(await ids(), ['b'], 'list() after it')
    expectValue(await store.revoke(ADA, 'b', 'logout', NOW), true, 'revoke()')
    expectValue(await store.revoke(ADA, 'b', 'logout', NOW), false, 'revoke() again')
    const over = await store.rotate(rotation('b1', 'x'))
    expectValue(
      over,
      {
        kind: 'over',
        family: familyOf('b', {
          createdAt: NOW + 1,
          session: 's2',
          revokedAt: NOW,
          reason: 'logout',
        }),
      },
      'rotate() of one revoked',
    )
    expectValue((await store.find('c1', NOW))?.id, 'c', 'find() of the other tenant')
  },
}

/**
 * What every store of refresh tokens must do: `for (const { name, run } of refreshFamilyContract(makeStore)) test(name, run)`.
 *
 * @param makeStore gives an empty store for each check
 */
export function refreshFamilyContract(
  makeStore: () => RefreshFamilyStore | Promise<RefreshFamilyStore>,
): readonly StoreCheck[] {
  return storeChecks(CHECKS, makeStore)
}
