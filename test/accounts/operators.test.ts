// Whoever manages accounts: by commands where the database is, and by actions where an app names operators.
import { createApp } from 'trefoil'
import { type AccountsOptions, accounts, type MailMessage } from 'trefoil/accounts'
import { auditLog } from 'trefoil/audit'
import { hasRole, type Identity } from 'trefoil/auth'
import { database } from 'trefoil/database'
import { jobQueue } from 'trefoil/jobs'
import type { CommandResult } from 'trefoil/parts'
import { type TestResponse, testClient } from 'trefoil/testing'
import { afterEach, describe, expect, it } from 'vitest'

const KEYS = 'k'.repeat(32)
const PASSWORD = 'seven green otters sing'
const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

async function setUp(more: Partial<AccountsOptions> = {}) {
  const data = database({ url: ':memory:' })
  const audit = auditLog({ keys: 'a'.repeat(32), data })
  const jobs = jobQueue({ data })
  const mails: MailMessage[] = []
  const people = accounts({
    data,
    jobs,
    audit,
    keys: KEYS,
    roles: ['admin', 'support', 'editor', 'reader'],
    operators: hasRole('admin', 'support'),
    mailer: { send: async (mail) => void mails.push(mail) },
    ...more,
  })
  const app = createApp({
    name: 'shop',
    env: {},
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    agentWrites: 'allow',
    auth: [{ authenticate: people.sessionAuth, surfaces: ['api', 'mcp', 'cli'] }],
    parts: [data, jobs, audit, people],
  })
  app.get('/me', (_args, call) => ({ subject: call.auth.subject, roles: [...call.auth.roles] }))
  const nobody = testClient(app)
  open.push(() => nobody.close())
  await nobody.http.get('/me')

  async function command(
    name: string,
    options: Record<string, string | boolean> = {},
  ): Promise<CommandResult> {
    const found = people.commands?.find((one) => one.name === name)
    if (found === undefined) throw new Error(`no command ${name}`)
    const context = {
      options,
      app: undefined as never,
      signal: new AbortController().signal,
      print() {},
    }
    return (await found.run(context)) as CommandResult
  }
  /** An account that was made by a command, and its id. */
  async function made(email: string, roles = '', tenant?: string): Promise<string> {
    const given = { email, roles, ...(tenant === undefined ? {} : { tenant }) }
    const { json } = await command('create', given)
    return (json as { account: { id: string } }).account.id
  }
  const as = (identity: Identity) => {
    const client = testClient(app, { as: identity })
    open.push(() => client.close())
    return client
  }
  const sent = async () => {
    await jobs.runDue()
    return mails
  }
  return { app, audit, people, sent, nobody, command, made, as }
}

const codeOf = (answer: TestResponse) => answer.json<{ code: string }>().code

const BASE = '/auth/operators/accounts'
const ADMIN = { subject: 'root', kind: 'person', roles: ['admin', 'support', 'editor'] } as const
const SUPPORT = { subject: 'sue', kind: 'person', roles: ['support'] } as const

describe('whoever acts for an operator (SW-36)', () => {
  it.each([
    ['an agent', { kind: 'agent' }],
    ['somebody with an actor', { kind: 'person', actor: [{ subject: 'helper' }] }],
  ] as const)('%s reads, and changes nothing, where agents may write too', async (_, more) => {
    const { as, made, sent } = await setUp()
    const id = await made('eve@example.com', 'editor')
    const { http } = as({ ...ADMIN, ...more })
    expect((await http.get(BASE)).status).toBe(200)
    const mails = (await sent()).length
    const changes = [
      await http.post(BASE, { json: { email: 'mine@example.com', roles: ['admin'] } }),
      await http.post(`${BASE}/${id}/grant`, { json: { role: 'admin' } }),
      await http.post(`${BASE}/${id}/revoke`, { json: { role: 'editor' } }),
      await http.post(`${BASE}/${id}/tenant`, { json: { tenant: 'theirs' } }),
      await http.post(`${BASE}/${id}/disable`, { json: {} }),
      await http.post(`${BASE}/${id}/enable`, { json: {} }),
      await http.post(`${BASE}/${id}/end-sessions`, { json: {} }),
      await http.post(`${BASE}/${id}/reset-link`, { json: {} }),
      await http.post(`${BASE}/${id}/unlock`, { json: {} }),
      await http.delete(`${BASE}/${id}`),
    ]
    expect(changes.map(({ status }) => status)).toEqual(changes.map(() => 403))
    expect(codeOf(changes[0] as TestResponse)).toBe('operator_outranked')
    expect((await http.get(`${BASE}/${id}`)).json()).toMatchObject({
      roles: ['editor'],
      tenant: null,
    })
    expect(await sent()).toHaveLength(mails)
  })
})

describe('trefoil accounts', () => {
  it('makes an account, gives its owner a link, signs it out, and deletes it', async () => {
    const { command, nobody, sent, audit } = await setUp()
    const created = await command('create', { email: ' Ada@Example.com', roles: 'admin, editor' })
    expect(created.text).toMatch(/^[0-9a-f-]{36} {2}ada@example.com {2}roles admin,editor$/)
    const ada = { account: 'ada@example.com' }

    const { text: link = '' } = await command('reset-link', ada)
    expect(link).toMatch(/^http:\/\/localhost:3000\/reset-password#token=/)
    const token = decodeURIComponent(link.split('#token=')[1] ?? '')
    const reset = { token, password: PASSWORD }
    expect((await nobody.http.post('/auth/reset-password', { json: reset })).status).toBe(200)
    expect((await nobody.http.post('/auth/reset-password', { json: reset })).status).toBe(400)

    const login = () =>
      nobody.http.post('/auth/login', { json: { ...{ email: ada.account }, password: PASSWORD } })
    const tokens = (await login()).json<{ access_token: string }>()
    const me = () =>
      nobody.http.get('/me', { headers: { authorization: `Bearer ${tokens.access_token}` } })
    expect((await me()).json()).toMatchObject({ roles: ['admin', 'editor'] })
    expect((await command('sessions', ada)).text?.split('\n')).toHaveLength(1)

    // SW-15: dead at once, and what was the right password opens nothing.
    expect((await command('disable', ada)).text).toContain('disabled ')
    expect((await me()).status).toBe(401)
    expect((await login()).status).toBe(401)
    expect((await command('sessions', ada)).text).toBe('no sessions')
    await command('enable', ada)
    expect((await me()).status).toBe(401)
    expect((await login()).status).toBe(200)
    for (const identifier of [ada.account, 'nobody@example.com']) {
      expect((await command('unlock', { identifier })).text).toContain(identifier)
    }

    await expect(command('delete', ada)).rejects.toMatchObject({ code: 'cli_usage' })
    expect((await command('delete', { ...ada, yes: true })).text).toBe('deleted')
    await expect(command('show', ada)).rejects.toMatchObject({ code: 'account_not_found' })
    expect((await sent()).map(({ to }) => to)).toContain('ada@example.com')

    const { entries } = await audit.find({ type: 'event' })
    const names = entries.map(({ event }) => ('name' in event ? event.name : ''))
    for (const name of ['create', 'disable', 'enable', 'unlock', 'delete', 'reset_link']) {
      expect(names, name).toContain(`accounts.${name}`)
    }
    expect(names.filter((name) => name === 'accounts.unlock')).toHaveLength(1)
    // What opens something stands in none of them.
    expect(JSON.stringify(entries)).not.toContain(token)
  })

  it('lists by pages, and finds by id, address and user name', async () => {
    const { command, made } = await setUp({ usernames: true })
    const ids = []
    for (const at of [1, 2, 3]) ids.push(await made(`p${at}@example.com`))
    await command('create', { email: 'grace@example.com', username: 'Grace' })
    const first = (await command('list', { limit: '3' })).json as {
      accounts: { id: string }[]
      next: string
    }
    const rest = (await command('list', { limit: '3', after: first.next })).json as typeof first
    const all = [...first.accounts, ...rest.accounts].map(({ id }) => id)
    expect(rest.next).toBeNull()
    expect(all).toHaveLength(4)
    expect(all).toEqual(expect.arrayContaining(ids))
    expect((await command('show', { account: 'GRACE' })).text).toContain('grace@example.com')
    expect((await command('show', { account: ids[0] ?? '' })).text).toContain('p1@example.com')
    for (const limit of ['0', '1001', 'x', '1.5']) {
      await expect(command('list', { limit })).rejects.toMatchObject({ code: 'cli_usage' })
    }
    // SW-38: what is no text to PostgreSQL is nobody.
    for (const account of ['', '\0', "' or 1=1", '\ud800', 'x'.repeat(9000)]) {
      await expect(command('show', { account })).rejects.toMatchObject({
        code: 'account_not_found',
      })
    }
  })

  it('says what is wrong: a role that nobody may have, an address that is taken, no tenant', async () => {
    const { command, made } = await setUp()
    await made('ada@example.com', '', 'acme')
    const account = 'ada@example.com'
    await expect(command('grant', { account, role: 'king' })).rejects.toMatchObject({
      code: 'unknown_role',
      fix: expect.stringContaining('admin, support, editor, reader'),
    })
    await expect(made('ADA@example.com')).rejects.toMatchObject({ code: 'account_exists' })
    await expect(made('nobody')).rejects.toMatchObject({ code: 'invalid_address' })
    await expect(command('set-tenant', { account })).rejects.toMatchObject({ code: 'cli_usage' })
    expect((await command('set-tenant', { account, none: true })).text).not.toContain('tenant')
    expect((await command('set-tenant', { account, tenant: 'b' })).text).toContain('tenant b')
    expect((await command('grant', { account, role: 'editor' })).text).toContain('roles editor')
    expect((await command('revoke', { account, role: 'editor' })).text).not.toContain('roles')
  })
})

describe('actions of operators', () => {
  it('are not there where nobody is one, and never tools', async () => {
    const { nobody, as } = await setUp()
    const listed = JSON.stringify((await as(ADMIN).mcp.listTools()).result)
    expect(listed).toContain('"tools"')
    expect(listed).not.toContain('accounts_')
    expect((await nobody.http.get(BASE)).status).toBe(401)
    expect((await as({ subject: 'eve' }).http.get(BASE)).status).toBe(403)
    const none = await setUp({ operators: undefined as never })
    expect((await none.as(ADMIN).http.get(BASE)).status).toBe(404)
  })

  it('refuse what names no operators: an empty list would name everybody', async () => {
    for (const operators of [[], 'admin', true, [null], {}]) {
      await expect(setUp({ operators: operators as never })).rejects.toThrow(
        "operators must be a guard such as hasRole('admin'), or a list of them",
      )
    }
  })

  it('do over HTTP and the CLI what the commands do, each with an entry in the audit log', async () => {
    const { as, sent, audit } = await setUp()
    const { http, cli } = as(ADMIN)
    const created = await http.post(BASE, {
      json: { email: 'bob@example.com', roles: ['editor'], locale: 'de' },
    })
    expect(created.status).toBe(201)
    const { id } = created.json<{ id: string }>()
    const [mail] = await sent()
    expect(mail?.text).toContain('reset-password#token=')
    // He never sees the link himself.
    expect(created.text).not.toContain('token')

    const steps = [
      ['grant', { role: 'support' }, { roles: ['editor', 'support'] }],
      ['revoke', { role: 'editor' }, { roles: ['support'] }],
      ['tenant', { tenant: 'acme' }, { tenant: 'acme' }],
      ['tenant', {}, { tenant: null }],
      ['disable', {}, { disabled_at: expect.any(String) }],
      ['enable', {}, { disabled_at: null }],
      ['end-sessions', {}, { id }],
    ] as const
    for (const [step, json, expected] of steps) {
      const answer = await http.post(`${BASE}/${id}/${step}`, { json })
      expect(answer.json(), step).toMatchObject(expected)
    }
    expect((await http.get(`${BASE}/bob@example.com`)).json()).toMatchObject({ id })
    expect((await http.get(`${BASE}/${id}/sessions`)).json()).toEqual({ sessions: [] })
    expect((await http.post(`${BASE}/${id}/reset-link`, { json: {} })).status).toBe(202)
    const listed = await cli.call('accounts_list', { limit: 1 }, { local: true })
    expect(JSON.stringify(listed)).toContain('bob@example.com')
    expect((await http.delete(`${BASE}/${id}`)).status).toBe(204)
    expect((await http.delete(`${BASE}/${id}`)).status).toBe(404)

    const { entries } = await audit.find({ subject: 'root' })
    const called = entries.map(({ event }) => ('action' in event ? event.action : ''))
    for (const name of ['create', 'grant', 'disable', 'delete', 'list', 'show']) {
      expect(called, name).toContain(`accounts_${name}`)
    }
  })

  it('unlock forgets every name of the account, whichever is said, and says which', async () => {
    const { nobody, command } = await setUp({ usernames: true, lockout: { threshold: 1 } })
    await command('create', { email: 'ada@example.com', username: 'ada' })
    for (const identifier of ['ada@example.com', 'ADA']) {
      for (const email of ['ada@example.com', 'ada']) {
        const tried = await nobody.http.post('/auth/login', { json: { email, password: 'wrong' } })
        expect(tried.status).toBe(429)
      }
      expect(await command('unlock', { identifier })).toMatchObject({
        text: 'forgot the wrong tries at ada@example.com and ada; those of addresses stay',
        json: { ok: true, forgotten: ['ada@example.com', 'ada'] },
      })
      for (const name of ['ada@example.com', 'ada']) {
        const { text } = await command('attempts', { identifier: name })
        expect(text).toContain('account: 0 failures, not locked')
      }
    }
    expect((await command('unlock', { identifier: 'nobody' })).json).toMatchObject({
      forgotten: ['nobody'],
    })
  })

  it('unlock an account that wrong tries have locked, and show none of them', async () => {
    const { nobody, as, command, made } = await setUp({ lockout: { threshold: 1 } })
    const id = await made('ada@example.com')
    const tried = (password: string) =>
      nobody.http.post('/auth/login', { json: { email: 'ada@example.com', password } })
    expect((await tried('wrong')).status).toBe(429)
    const shown = await command('attempts', { identifier: 'ada@example.com' })
    expect(shown.text).toMatch(/^account: 1 failures, locked for (?:29|30) s$/m)
    expect((await as(ADMIN).http.post(`${BASE}/${id}/unlock`, { json: {} })).status).toBe(200)
    const after = await command('attempts', { identifier: 'ada@example.com' })
    expect(after.text).toMatch(/^account: 0 failures, not locked$/m)
    expect((await tried('wrong')).status).toBe(429)
    expect((await command('unlock', { identifier: 'ada@example.com' })).text).toContain('forgot')
    // Of addresses they stay: whoever guesses at many accounts is not let off by one of them.
    expect((await command('attempts', { address: '127.0.0.1' })).text).toMatch(/2 failures/)
  })

  it('SW-36, GHSA-gv74-j8m3-fg5f: nobody gives what he has not got, or touches who has more', async () => {
    const { as, made } = await setUp()
    const boss = await made('boss@example.com', 'admin')
    const user = await made('user@example.com')
    const { http } = as(SUPPORT)
    const refused = [
      ['post', `${BASE}/${user}/grant`, { role: 'admin' }],
      ['post', BASE, { email: 'new@example.com', roles: ['admin'] }],
      ['post', `${BASE}/${boss}/disable`, {}],
      ['post', `${BASE}/${boss}/revoke`, { role: 'admin' }],
      ['post', `${BASE}/${boss}/reset-link`, {}],
      ['post', `${BASE}/${boss}/end-sessions`, {}],
      ['post', `${BASE}/${boss}/tenant`, { tenant: 'x' }],
    ] as const
    for (const [, path, json] of refused) {
      const answer = await http.post(path, { json })
      expect([path, answer.status, codeOf(answer)]).toEqual([path, 403, 'operator_outranked'])
    }
    expect((await http.delete(`${BASE}/${boss}`)).status).toBe(403)
    expect((await http.post(`${BASE}/${user}/grant`, { json: { role: 'support' } })).status).toBe(
      200,
    )
    expect((await http.get(`${BASE}/${boss}`)).json()).toMatchObject({ roles: ['admin'] })
    expect((await http.get(`${BASE}/new@example.com`)).status).toBe(404)
  })

  it('SW-29: of a tenant, sees its accounts alone; those of others are not there', async () => {
    const { as, made } = await setUp()
    const own = await made('own@example.com', '', 'acme')
    const foreign = await made('foreign@example.com', '', 'other')
    const { http } = as({ ...SUPPORT, tenant: 'acme' })
    const { accounts: seen } = (await http.get(BASE)).json<{ accounts: { id: string }[] }>()
    expect(seen.map(({ id }) => id)).toEqual([own])
    const unknown = await http.get(`${BASE}/00000000-0000-4000-8000-000000000000`)
    for (const sought of [foreign, 'foreign@example.com']) {
      const answer = await http.get(`${BASE}/${sought}`)
      expect([answer.status, codeOf(answer)]).toEqual([404, codeOf(unknown)])
    }
    for (const step of ['disable', 'enable', 'end-sessions', 'reset-link', 'tenant']) {
      const { status } = await http.post(`${BASE}/${foreign}/${step}`, { json: {} })
      expect([step, status]).toEqual([step, 404])
    }
    expect((await http.delete(`${BASE}/${foreign}`)).status).toBe(404)
    expect((await http.get(`${BASE}/${foreign}/sessions`)).status).toBe(404)
    expect((await http.post(`${BASE}/${own}/tenant`, { json: {} })).status).toBe(403)
    const made2 = await http.post(BASE, { json: { email: 'new@example.com' } })
    expect(made2.json()).toMatchObject({ tenant: 'acme' })
    const other = await http.post(BASE, { json: { email: 'n2@example.com', tenant: 'other' } })
    expect(other.status).toBe(403)
  })

  it('lock nobody out of his own account by a slip', async () => {
    const { as, made } = await setUp()
    const self = await made('self@example.com', 'admin')
    const { http } = as({ ...ADMIN, subject: self })
    for (const [step, json] of [
      ['disable', {}],
      ['revoke', { role: 'admin' }],
      ['tenant', { tenant: 'x' }],
    ] as const) {
      const answer = await http.post(`${BASE}/${self}/${step}`, { json })
      expect([step, answer.status, codeOf(answer)]).toEqual([step, 409, 'own_account'])
    }
    expect((await http.delete(`${BASE}/${self}`)).status).toBe(409)
  })

  it('lose no role when two give one at the same time', async () => {
    const { as, made } = await setUp()
    const id = await made('both@example.com')
    const { http } = as(ADMIN)
    await Promise.all(
      ['admin', 'support', 'editor'].map((role) =>
        http.post(`${BASE}/${id}/grant`, { json: { role } }),
      ),
    )
    const { roles } = (await http.get(`${BASE}/${id}`)).json<{ roles: string[] }>()
    expect(roles.toSorted()).toEqual(['admin', 'editor', 'support'])
  })
})
