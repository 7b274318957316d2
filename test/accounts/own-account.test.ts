import { describe, expect, it, vi } from 'vitest'
import { type AuditLog, auditLog } from '../../packages/trefoil/src/audit.ts'
import { keyRing } from '../../packages/trefoil/src/auth.ts'
import { KEYS, PASSWORD, tokenOf, World } from './accounts-world.ts'

// Several hashes a test, and whatever else the machine does.
vi.setConfig({ testTimeout: 60_000 })

const ADA = 'ada@example.com'
const NEW = 'ada@new.example'
const BOB = 'bob@example.com'
const DAY = 86_400_000

it('a session of before an emergency rotation of the keys is still its owner’s', async () => {
  const ring = keyRing(KEYS)
  await using world = new World({ accounts: { keys: ring } })
  await world.register(ADA, PASSWORD)
  const token = await world.login(ADA, PASSWORD)
  ring.replace('another key of tests that is long enough, 98765')
  world.at += 2000
  expect((await world.get('/me', token)).status).toBe(200)
  const changed = await world.post(
    '/change-password',
    { current_password: PASSWORD, password: 'ochre-sandpiper-lintel-91' },
    token,
  )
  expect(changed.code).toBe(undefined)
  expect(tokenOf(changed)).toMatch(/^tfl_at_/)
})

describe('change of the address', () => {
  const ask = async (
    world: World,
    token: string,
    email = NEW,
    password: string | undefined = PASSWORD,
  ) => {
    world.at += 2000
    return world.post('/change-email', { email, current_password: password }, token)
  }

  it('is made by whoever has the password, the session and the new mailbox (better-auth#7196)', async () => {
    await using world = new World()
    await world.register(ADA, PASSWORD)
    const [here, elsewhere] = [await world.login(ADA, PASSWORD), await world.enter(ADA)]
    const id = await world.idOf(here)
    const asked = await ask(world, here)
    expect([asked.status, asked.body]).toEqual([
      202,
      { detail: 'If the address can be yours, a mail is on its way to it' },
    ])
    expect((await world.get('/me', here)).body['email']).toBe(ADA)
    const token = await world.linkTo(NEW)
    // A link of before, to the old mailbox: it opens nothing afterwards.
    world.at += 2000
    await world.post('/forgot-password', { email: ADA })
    const reset = await world.linkTo(ADA)
    const answer = await world.post('/change-email/confirm', { token }, here)
    const after = tokenOf(answer)
    expect((await world.get('/me', after)).body).toMatchObject({ id, email: NEW })
    for (const old of [here, elsewhere]) expect((await world.get('/me', old)).status).toBe(401)
    expect((await world.mailTo(ADA))?.subject).toMatch(/address/i)
    expect((await world.post('/reset-password', { token: reset, password: PASSWORD })).code).toBe(
      'invalid_link',
    )
    expect((await world.post('/login', { username: ADA, password: PASSWORD })).code).toBe(
      'login_bad_credentials',
    )
    await world.login(NEW, PASSWORD)
  })

  it('needs the session that asked: a click of mine does not give my mailbox to another', async () => {
    await using world = new World()
    await world.register(BOB, PASSWORD)
    const bob = await world.login(BOB, PASSWORD)
    const ada = await world.enter(ADA)
    // Bob asks for a mailbox of Ada's, and she opens the link.
    await ask(world, bob, NEW)
    const token = await world.linkTo(NEW)
    expect((await world.post('/change-email/confirm', { token })).status).toBe(401)
    expect((await world.post('/change-email/confirm', { token }, ada)).code).toBe('invalid_link')
    expect((await world.get('/me', ada)).body['email']).toBe(ADA)
    // What she tried has not used it up.
    expect((await world.post('/change-email/confirm', { token }, bob)).status).toBe(200)
  })

  it('answers the same for an address that is somebody’s, whose owner is told nothing (ENUM-2)', async () => {
    await using world = new World()
    await world.register(ADA, PASSWORD)
    await world.enter(BOB)
    const token = await world.login(ADA, PASSWORD)
    const free = await ask(world, token)
    const taken = await ask(world, token, BOB)
    expect([taken.status, taken.body]).toEqual([free.status, free.body])
    await world.mailTo(NEW)
    expect(world.sent.filter(({ to, subject }) => to === BOB && /address/i.test(subject))).toEqual(
      [],
    )
  })

  it('of two who want one address gives it to one, and the other has a link that is over', async () => {
    await using world = new World()
    const people = [ADA, BOB]
    const links: string[] = []
    const tokens: string[] = []
    for (const email of people) await world.register(email, PASSWORD)
    for (const email of people) {
      const token = await world.login(email, PASSWORD)
      await ask(world, token)
      tokens.push(token)
      links.push(await world.linkTo(NEW))
    }
    const answers = await Promise.all(
      links.map((token, at) => world.post('/change-email/confirm', { token }, tokens[at])),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
    expect(answers.map(({ code }) => code)).toContain('invalid_link')
  })

  it('wants the password, with the tries of this session (LOCK-5)', async () => {
    await using world = new World()
    await world.register(ADA, PASSWORD)
    const token = await world.login(ADA, PASSWORD)
    const codes: unknown[] = []
    for (let tries = 0; tries < 5; tries++) codes.push((await ask(world, token, NEW, 'wrong')).code)
    expect(codes).toEqual([...Array(4).fill('login_bad_credentials'), 'account_locked'])
    expect((await ask(world, token)).code).toBe('account_locked')
    expect((await world.post('/delete-account', { current_password: PASSWORD }, token)).code).toBe(
      'account_locked',
    )
    expect(await world.mailTo(NEW)).toBeUndefined()
    // Whoever guesses in a stolen session does not lock its owner out.
    await world.login(ADA, PASSWORD)
  })

  it('of an account without a password wants a login of the last five minutes', async () => {
    await using world = new World()
    const token = await world.enter(ADA)
    world.at += 5 * 60_000 + 1000
    const stale = await world.post('/change-email', { email: NEW }, token)
    expect([stale.status, stale.code]).toEqual([401, 'fresh_login_required'])
    const fresh = await world.enter(ADA)
    expect((await world.post('/change-email', { email: NEW }, fresh)).status).toBe(202)
  })

  it('is over after a day, after another change, and for an account that is gone', async () => {
    await using world = new World()
    const token = await world.enter(ADA)
    await world.post('/change-email', { email: NEW }, token)
    const link = await world.linkTo(NEW)
    await world.post('/change-email', { email: 'ada@third.example' }, token)
    const third = await world.linkTo('ada@third.example')
    const next = tokenOf(await world.post('/change-email/confirm', { token: third }, token))
    expect((await world.post('/change-email/confirm', { token: link }, next)).code).toBe(
      'invalid_link',
    )
    await world.post('/change-email', { email: NEW }, next)
    const last = await world.linkTo(NEW)
    world.at += DAY
    const late = await world.enter('ada@third.example')
    expect((await world.post('/change-email/confirm', { token: last }, late)).code).toBe(
      'invalid_link',
    )
  })
})

describe('deletion', () => {
  it('takes the account, its challenges and its sessions at once (SES-8, GHSA-2vg6-77g8-24mp)', async () => {
    await using world = new World()
    await world.register(ADA, PASSWORD, { username: 'ada' })
    const [here, elsewhere] = [await world.login('ada', PASSWORD), await world.enter(ADA)]
    for (const token of [here, elsewhere]) await world.get('/me', token)
    world.at += 2000
    await world.post('/magic-link', { email: ADA })
    const link = await world.linkTo(ADA)
    const wrong = await world.post('/delete-account', { current_password: 'wrong' }, here)
    expect([wrong.status, wrong.code]).toEqual([400, 'login_bad_credentials'])
    const answer = await world.post('/delete-account', { current_password: PASSWORD }, here)
    expect(answer.status).toBe(204)
    for (const token of [here, elsewhere]) expect((await world.get('/me', token)).status).toBe(401)
    expect(await world.run('select id from trefoil_accounts')).toEqual([])
    expect((await world.post('/magic-link/confirm', { token: link })).code).toBe('invalid_link')
    expect((await world.mailTo(ADA))?.subject).toMatch(/deleted/i)
    const left = await world.run('select * from trefoil_accounts_challenges')
    expect(left).toEqual([])
    // Nothing of before is in the account that comes in its place.
    const again = await world.enter(ADA)
    expect((await world.get('/me', again)).body).toMatchObject({
      username: null,
      has_password: false,
    })
  })

  it('of an account without a password wants a login of the last five minutes', async () => {
    await using world = new World()
    const token = await world.enter(ADA)
    world.at += 5 * 60_000 + 1000
    expect((await world.post('/delete-account', {}, token)).code).toBe('fresh_login_required')
    expect((await world.post('/delete-account', {}, await world.enter(ADA))).status).toBe(204)
  })

  it.each([true, false])(
    'erases what an audit log says of the person, where that is erasable: %s',
    async (erasable) => {
      let log: AuditLog | undefined
      await using world = new World({
        audit: (data) => {
          log = auditLog({ keys: 'k'.repeat(32), data, erasable })
          return log
        },
      })
      const token = await world.enter(ADA)
      const id = await world.idOf(token)
      await world.post('/username', { username: 'ada' }, token)
      expect((await log?.find({ subject: id }))?.entries.length).toBeGreaterThan(0)
      expect((await world.post('/delete-account', {}, token)).status).toBe(204)
      await world.client.idle()
      const { entries = [] } = (await log?.find({ subject: id })) ?? {}
      expect(entries.length > 0).toBe(!erasable)
      expect(await log?.verify()).toMatchObject({ ok: true })
    },
  )

  it('is one of two at the same time, and the other finds nobody', async () => {
    await using world = new World()
    const token = await world.enter(ADA)
    const all = await Promise.all([1, 2].map(() => world.post('/delete-account', {}, token)))
    expect(all.map(({ status }) => status).sort()).toEqual([204, 401])
    await world.jobs.runDue()
    expect(world.sent.filter(({ subject }) => /deleted/.test(subject))).toHaveLength(1)
  })
})

describe('user names', () => {
  it('are one account’s, in any case, and sign in', async () => {
    await using world = new World()
    await world.register(ADA, PASSWORD)
    const token = await world.login(ADA, PASSWORD)
    const bob = await world.enter(BOB)
    const name = (username: string, of = token) => world.post('/username', { username }, of)
    expect((await name(' Ada.L ')).body).toEqual({ username: 'ada.l' })
    const taken = await name('ADA.l', bob)
    expect([taken.status, taken.code]).toEqual([409, 'username_taken'])
    expect((await name('ada.l')).status).toBe(200)
    for (const wrong of ['', 'ab', 'a b c', 'ada@example.com', '-ada', 'x'.repeat(99)]) {
      expect((await name(wrong)).code).toBe('invalid_username')
    }
    expect(await world.idOf(await world.login('Ada.L', PASSWORD))).toBe(await world.idOf(token))
    await name('lovelace')
    expect((await name('ada.l', bob)).status).toBe(200)
    expect((await world.get('/me', token)).body['username']).toBe('lovelace')
  })
})

describe('an anonymous account', () => {
  it('is a session of nobody, and the same subject once it has registered', async () => {
    await using world = new World({ accounts: { defaultRoles: ['member'], roles: ['member'] } })
    const nobody = tokenOf(await world.post('/anonymous', {}))
    const { body } = await world.get('/me', nobody)
    expect(body).toMatchObject({ kind: 'anonymous', email: null, roles: [] })
    const asked = await world.post(
      '/anonymous/register',
      { email: ADA, password: PASSWORD },
      nobody,
    )
    expect(asked.status).toBe(202)
    expect((await world.get('/me', nobody)).body['kind']).toBe('anonymous')
    await world.post('/verify-email', { token: await world.linkTo(ADA) })
    // Its session is over within a second: whoever had it may be somebody else.
    world.at += 1000
    expect((await world.get('/me', nobody)).status).toBe(401)
    const token = await world.login(ADA, PASSWORD)
    expect((await world.get('/me', token)).body).toMatchObject({
      id: body['id'],
      kind: 'person',
      email: ADA,
      roles: ['member'],
    })
  })

  it('is a person without the user name that somebody has taken meanwhile', async () => {
    await using world = new World()
    const nobody = tokenOf(await world.post('/anonymous', {}))
    const register = { email: ADA, password: PASSWORD, username: 'queen' }
    expect((await world.post('/anonymous/register', register, nobody)).status).toBe(202)
    const token = await world.linkTo(ADA)
    await world.register(BOB, PASSWORD, { username: 'queen' })
    expect((await world.post('/verify-email', { token })).status).toBe(200)
    const account = await world.get('/me', await world.login(ADA, PASSWORD))
    expect(account.body).toMatchObject({ email: ADA, username: null, kind: 'person' })
  })

  it('registers as others do: once, with a password that is good, and where registration is open', async () => {
    await using world = new World()
    const nobody = tokenOf(await world.post('/anonymous', {}))
    const weak = await world.post(
      '/anonymous/register',
      { email: ADA, password: 'password' },
      nobody,
    )
    expect([weak.status, weak.code]).toEqual([400, 'password_weak'])
    const person = await world.enter(BOB)
    const again = await world.post(
      '/anonymous/register',
      { email: ADA, password: PASSWORD },
      person,
    )
    expect(again.status).toBe(403)
    for (const [path, body] of [
      ['/change-email', { email: ADA }],
      ['/username', { username: 'nobody' }],
    ] as const) {
      expect((await world.post(path, body, nobody)).status).toBe(403)
    }
    expect((await world.post('/delete-account', {}, nobody)).status).toBe(204)
  })

  it('changes nothing where agents may not: any program can have one', async () => {
    await using world = new World({ app: { agentWrites: 'deny' } })
    const nobody = tokenOf(await world.post('/anonymous', {}))
    const register = { email: ADA, password: PASSWORD }
    const answer = await world.post('/anonymous/register', register, nobody)
    expect([answer.status, answer.code]).toEqual([403, 'ACCESS_DENIED'])
    expect(
      (await world.post('/username', { username: 'ada' }, await world.enter(ADA))).status,
    ).toBe(200)
  })

  it('is removed thirty days after its session was over, and nobody else is', async () => {
    await using world = new World({ accounts: { sessionLifetime: '10d' } })
    await world.post('/anonymous', {})
    await world.enter(ADA)
    world.at += 40 * DAY - 3000
    await world.post('/anonymous', {})
    await world.client.idle()
    expect(await world.run('select kind from trefoil_accounts order by kind')).toHaveLength(3)
    world.at += 3_600_000
    await world.post('/anonymous', {})
    await world.client.idle()
    const kinds = await world.run('select kind from trefoil_accounts order by kind')
    expect(kinds).toEqual([{ kind: 'anonymous' }, { kind: 'anonymous' }, { kind: 'person' }])
  })
})
