import { describe, expect, it, vi } from 'vitest'
import { PASSWORD, tokenOf, World } from './accounts-world.ts'

const ADA = 'ada@example.com'
const BOB = 'bob@example.com'
const MINUTE = 60_000

describe('magic link', () => {
  it('makes an account at the first proof of a mailbox, and signs in to it from then on', async () => {
    await using world = new World()
    const sent = await world.post('/magic-link', { email: ' Ada@Example.com' })
    expect([sent.status, sent.body]).toEqual([
      202,
      { detail: 'If you can sign in here, a link is on its way to you' },
    ])
    const token = tokenOf(
      await world.post('/magic-link/confirm', { token: await world.linkTo(ADA) }),
    )
    const { body } = await world.get('/me', token)
    expect(body).toMatchObject({ email: ADA, kind: 'person', has_password: false, username: null })
    expect(JSON.stringify(body)).not.toMatch(/epoch|argon|"password"/)
    expect(await world.idOf(await world.enter(ADA))).toBe(body['id'])
  })

  it('is good once, for ten minutes, and for what it is for (SW-12)', async () => {
    await using world = new World()
    await world.post('/magic-link', { email: ADA })
    const token = await world.linkTo(ADA)
    const use = () => world.post('/magic-link/confirm', { token })
    world.at += 10 * MINUTE
    expect((await use()).code).toBe('invalid_link')
    world.at -= 1
    expect((await world.post('/verify-email', { token })).code).toBe('invalid_link')
    expect((await use()).status).toBe(200)
    expect((await use()).code).toBe('invalid_link')
    const other = token.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A'))
    for (const wrong of ['', 'x', `${token}x`, other, `.${token}`]) {
      const answer = await world.post('/magic-link/confirm', { token: wrong })
      expect([answer.status, answer.code]).toEqual([400, 'invalid_link'])
    }
  })

  it('is another way in for an account with a password', async () => {
    await using world = new World()
    await world.register(ADA, PASSWORD)
    const [first, second] = [await world.login(ADA, PASSWORD), await world.enter(ADA)]
    expect(await world.idOf(second)).toBe(await world.idOf(first))
    expect((await world.get('/me', second)).body['has_password']).toBe(true)
  })

  it('does not let in who is disabled, and says so to nobody else', async () => {
    await using world = new World()
    await world.enter(ADA)
    await world.run('update trefoil_accounts set disabled_at = 1 where email = ? returning id', [
      ADA,
    ])
    world.at += 2000
    const asked = await world.post('/magic-link', { email: ADA })
    const nobody = await world.post('/magic-link', { email: BOB })
    expect([asked.status, asked.body]).toEqual([nobody.status, nobody.body])
    const answer = await world.post('/magic-link/confirm', { token: await world.linkTo(ADA) })
    expect([answer.status, answer.code]).toEqual([401, 'account_disabled'])
  })

  it('makes no account where registration is closed, and answers as it does else (ENUM-2)', async () => {
    await using open = new World()
    const known = await open.post('/magic-link', { email: ADA })
    await using world = new World({ accounts: { registration: 'closed' } })
    const asked = await world.post('/magic-link', { email: ADA })
    expect([asked.status, asked.body]).toEqual([known.status, known.body])
    expect(await world.mailTo(ADA)).toBeUndefined()
    // Closed between the mail and the click.
    const [row] = await world.run('select id from trefoil_accounts_challenges')
    await world.run("update trefoil_accounts_challenges set mail = 'magic_link' returning id")
    expect(row).toBeDefined()
    expect(await world.run('select id from trefoil_accounts')).toEqual([])
  })

  it('asks onLogin, whose throw lets nobody in and leaves the link good', async () => {
    let isOpen = false
    const seen: unknown[] = []
    await using world = new World({
      accounts: {
        onLogin: (account) => {
          seen.push(account)
          if (!isOpen) throw new Error('not now')
        },
      },
    })
    await world.post('/magic-link', { email: ADA })
    const token = await world.linkTo(ADA)
    expect((await world.post('/magic-link/confirm', { token })).status).toBe(500)
    isOpen = true
    expect((await world.post('/magic-link/confirm', { token })).status).toBe(200)
    expect(JSON.stringify(seen)).not.toMatch(/password|epoch/)
  })

  it('signs in by a cookie where that is asked for, and not from the page of another site (SW-33)', async () => {
    await using world = new World({ accounts: { cookie: { secure: false } } })
    await world.post('/magic-link', { email: ADA })
    const token = await world.linkTo(ADA)
    const foreign = await world.client.http.post('/auth/magic-link/confirm', {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'https://evil.example',
      },
      body: `token=${token}&mode=cookie`,
    })
    expect(foreign.status).toBe(403)
    const answer = await world.client.http.post('/auth/magic-link/confirm', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `token=${token}&mode=cookie`,
    })
    expect(answer.status).toBe(200)
    expect(answer.text).not.toContain('tfl_')
    expect((await world.get('/me')).body['email']).toBe(ADA)
  })

  it('takes only what can be an address', async () => {
    await using world = new World()
    for (const email of ['', 'ada', 'a@b', 'x'.repeat(900)]) {
      expect((await world.post('/magic-link', { email })).code).toBe('invalid_address')
    }
    // Two that look alike are two mailboxes (GHSA-7rqj-j65f-68wh).
    expect((await world.post('/magic-link', { email: 'ad\u1d43@example.com' })).code).toBe(
      'invalid_address',
    )
  })
})

describe('code by mail', () => {
  const ask = async (world: World, email = ADA) => {
    world.at += 2000
    return String((await world.post('/email-code', { email })).body['challenge'])
  }

  it('signs in with the challenge it was sent for, once, for ten minutes', async () => {
    await using world = new World()
    const challenge = await ask(world)
    const code = await world.codeTo(ADA)
    const use = (given: object = {}) =>
      world.post('/email-code/confirm', { challenge, code, ...given })
    expect(code).toMatch(/^\d{6}$/)
    const other = await ask(world)
    expect((await use({ challenge: other })).code).toBe('invalid_code')
    world.at += 10 * MINUTE
    expect((await use()).code).toBe('invalid_code')
    world.at -= 10 * MINUTE
    const [head, tail] = [code.slice(0, 3), code.slice(3)]
    const token = tokenOf(await use({ code: `${head} ${tail}` }))
    expect((await world.get('/me', token)).body['email']).toBe(ADA)
    expect((await use()).code).toBe('invalid_code')
  })

  it('stands in no table, and a challenge is no code', async () => {
    await using world = new World()
    const challenge = await ask(world)
    const code = await world.codeTo(ADA)
    const rows = await world.run('select * from trefoil_accounts_challenges')
    expect(JSON.stringify(rows)).toContain(challenge)
    expect(JSON.stringify(rows)).not.toContain(code)
    const jobs = await world.run('select * from trefoil_jobs')
    expect(JSON.stringify(jobs)).not.toContain(code)
  })

  it('takes five tries a challenge, wrong or right (LOCK-5)', async () => {
    await using world = new World({ accounts: { lockout: { threshold: 100 } } })
    const challenge = await ask(world)
    const code = await world.codeTo(ADA)
    const wrong = code === '000000' ? '000001' : '000000'
    for (let tries = 0; tries < 5; tries++) {
      const answer = await world.post('/email-code/confirm', { challenge, code: wrong })
      expect([answer.status, answer.code]).toEqual([400, 'invalid_code'])
    }
    expect((await world.post('/email-code/confirm', { challenge, code })).code).toBe('invalid_code')
    const another = await ask(world)
    const right = await world.codeTo(ADA)
    const answer = await world.post('/email-code/confirm', { challenge: another, code: right })
    expect(answer.status).toBe(200)
  })

  it('counts wrong codes where wrong passwords are counted, over all challenges (LOCK-5)', async () => {
    await using world = new World()
    await world.register(ADA, PASSWORD)
    let last: unknown
    for (let tries = 0; tries < 5; tries++) {
      const challenge = await ask(world)
      last = (await world.post('/email-code/confirm', { challenge, code: 'x' })).code
    }
    expect(last).toBe('account_locked')
    const login = await world.post('/login', { username: ADA, password: PASSWORD })
    expect([login.status, login.code]).toEqual([429, 'account_locked'])
  })

  it('answers the same for an address of nobody, and for a challenge of nobody', async () => {
    await using world = new World({ accounts: { registration: 'closed' } })
    const challenge = await ask(world)
    expect(challenge).toMatch(/^[0-9a-f-]{36}$/)
    expect(await world.mailTo(ADA)).toBeUndefined()
    const nobody = await world.post('/email-code/confirm', { challenge, code: '000000' })
    const none = await world.post('/email-code/confirm', { challenge: 'x', code: '000000' })
    expect([nobody.status, nobody.code]).toEqual([400, 'invalid_code'])
    expect([none.status, none.code]).toEqual([400, 'invalid_code'])
  })

  it('is used once, of twenty at the same time', async () => {
    await using world = new World()
    const challenge = await ask(world)
    const code = await world.codeTo(ADA)
    const all = await Promise.all(
      Array.from({ length: 20 }, () => world.post('/email-code/confirm', { challenge, code })),
    )
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1)
    // Those that came too late are wrong ones, and counted.
    for (const { code } of all)
      expect([undefined, 'invalid_code', 'account_locked']).toContain(code)
    expect(await world.run('select id from trefoil_accounts')).toHaveLength(1)
  })
})

describe('the first proof of a mailbox', () => {
  it.each(['link', 'code'])(
    'by a %s removes what others began with the address (GHSA-qq9h-g4jm-xgf3)',
    async (by) => {
      await using world = new World()
      // Somebody else registers the address, with a password of theirs.
      await world.post('/register', { email: ADA, password: PASSWORD })
      const before = await world.linkTo(ADA)
      expect((await world.post('/login', { username: ADA, password: PASSWORD })).code).toBe(
        'login_user_not_verified',
      )
      if (by === 'link') await world.enter(ADA)
      else {
        world.at += 2000
        const { body } = await world.post('/email-code', { email: ADA })
        const code = await world.codeTo(ADA)
        tokenOf(await world.post('/email-code/confirm', { challenge: body['challenge'], code }))
      }
      const login = await world.post('/login', { username: ADA, password: PASSWORD })
      expect([login.status, login.code]).toEqual([400, 'login_bad_credentials'])
      expect((await world.post('/verify-email', { token: before })).code).toBe('invalid_link')
    },
  )
})

describe('rates of what anybody may call', () => {
  it('bound mails by the address of the caller, whoever they are for', async () => {
    await using world = new World({ accounts: { rates: { mail: '2/min' } } })
    const statuses: number[] = []
    for (const email of [ADA, BOB, 'cy@example.com']) {
      statuses.push((await world.post('/magic-link', { email })).status)
    }
    expect(statuses).toEqual([202, 202, 429])
  })

  it.each(['confirm', 'anonymous'] as const)('bound %s', async (name) => {
    await using world = new World({ accounts: { rates: { [name]: '1/min' } } })
    const call = () =>
      name === 'confirm'
        ? world.post('/magic-link/confirm', { token: 'x' })
        : world.post('/anonymous', {})
    await call()
    expect((await call()).status).toBe(429)
  })

  it('are refused at the start where they are none, by their name', () => {
    expect(() => new World({ accounts: { rates: { mail: 'often' as never } } })).toThrow(
      /rates\.mail must be a rate such as '100\/min'/,
    )
  })

  it('hold where nobody has said anything', async () => {
    await using world = new World({ accounts: { rates: {} } })
    const statuses = new Set<number>()
    for (let count = 0; count < 31; count++) {
      statuses.add((await world.post('/magic-link', { email: 'x' })).status)
    }
    expect(statuses).toEqual(new Set([400, 429]))
  })
})

it('steps that nobody switched on are not there', async () => {
  vi.stubEnv('TREFOIL_ENV', 'test')
  await using world = new World({
    accounts: { magicLink: false, emailCode: false, usernames: false, anonymous: false },
  })
  const token = 'x'
  for (const path of [
    '/magic-link',
    '/magic-link/confirm',
    '/email-code',
    '/anonymous',
    '/username',
  ]) {
    expect((await world.post(path, {}, token)).status).toBe(404)
  }
  vi.unstubAllEnvs()
})
