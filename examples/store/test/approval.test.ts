import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  APPROVAL_MS,
  Approvals,
  isArgumentsHash,
  MAX_ARGUMENTS,
  MAX_OF_ONE,
  MAX_REQUESTS,
  REQUEST_MS,
} from '../src/approval.ts'
import { storeDatabase } from '../src/database.ts'
import { printable } from '../src/printable.ts'
import { type OpenStore, openStore } from './open-store.ts'

const HASH = `sha256:${'0123456789abcdef'.repeat(4)}`
const OTHER = `sha256:${'f'.repeat(64)}`
const NOW = 1_800_000_000_000
const WHO = 'user_operator'
const CALL = { hash: HASH, subject: WHO, action: 'pay', args: '{"amount":1}', askedAt: NOW }

describe('approval tokens (STORE-APPROVE, W-9)', () => {
  let store: OpenStore
  let approvals: Approvals
  beforeEach(async () => {
    store = await openStore()
    approvals = new Approvals(store.data)
    return () => store.close()
  })
  const redeem = (token: string, hash = HASH, subject = WHO, now = NOW) =>
    approvals.redeem(token, hash, subject, now)

  it('approve the call they were made for, once', async () => {
    const token = await approvals.approve(CALL, NOW)
    expect(await redeem(token)).toBe(true)
    expect(await redeem(token)).toBe(false)
  })

  it('approve nothing else, nor anybody else, and are not used up by trying', async () => {
    const token = await approvals.approve(CALL, NOW)
    expect(await redeem(token, OTHER)).toBe(false)
    expect(await redeem(token, HASH, 'user_admin')).toBe(false)
    expect(await redeem(token, HASH, '')).toBe(false)
    expect(await redeem(token)).toBe(true)
  })

  it('die after 15 minutes, at the last moment included', async () => {
    expect(APPROVAL_MS).toBe(15 * 60 * 1000)
    expect(await redeem(await approvals.approve(CALL, NOW), HASH, WHO, NOW + APPROVAL_MS)).toBe(
      false,
    )
    expect(await redeem(await approvals.approve(CALL, NOW), HASH, WHO, NOW + APPROVAL_MS - 1)).toBe(
      true,
    )
  })

  it('are refused when any part was changed', async () => {
    const token = await approvals.approve(CALL, NOW)
    const flipped = (token.startsWith('A') ? 'B' : 'A') + token.slice(1)
    for (const text of [
      flipped,
      token.slice(1),
      `${token}=`,
      ` ${token}`,
      `${token}\n`,
      '',
      "' or 1=1 --",
    ]) {
      expect(await redeem(text), JSON.stringify(text)).toBe(false)
    }
  })

  it('cannot be had from the database: digests are in it, and they are no tokens', async () => {
    const token = await approvals.approve(CALL, NOW)
    const rows = await store.data.queries().selectFrom('approvals').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(token)
    expect(await redeem(String(rows[0]?.digest))).toBe(false)
  })

  it('are made for well-formed hashes only', () => {
    expect(isArgumentsHash(HASH)).toBe(true)
    for (const hash of [
      '',
      'sha256:',
      HASH.slice(7),
      HASH.toUpperCase(),
      `${HASH}0`,
      `${HASH}\n`,
    ]) {
      expect(isArgumentsHash(hash), JSON.stringify(hash)).toBe(false)
    }
  })

  it('show what was asked, for a day, by whom', async () => {
    await approvals.ask(CALL)
    await approvals.ask({ ...CALL, subject: 'user_admin', askedAt: NOW + 1 })
    await approvals.ask({ ...CALL, askedAt: NOW + 2 })
    expect((await approvals.asked(HASH, NOW + 2)).map(({ subject }) => subject)).toEqual([
      WHO,
      'user_admin',
    ])
    expect((await approvals.asked(HASH, NOW + 2))[0]).toEqual({ ...CALL, askedAt: NOW + 2 })
    expect(await approvals.asked(OTHER, NOW)).toEqual([])
    expect(await approvals.asked(HASH, NOW + 2 + REQUEST_MS)).toEqual([])
  })

  it('keep no more requests than there is room for, the oldest go first', async () => {
    const hashOf = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`
    const full = Array.from({ length: MAX_REQUESTS }, (_, n) => {
      return {
        hash: hashOf(n),
        subject: `user_${n % 20}`,
        action: 'pay',
        args: '{}',
        asked_ms: NOW + n,
      }
    })
    await store.data.unit((db) => db.insertInto('approval_requests').values(full).execute())
    for (let n = MAX_REQUESTS; n < MAX_REQUESTS + 5; n++) {
      await approvals.ask({ ...CALL, hash: hashOf(n), askedAt: NOW + n })
    }
    expect(await countOf(store)).toBe(MAX_REQUESTS)
    expect(await approvals.asked(`sha256:${'0'.repeat(64)}`, NOW)).toEqual([])
    expect(await approvals.ask({ ...CALL, args: 'x'.repeat(MAX_ARGUMENTS + 1) })).toBe(false)
    expect(await approvals.asked(HASH, NOW)).toEqual([])
  })
})

describe('an agent that asks for thousands of things', () => {
  it('pushes out what it asked for itself, and nothing that somebody else did', async () => {
    const store = await openStore()
    try {
      const approvals = new Approvals(store.data)
      await approvals.ask(CALL)
      const hashOf = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`
      const many = Array.from({ length: MAX_REQUESTS - 2 }, (_, n) => {
        return { hash: hashOf(n), subject: 'agent', action: 'pay', args: '{}', asked_ms: NOW + n }
      })
      await store.data.unit((db) => db.insertInto('approval_requests').values(many).execute())
      for (let n = MAX_REQUESTS; n < MAX_REQUESTS + 5; n++) {
        await approvals.ask({ ...CALL, hash: hashOf(n), subject: 'agent', askedAt: NOW + n })
      }
      expect(await approvals.asked(HASH, NOW)).toHaveLength(1)
      expect(await countOf(store)).toBe(MAX_OF_ONE + 1)
      expect(await approvals.asked(hashOf(MAX_REQUESTS + 4), NOW)).toHaveLength(1)
    } finally {
      await store.close()
    }
  })
})

/** How many requests are kept. */
async function countOf({ data }: OpenStore): Promise<number> {
  const { n } = await data
    .queries()
    .selectFrom('approval_requests')
    .select(({ fn }) => fn.countAll().as('n'))
    .executeTakeFirstOrThrow()
  return Number(n)
}

describe('one token, many at once (APR-12: one conditional update)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'trefoil-approval-'))
  const opened: OpenStore[] = []
  beforeAll(async () => {
    const url = join(directory, 'store.db')
    for (let n = 0; n < 4; n++)
      opened.push(await openStore(storeDatabase({ url, migrate: 'start' })))
  })
  afterAll(async () => {
    for (const store of opened) await store.close()
    rmSync(directory, { recursive: true, force: true })
  })

  it('100 redemptions over several connections run once', async () => {
    const all = opened.map(({ data }) => new Approvals(data))
    const token = (await all[0]?.approve(CALL, NOW)) ?? ''
    const results = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        await Promise.resolve()
        return all[n % all.length]?.redeem(token, HASH, WHO, NOW)
      }),
    )
    expect(results.filter(Boolean)).toHaveLength(1)
  })
})

describe('what is shown to whoever approves (APR-3)', () => {
  it('hides nothing and paints nothing', () => {
    expect(printable('a\u001b[2Kb')).toBe('a\\u{1b}[2Kb')
    expect(printable('pay\r\nlook')).toBe('pay\\u{d}\\u{a}look')
    expect(printable('1\u202e001')).toBe('1\\u{202e}001')
    expect(printable('a\u200bb\u2066\u{e0041}\u2028')).toBe(
      'a\\u{200b}b\\u{2066}\\u{e0041}\\u{2028}',
    )
    // Fillers and variation selectors are letters and marks to Unicode; a space may be another one.
    expect(printable('ord\u3164_1\ufe0f\u115f\u034f\u00a0x\ud800')).toBe(
      'ord\\u{3164}_1\\u{fe0f}\\u{115f}\\u{34f}\\u{a0}x\\u{d800}',
    )
    expect(printable('Zoë 日本 🙂')).toBe('Zoë 日本 🙂')
  })
})
