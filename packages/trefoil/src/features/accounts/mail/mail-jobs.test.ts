import { sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { NoRetry } from '../../../jobs.ts'
import { type OutboxApp, type OutboxOptions, outboxApp } from './outbox.fixture.ts'

const MINUTE = 60_000

async function app(options: OutboxOptions = {}): Promise<OutboxApp> {
  const made = await outboxApp(options)
  onTestFinished(() => made.app.shutdown())
  return made
}

async function states({ data }: OutboxApp): Promise<string[]> {
  const { rows } = await sql<{ state: string }>`select state from trefoil_jobs order by id`.execute(
    data.queries(),
  )
  return rows.map(({ state }) => state)
}

describe('ENUM-3 mails are jobs', () => {
  it('sends what was asked for once its unit is committed, and notes it', async () => {
    const it = await app()
    await it.ask('one')
    expect(it.sent).toEqual([])
    await it.jobs.runDue()
    expect(it.sent).toEqual([{ to: 'ada@example.com', subject: 'Hello', text: 'mail one' }])
    expect(it.noted).toEqual(['one'])
  })

  it('sends nothing for a unit that was rolled back', async () => {
    const it = await app()
    const undone = it.data.unit(async (unit) => {
      await it.outbox.challenge(unit, 'one')
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    expect(await it.jobs.runDue()).toBe(0)
  })

  it('keeps an id with the job, and neither an address nor what opens anything', async () => {
    const it = await app()
    await it.ask('one', { proof: { code: '123456' } })
    const { rows } = await sql`select * from trefoil_jobs`.execute(it.data.queries())
    const text = JSON.stringify(rows)
    expect(text).toContain('one')
    expect(text).not.toMatch(/ada|123456|example/)
  })

  it('sends nobody a mail for an address that nobody has, and does all else', async () => {
    const it = await app()
    await it.ask('one', { kind: 'nobody' })
    await it.jobs.runDue()
    expect([it.sent, it.noted]).toEqual([[], ['one']])
    expect(await states(it)).toEqual(['done'])
  })

  it('drops what was used or is over by the time its turn comes', async () => {
    const it = await app()
    await it.ask('used')
    it.mails.delete('used')
    await it.ask('over', { expiresAt: it.at })
    await it.jobs.runDue()
    expect([it.sent, await states(it)]).toEqual([[], ['done', 'done']])
  })
})

describe('what a mail server does', () => {
  it('tries again after a failure, and takes no second turn of the mailbox for it', async () => {
    let tries = 0
    const send = () => {
      if (++tries < 3) throw new Error('away')
    }
    const it = await app({ mailer: { send } })
    await it.ask('one')
    for (let n = 0; n < 3; n++) {
      await it.jobs.runDue()
      it.at += MINUTE / 2
    }
    expect([tries, it.noted]).toEqual([3, ['one']])
  })

  it('does not try again what was refused for good, and keeps no word of the mail', async () => {
    let tries = 0
    const send = () => {
      tries++
      throw new NoRetry('The mail server refused it (550)')
    }
    const it = await app({ mailer: { send } })
    await it.ask('one')
    await it.jobs.runDue()
    it.at += 60 * MINUTE
    await it.jobs.runDue()
    expect([tries, await states(it)]).toEqual([1, ['dead']])
  })

  it('hands no mailer an address or a subject with a line break', async () => {
    const it = await app()
    await it.ask('one', { to: 'ada@example.com\r\nBcc: eve@example.com' })
    await it.jobs.runDue()
    expect([it.sent, await states(it)]).toEqual([[], ['dead']])
  })
})

describe('how many mails a mailbox gets', () => {
  it('puts a second one of a purpose off for the pause, once, and drops what comes on top', async () => {
    const it = await app()
    for (const id of ['one', 'two', 'three']) await it.ask(id)
    await it.ask('other', { purpose: 'magic_link' })
    await it.ask('bob', { to: 'bob@example.com' })
    await it.jobs.runDue()
    expect(it.sent.map(({ text }) => text).sort()).toHaveLength(3)
    it.at += MINUTE
    await it.jobs.runDue()
    expect(it.sent).toHaveLength(4)
    it.at += MINUTE
    expect(await it.jobs.runDue()).toBe(0)
    expect(it.warnings).toHaveLength(1)
  })

  it('gives no mail a turn because its first try failed before it had one', async () => {
    const it = await app()
    const { mails } = it
    const find = mails.get.bind(mails)
    let isAway = true
    mails.get = (id) => {
      if (isAway && id !== 'one') throw new Error('away')
      return find(id)
    }
    for (const id of ['one', 'two', 'three']) await it.ask(id)
    await it.jobs.runDue()
    isAway = false
    it.at += MINUTE / 2
    await it.jobs.runDue()
    expect(it.sent).toHaveLength(1)
    it.at += MINUTE
    await it.jobs.runDue()
    expect(it.sent).toHaveLength(2)
  })

  it('sends no more than so many an hour, and goes on afterwards', async () => {
    const it = await app({ hourly: 2 })
    for (let n = 0; n < 4; n++) {
      await it.ask(`mail ${n}`)
      await it.jobs.runDue()
      it.at += MINUTE
    }
    expect(it.sent).toHaveLength(2)
    it.at += 30 * MINUTE
    await it.ask('later')
    await it.jobs.runDue()
    expect(it.sent).toHaveLength(3)
  })

  it('LOCK-7: keeps no link to a new password from a mailbox by others that are asked for', async () => {
    const it = await app({ hourly: 2 })
    for (let n = 0; n < 4; n++) {
      await it.ask(`mail ${n}`, { purpose: 'magic_link', kind: 'magic_link' })
      await it.jobs.runDue()
      it.at += MINUTE
    }
    expect(it.sent).toHaveLength(2)
    await it.ask('reset', { purpose: 'reset_password', kind: 'reset_password' })
    await it.jobs.runDue()
    expect(it.sent).toHaveLength(3)
  })

  it('always sends what tells of an attack', async () => {
    const it = await app({ hourly: 1 })
    for (const id of ['one', 'two']) {
      await it.ask(id, { kind: 'password_changed', purpose: 'notice', proof: null })
    }
    await it.jobs.runDue()
    expect(it.sent).toHaveLength(2)
  })

  it('goes on when the clock is put back', async () => {
    const it = await app()
    await it.ask('one')
    await it.jobs.runDue()
    it.at -= 60 * MINUTE
    await it.ask('two')
    await it.jobs.runDue()
    expect(it.sent).toHaveLength(2)
    // And counts again.
    await it.ask('three')
    await it.jobs.runDue()
    expect(it.sent).toHaveLength(2)
    it.at += 15 * MINUTE
    await it.jobs.runDue()
    expect(it.sent).toHaveLength(3)
  })

  it('keeps no count that is over, however many there are', async () => {
    const it = await app()
    const rows = Array.from({ length: 700 }, (_, n) => `('k${n}', ${it.at - 1})`).join(', ')
    await it.data.state.run(`insert into trefoil_account_mail (key, full_at) values ${rows}`)
    for (const left of [203, 5]) {
      await it.ask(`mail ${left}`, { purpose: `p${left}` })
      await it.jobs.runDue()
      const [row] = await it.data.state.run('select count(*) as n from trefoil_account_mail')
      expect(row?.['n']).toBeLessThanOrEqual(left)
    }
  })

  it('counts mails that are asked for at the same time', async () => {
    const it = await app()
    await Promise.all(Array.from({ length: 12 }, (_, n) => it.ask(`mail ${n}`)))
    await it.jobs.runDue()
    expect(it.sent).toHaveLength(1)
  })
})
