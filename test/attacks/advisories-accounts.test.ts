// Faults that libraries of accounts had to mend, tried here. What belongs to sessions, locks, mails and passwords is beside
// those.
import { describe, expect, it } from 'vitest'
import { AuthContext, type Authenticator, hasRole } from '../../packages/trefoil/src/auth.ts'
import { FLOW_GRAPH } from '../../packages/trefoil/src/features/accounts/flow-graph.ts'
import { PASSWORD, tokenOf, World } from '../accounts/accounts-world.ts'

const ADA = 'ada@example.com'
const EVE = 'eve@example.com'
const STOLEN = 'ochre-sandpiper-lintel-91'

const accountOf = async (world: World, email: string) =>
  (await world.run('select * from trefoil_accounts where email = ?', [email]))[0]

describe('CVE-2025-61928, GHSA-99h5-pjcv-gr6v: an account that the body names', () => {
  const NAMES = ['userId', 'user_id', 'account_id', 'accountId', 'subject', 'owner', 'id', 'tenant']

  it('is refused by every step that takes a body, whoever sends it', async () => {
    await using world = new World({ accounts: { operators: hasRole('admin'), roles: ['admin'] } })
    const ada = await world.enter(ADA)
    const id = await world.idOf(ada)
    const eve = await world.enter(EVE)
    const before = await accountOf(world, ADA)
    // Of operators the path says whose it is, and what they create has a tenant.
    const steps = FLOW_GRAPH.filter(
      ({ method, proof, name }) => method === 'POST' && proof !== 'operator' && name !== 'logout',
    )
    for (const { path } of steps) {
      for (const name of NAMES) {
        for (const who of [undefined, eve]) {
          world.at += 10
          const answer = await world.post(path.replace(/\{\w+\}/, 'x'), { [name]: id }, who)
          const where = `${path} ${name} ${who === undefined ? 'nobody' : 'eve'}`
          expect([where, answer.status >= 400]).toEqual([where, true])
        }
      }
    }
    // It takes nothing, and ends the session of whoever calls.
    expect((await world.post('/logout', { userId: id }, eve)).status).toBe(204)
    world.at += 1001
    expect(await accountOf(world, ADA)).toEqual(before)
    expect(await world.idOf(ada)).toBe(id)
  })

  it('in the query or in a header says nothing either', async () => {
    await using world = new World()
    const id = await world.idOf(await world.enter(ADA))
    const eve = await world.enter(EVE)
    const { body } = await world.send('GET', `/me?userId=${id}&account_id=${id}`, undefined, {
      authorization: `Bearer ${eve}`,
      'x-user-id': id,
    })
    expect(body['email'] ?? EVE).toBe(EVE)
    expect(JSON.stringify(body)).not.toContain(ADA)
  })
})

describe('GHSA-fmh4-wcc4-5jm3, GHSA-cq3f-vc6p-68fh: the second step of a flow that another began', () => {
  it('a change of the address is ended by the account that asked for it alone', async () => {
    await using world = new World()
    const ada = await world.enter(ADA)
    world.at += 2000
    await world.post('/change-email', { email: 'ada@new.example' }, ada)
    const token = await world.linkTo('ada@new.example')
    const eve = await world.enter(EVE)
    const nobody = tokenOf(await world.post('/anonymous', {}))
    for (const who of [eve, nobody]) {
      expect((await world.post('/change-email/confirm', { token }, who)).code).toBe('invalid_link')
    }
    expect(await accountOf(world, 'ada@new.example')).toBeUndefined()
  })

  it('whoever has registered an address and not proved it takes no step with it', async () => {
    await using world = new World()
    await world.post('/register', { email: ADA, password: STOLEN })
    const login = await world.post('/login', { username: ADA, password: STOLEN })
    expect(login.code).toBe('login_user_not_verified')
    expect(JSON.stringify(login.body)).not.toMatch(/token/)
    for (const path of ['/me', '/sessions']) expect((await world.get(path)).status).toBe(401)
    await world.post('/forgot-password', { email: ADA })
    await world.mailTo(ADA)
    // No link that would make a password of an account that there is not.
    expect(world.sent.filter(({ text }) => text.includes('/reset-password'))).toEqual([])
  })

  it('a code is no answer to the challenge of somebody else', async () => {
    await using world = new World()
    const ask = async (email: string) => {
      const { body } = await world.post('/email-code', { email })
      return { challenge: body['challenge'], code: await world.codeTo(email) }
    }
    const [ada, eve] = [await ask(ADA), await ask(EVE)]
    const crossed = { challenge: ada.challenge, code: eve.code }
    expect((await world.post('/email-code/confirm', crossed)).code).toBe('invalid_code')
    // Nor is a link of hers, cut up.
    await world.post('/magic-link', { email: EVE })
    const [, mac] = (await world.linkTo(EVE)).split('.')
    const token = `${ada.challenge}.${mac}`
    expect((await world.post('/magic-link/confirm', { token })).code).toBe('invalid_link')
  })
})

describe('GHSA-xr8f-h2gw-9xh6 = CVE-2026-41427, GHSA-gv74-j8m3-fg5f = CVE-2026-53515: rights that one gives oneself', () => {
  const OPTIONS = {
    roles: ['admin', 'member'],
    defaultRoles: ['member'],
    operators: hasRole('admin'),
  }

  it('no step of an ordinary account takes roles', async () => {
    await using world = new World({ accounts: OPTIONS })
    const eve = await world.enter(EVE)
    for (const [path, body] of [
      ['/register', { email: ADA, password: PASSWORD }],
      ['/anonymous', {}],
      ['/magic-link', { email: ADA }],
      ['/username', { username: 'eve' }],
      ['/change-password', { password: STOLEN }],
    ] as const) {
      for (const more of [{ roles: ['admin'] }, { role: 'admin' }, { kind: 'person' }]) {
        expect([path, (await world.post(path, { ...body, ...more }, eve)).status]).toEqual([
          path,
          400,
        ])
      }
    }
    expect((await world.get('/me', eve)).body['roles']).toEqual(['member'])
  })

  it('an ordinary account makes no account, and gives nobody a role', async () => {
    await using world = new World({ accounts: OPTIONS })
    const eve = await world.enter(EVE)
    const id = await world.idOf(eve)
    const made = await world.post('/operators/accounts', { email: ADA, roles: ['admin'] }, eve)
    const given = await world.post(`/operators/accounts/${id}/grant`, { role: 'admin' }, eve)
    expect([made.status, given.status]).toEqual([403, 403])
    expect(await accountOf(world, ADA)).toBeUndefined()
  })
})

describe('GHSA-g38m-r43w-p2q7 = CVE-2026-53516: an address that nobody has proved is nobody', () => {
  it('a registration in advance is no account, and its password is not that of the owner', async () => {
    await using world = new World()
    await world.post('/register', { email: ADA, password: STOLEN, username: 'ada' })
    expect(await accountOf(world, ADA)).toBeUndefined()
    const ada = await world.enter(ADA)
    expect((await world.get('/me', ada)).body).toMatchObject({
      username: null,
      has_password: false,
    })
    for (const username of [ADA, 'ada']) {
      const { code } = await world.post('/login', { username, password: STOLEN })
      expect(code).toBe('login_bad_credentials')
    }
  })

  it('nor is one that an anonymous account registers: neither its session nor its subject is the owner’s', async () => {
    await using world = new World()
    const nobody = tokenOf(await world.post('/anonymous', {}))
    const subject = await world.idOf(nobody)
    await world.post('/anonymous/register', { email: ADA, password: STOLEN }, nobody)
    const link = await world.linkTo(ADA)
    const ada = await world.enter(ADA)
    expect(await world.idOf(ada)).not.toBe(subject)
    expect((await world.post('/verify-email', { token: link })).code).toBe('invalid_link')
    expect((await world.get('/me', nobody)).body).toMatchObject({ kind: 'anonymous', email: null })
  })

  it('nor one that an account asks to change to', async () => {
    await using world = new World()
    const eve = await world.enter(EVE)
    world.at += 2000
    await world.post('/change-email', { email: ADA }, eve)
    const link = await world.linkTo(ADA)
    const ada = await world.enter(ADA)
    expect(await world.idOf(ada)).not.toBe(await world.idOf(eve))
    // Its owner has an account meanwhile: the link of before is over, in whatever hands.
    for (const who of [eve, ada]) {
      expect((await world.post('/change-email/confirm', { token: link }, who)).code).toBe(
        'invalid_link',
      )
    }
  })
})

describe('GHSA-qq9h-g4jm-xgf3: what was registered in advance', () => {
  it.each(['link', 'code'])(
    'password, session and links are all dead once the owner enters by a %s',
    async (by) => {
      await using world = new World()
      const nobody = tokenOf(await world.post('/anonymous', {}))
      await world.post('/register', { email: ADA, password: STOLEN })
      const first = await world.linkTo(ADA)
      world.at += 2000
      await world.post('/anonymous/register', { email: ADA, password: STOLEN }, nobody)
      const second = await world.linkTo(ADA)
      world.at += 2000
      let token: string
      if (by === 'link') token = await world.enter(ADA)
      else {
        const { body } = await world.post('/email-code', { email: ADA })
        const code = await world.codeTo(ADA)
        token = tokenOf(
          await world.post('/email-code/confirm', { challenge: body['challenge'], code }),
        )
      }
      for (const link of [first, second]) {
        expect((await world.post('/verify-email', { token: link })).code).toBe('invalid_link')
      }
      expect((await world.post('/login', { username: ADA, password: STOLEN })).code).toBe(
        'login_bad_credentials',
      )
      expect((await world.get('/me', nobody)).body['email']).toBeNull()
      expect((await world.get('/me', token)).body['email']).toBe(ADA)
      const { body } = await world.get('/sessions', token)
      expect(body['sessions']).toHaveLength(1)
    },
  )
})

describe('GHSA-7w99-5wm4-3g79: what may be used once', () => {
  it.each(['link', 'code'])('a %s signs in once, of twenty at the same time', async (by) => {
    await using world = new World({ accounts: { lockout: { threshold: 100 } } })
    const [path, asked] =
      by === 'link'
        ? ['/magic-link/confirm', await world.post('/magic-link', { email: ADA })]
        : ['/email-code/confirm', await world.post('/email-code', { email: ADA })]
    const body =
      by === 'link'
        ? { token: await world.linkTo(ADA) }
        : { challenge: asked.body['challenge'], code: await world.codeTo(ADA) }
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.post(path, body)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]))
  })

  it('a link to another address changes it once', async () => {
    await using world = new World()
    const token = await world.enter(ADA)
    world.at += 2000
    await world.post('/change-email', { email: 'ada@new.example' }, token)
    const link = await world.linkTo('ada@new.example')
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world.post('/change-email/confirm', { token: link }, token)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.every(({ status }) => [200, 400, 401].includes(status))).toBe(true)
  })
})

describe('better-auth#9479, #7196: a link', () => {
  it('to the first of two new addresses is over once the second was proved', async () => {
    await using world = new World()
    let token = await world.enter(ADA)
    const links: string[] = []
    for (const email of ['one@example.com', 'two@example.com']) {
      world.at += 2000
      await world.post('/change-email', { email }, token)
      links.push(await world.linkTo(email))
    }
    token = tokenOf(await world.post('/change-email/confirm', { token: links[1] }, token))
    expect((await world.post('/change-email/confirm', { token: links[0] }, token)).code).toBe(
      'invalid_link',
    )
    expect((await world.get('/me', token)).body['email']).toBe('two@example.com')
  })

  it('that was sent to one account does not open the one that came in its place', async () => {
    await using world = new World()
    const token = await world.enter(ADA)
    world.at += 2000
    await world.post('/magic-link', { email: ADA })
    const link = await world.linkTo(ADA)
    await world.post('/delete-account', {}, token)
    await world.enter(ADA)
    expect((await world.post('/magic-link/confirm', { token: link })).code).toBe('invalid_link')
  })

  it('to a mailbox that the account has left signs nobody in', async () => {
    await using world = new World()
    const token = await world.enter(ADA)
    world.at += 2000
    await world.post('/magic-link', { email: ADA })
    const old = await world.linkTo(ADA)
    await world.post('/change-email', { email: 'ada@new.example' }, token)
    const link = await world.linkTo('ada@new.example')
    expect((await world.post('/change-email/confirm', { token: link }, token)).status).toBe(200)
    expect((await world.post('/magic-link/confirm', { token: old })).code).toBe('invalid_link')
  })
})

it('the token of another issuer with the subject of an account changes nothing of it', async () => {
  const foreign: Authenticator = {
    name: 'foreign',
    scheme: { type: 'apiKey', in: 'header', name: 'x-subject' },
    risks: [],
    authenticate: ({ headers }) => {
      const subject = headers.get('x-subject')
      if (subject === null) return null
      const now = Math.floor(Date.UTC(2026, 0, 5, 12) / 1000)
      return new AuthContext({
        subject,
        kind: 'person',
        issuer: 'https://id.example',
        session: { id: 'theirs', createdAt: now, authTime: now },
        metadata: { login: 'bearer' },
      })
    },
  }
  await using world = new World({ also: foreign })
  const id = await world.idOf(await world.enter(ADA))
  const before = await accountOf(world, ADA)
  for (const [path, body] of [
    ['/change-email', { email: EVE }],
    ['/delete-account', {}],
    ['/username', { username: 'eve' }],
    ['/change-password', { password: STOLEN }],
  ] as const) {
    expect([path, (await world.send('POST', path, body, { 'x-subject': id })).status]).toEqual([
      path,
      401,
    ])
  }
  expect((await world.send('GET', '/me', undefined, { 'x-subject': id })).status).toBe(401)
  expect(await accountOf(world, ADA)).toEqual(before)
})
