import { sql } from 'kysely'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type KeyRing, keyRing } from '../../../auth.ts'
import { database } from '../../../database.ts'
import { createApp } from '../../../index.ts'
import { definePart, readOptions } from '../../../parts.ts'
import { AccountKeys } from '../account-keys.ts'
import { AccountStore } from '../account-store.ts'
import { accountTables } from '../account-tables.ts'
import { ACCOUNTS, type AccountsOptions } from '../accounts-options.ts'
import type { MailKind } from '../challenge.ts'
import { ChallengeStore, type NewChallenge } from '../challenge-store.ts'
import { consoleMailer } from './console-mailer.ts'
import { mailRoom } from './mail-room.ts'
import type { MailMessage } from './mailer.ts'

const MINUTE = 60_000
const KEY = 'a secret of the app, 40 characters long.'

async function house(
  given: Partial<AccountsOptions> = {},
  ring: KeyRing = keyRing(KEY),
  more: Readonly<Record<string, string>> = {},
) {
  const clock = { at: Date.UTC(2026, 0, 1), now: () => clock.at, elapsed: () => clock.at }
  const data = database({ url: ':memory:', migrate: 'start' })
  const sent: MailMessage[] = []
  const mailer = { send: (message: MailMessage) => void sent.push(message) }
  const options = { data, clock, mailer, ...given }
  const env = { TREFOIL_ENV: 'test', ...more }
  const values = readOptions(ACCOUNTS, options, { env })
  const keys = new AccountKeys(ring)
  data.tables('accounts', accountTables(data.dialect))
  const accounts = new AccountStore(data)
  const challenges = new ChallengeStore(data, keys, clock)
  const room = mailRoom({ values, data, clock, keys, accounts, challenges, env })
  const part = definePart({
    name: 'mails',
    parts: [room.jobs],
    start: (app) => room.start(app),
  })
  const app = createApp({
    name: 'shop',
    env: {},
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    parts: [data, part],
  })
  await app.startup()
  onTestFinished(() => app.shutdown())

  async function ask(mail: MailKind, more: Partial<NewChallenge> = {}): Promise<string> {
    return data.unit(async (unit) => {
      const id = await challenges.issue(unit, {
        purpose: 'reset_password',
        mail,
        accountId: null,
        address: 'ada@example.com',
        lifetime: 30 * MINUTE,
        ...more,
      })
      await room.outbox.challenge(unit, id)
      return id
    })
  }

  const rows = async (table: string) =>
    (await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(data.queries()))
      .rows
  return { data, clock, sent, challenges, accounts, room, app, ask, rows }
}

const tokenIn = ({ text }: MailMessage) => /#token=(\S+)/.exec(text)?.[1] ?? ''

describe('what a mail carries', () => {
  it.each([
    [{}, '8000'],
    [{ PORT: '9001' }, '9001'],
    [{ PORT: '9001', TREFOIL_PORT: '9002' }, '9002'],
    // A free port is not known before the server listens.
    [{ PORT: '0' }, '8000'],
  ])('leads to the pages of the app itself where it has some: %j', async (variables, port) => {
    const it = await house({ pages: true }, keyRing(KEY), variables)
    await it.ask('reset_password')
    await it.room.jobs.runDue()
    expect(it.sent[0]?.text).toContain(`http://localhost:${port}/account/reset-password?token=`)
  })

  it('SW-12: opens what it is for, once, and stands nowhere in the database', async () => {
    const it = await house()
    const id = await it.ask('reset_password')
    await it.room.jobs.runDue()
    const [mail] = it.sent as [MailMessage]
    expect(mail.subject).toBe('Choose a new password for shop')
    expect(mail.text).toContain('http://localhost:3000/reset-password#token=')
    const token = tokenIn(mail)
    const kept = JSON.stringify([
      await it.rows('trefoil_accounts_challenges'),
      await it.rows('trefoil_jobs'),
      await it.data.state.run('select * from trefoil_account_mail'),
    ])
    expect(kept).not.toContain(token.split('.')[1])
    expect(kept).toContain(id)
    const used = await it.data.unit(async (unit) => [
      (await it.challenges.consumeLink(unit, 'reset_password', token))?.id,
      await it.challenges.consumeLink(unit, 'reset_password', token),
    ])
    expect(used).toEqual([id, null])
  })

  it('is the same when it is sent a second time', async () => {
    const it = await house()
    const id = await it.ask('reset_password')
    await it.room.jobs.runDue()
    it.clock.at += 2 * MINUTE
    await it.data.unit((unit) => it.room.outbox.challenge(unit, id))
    await it.room.jobs.runDue()
    expect(it.sent.map(tokenIn)).toEqual([tokenIn(it.sent[0] as MailMessage), expect.any(String)])
    expect(tokenIn(it.sent[0] as MailMessage)).toBe(tokenIn(it.sent[1] as MailMessage))
  })

  it('is a code where a code was asked for', async () => {
    const it = await house()
    const id = await it.ask('email_code', { purpose: 'email_code' })
    await it.room.jobs.runDue()
    const challenge = await it.challenges.find(id)
    const code = challenge === null ? null : it.challenges.code(challenge)
    expect(it.sent[0]?.text.split('\n')).toContain(code)
    expect(it.sent[0]?.text).not.toContain('token')
  })

  it('is of the key that was current, and nothing is sent once that key is gone', async () => {
    const ring = keyRing(KEY)
    const it = await house({}, ring)
    await it.ask('reset_password')
    ring.replace('another secret, of forty characters too.', [KEY])
    await it.room.jobs.runDue()
    const token = tokenIn(it.sent[0] as MailMessage)
    await it.ask('reset_password', { address: 'bob@example.com' })
    ring.replace('a third secret that has forty characters')
    await it.room.jobs.runDue()
    expect(it.sent).toHaveLength(1)
    const used = await it.data.unit((unit) =>
      it.challenges.consumeLink(unit, 'reset_password', token),
    )
    expect(used).toBeNull()
  })
})

describe('ENUM-3 to whom', () => {
  it('sends nothing to an address that nobody has, and notes it as sent', async () => {
    const it = await house()
    await it.ask('nobody')
    await it.room.jobs.runDue()
    expect(it.sent).toEqual([])
    const [row] = await it.rows('trefoil_accounts_challenges')
    expect(row?.['sent_at']).toBe(it.clock.at)
  })

  it('tells somebody who registers again, without a link', async () => {
    const it = await house()
    await it.ask('already_registered', { purpose: 'verify_email' })
    await it.room.jobs.runDue()
    expect(it.sent[0]?.subject).toBe('You already have an account at shop')
    expect(it.sent[0]?.text).not.toContain('://')
  })

  it('takes the language of the account, and that of the registration', async () => {
    const it = await house()
    const account = { id: 'a1', kind: 'person', tenant: null, username: null } as const
    await it.data.unit((unit) =>
      it.accounts.create(unit, {
        ...account,
        email: 'ada@example.com',
        roles: [],
        locale: 'de',
        password: null,
        now: it.clock.at,
      }),
    )
    await it.ask('reset_password', { accountId: 'a1' })
    const details = { locale: 'de-CH' }
    await it.ask('verify_email', { purpose: 'verify_email', details })
    await it.room.jobs.runDue()
    expect(it.sent.map(({ subject }) => subject).sort()).toEqual([
      'Adresse bestätigen für shop',
      'Neues Passwort für shop',
    ])
  })

  it('tells of what happened, even to an account that is gone, and keeps nothing of it', async () => {
    const it = await house({ mail: { perHour: 1, name: 'The Shop' } })
    for (const kind of ['account_deleted', 'password_changed'] as const) {
      const address = 'ada@example.com'
      await it.data.unit((unit) => it.room.outbox.notice(unit, { kind, address, locale: 'de' }))
    }
    expect(JSON.stringify(await it.rows('trefoil_jobs'))).not.toContain('ada')
    await it.room.jobs.runDue()
    expect(it.sent.map(({ subject }) => subject).sort()).toEqual([
      'Ihr Konto bei The Shop wurde gelöscht',
      'Ihr Passwort bei The Shop wurde geändert',
    ])
    expect(await it.rows('trefoil_accounts_challenges')).toEqual([])
  })

  it('lets no notice be used as anything', async () => {
    const it = await house()
    const id = await it.data.unit(async (unit) => {
      const notice = { kind: 'password_changed', address: 'ada@example.com', locale: null } as const
      await it.room.outbox.notice(unit, notice)
      return ''
    })
    expect(id).toBe('')
    const [row] = await it.rows('trefoil_accounts_challenges')
    const consumed = await it.data.unit((unit) =>
      it.challenges.consume(unit, 'notice', String(row?.['id'])),
    )
    expect(consumed).toBeNull()
  })
})

describe('who sends', () => {
  afterEach(() => vi.unstubAllEnvs())

  function room(mode: string, given: Partial<AccountsOptions>, more: Record<string, string> = {}) {
    const env = { TREFOIL_ENV: mode, ...more }
    const data = database({ url: ':memory:' })
    const values = readOptions(ACCOUNTS, { data, ...given }, { env })
    const keys = new AccountKeys(keyRing(KEY))
    const { clock } = values
    const challenges = new ChallengeStore(data, keys, clock)
    const facts = { values, data, clock, keys, accounts: new AccountStore(data), challenges, env }
    return mailRoom(facts)
  }
  const appUrl = 'https://app.example.com'

  it('is nobody in production until it is said', () => {
    expect(() => room('production', { appUrl })).toThrow('nothing sends its mails')
    expect(() => room('production', { appUrl, mailer: consoleMailer() })).toThrow(
      'must not print its mails',
    )
    expect(() => room('production', { mailer: { send() {} } })).toThrow('appUrl is missing')
    const risks = (() => []) as never
    expect(() => room('test', { mailer: { send() {}, risks } })).toThrow('risks must be a list')
    expect(() => room('test', { mailer: {} as never })).toThrow('mailer must be')
    expect(room('production', { appUrl, mailer: { send() {} } }).risks()).toEqual([])
  })

  it.each([
    ['', '0.0.0.0', false],
    ['', '::', false],
    ['', '127.0.0.1', true],
    ['', '::1', true],
    ['', 'localhost', true],
    ['', null, true],
    ['development', '0.0.0.0', true],
  ])(
    'BOOT-3: TREFOIL_ENV=%j, on %s: the console prints what opens accounts: %s',
    (mode, host, may) => {
      const start = () => room(mode, { appUrl }).start({ name: 'shop', host })
      if (may) expect(start).not.toThrow()
      else expect(start).toThrow('its mails would be printed')
      expect(() =>
        room(mode, { appUrl, mailer: { send() {} } }).start({ name: 'shop', host }),
      ).not.toThrow()
    },
  )

  it('S-ENV-1: is the server of the variables, where one is named', () => {
    const variables = {
      TREFOIL_AUTH_SMTP_HOST: 'mail.example',
      TREFOIL_AUTH_SMTP_FROM: 'shop@mail.example',
      TREFOIL_AUTH_APP_URL: appUrl,
    }
    expect(room('production', {}, variables).risks()).toEqual([])
    expect(() => room('production', {}, { ...variables, TREFOIL_AUTH_SMTP_FROM: '' })).toThrow(
      'TREFOIL_AUTH_SMTP_FROM',
    )
  })

  it('is the console while the app is written, which is a risk', () => {
    expect(room('development', {}).risks()).toMatchObject([{ code: 'accounts_console_mailer' }])
  })
})
