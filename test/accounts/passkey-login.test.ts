import { describe, expect, it } from 'vitest'
import type { Forged } from '../support/software-passkey.ts'
import { PASSWORD, tokenOf } from './accounts-world.ts'
import { ADA, BOB, device, ORIGIN, PasskeyWorld } from './passkeys-world.ts'

describe('signing in by a passkey', () => {
  it('names nobody, and says what was shown', async () => {
    await using world = new PasskeyWorld()
    const passkey = device()
    await world.add(await world.person(ADA), passkey)
    const { options } = await world.ask('/passkeys/login/start')
    expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'required' })
    expect(options['allowCredentials']).toEqual([])
    const answer = await world.enterBy(passkey)
    expect(answer.status).toBe(200)
    const { body } = await world.get('/sessions', tokenOf(answer))
    expect(body['sessions']).toContainEqual(expect.objectContaining({ methods: ['passkey'] }))
    const { body: listed } = await world.get('/passkeys', tokenOf(answer))
    expect(listed['passkeys']).toEqual([
      expect.objectContaining({ last_used_at: '2026-01-05T12:00:02.000Z' }),
    ])
  })

  it('works for passkeys that do not count', async () => {
    await using world = new PasskeyWorld()
    const passkey = device()
    passkey.counts = false
    await world.add(await world.person(ADA), passkey)
    for (let count = 0; count < 2; count++) expect((await world.enterBy(passkey)).status).toBe(200)
  })

  it('is refused for whatever no page of ours would send', async () => {
    await using world = new PasskeyWorld()
    const passkey = device()
    await world.add(await world.person(ADA), passkey)
    const forgeries: Record<string, Forged> = {
      'nobody was looked at': { userVerified: false },
      'it is of another page': { origin: 'https://evil.example' },
      'it is of another domain': { rpId: 'evil.example' },
      'it says it is another account': { userHandle: Buffer.from('other').toString('base64url') },
      'it does not say whose it is': { userHandle: null },
      'it answers another challenge': { challenge: 'AAAA' },
      'it was made in a frame': { crossOrigin: true },
      'nobody has it': { id: Buffer.alloc(32).toString('base64url') },
    }
    for (const [what, forged] of Object.entries(forgeries)) {
      const answer = await world.enterBy(passkey, forged)
      expect([answer.status, answer.code], what).toEqual([400, 'passkey_refused'])
    }
    expect((await world.enterBy(passkey)).status).toBe(200)
  })

  it('MFA-3: a challenge is answered once, rightly or wrongly', async () => {
    await using world = new PasskeyWorld()
    const passkey = device()
    await world.add(await world.person(ADA), passkey)
    const { step, options } = await world.ask('/passkeys/login/start')
    const json = { step, response: passkey.get(options) }
    expect((await world.post('/passkeys/login', json)).status).toBe(200)
    expect((await world.post('/passkeys/login', json)).code).toBe('passkey_refused')

    const other = await world.ask('/passkeys/login/start')
    const wrong = {
      step: other.step,
      response: passkey.get(other.options, { userVerified: false }),
    }
    expect((await world.post('/passkeys/login', wrong)).code).toBe('passkey_refused')
    const right = { step: other.step, response: passkey.get(other.options) }
    expect((await world.post('/passkeys/login', right)).code).toBe('passkey_refused')
  })

  it('MFA-3: a challenge is for what it was asked for, by whom it was asked, and for a while', async () => {
    await using world = new PasskeyWorld()
    const passkey = device()
    const { token } = await world.add(await world.person(ADA), passkey)
    const fresh = await world.stepUp(token, passkey)
    const registering = await world.ask('/passkeys/register/start', {}, fresh)
    const options = { ...registering.options, rpId: 'localhost' }
    const crossed = { step: registering.step, response: passkey.get(options) }
    expect((await world.post('/passkeys/login', crossed)).code).toBe('passkey_refused')

    const late = await world.ask('/passkeys/login/start')
    world.at += 5 * 60_000
    const answer = { step: late.step, response: passkey.get(late.options) }
    expect((await world.post('/passkeys/login', answer)).code).toBe('passkey_refused')

    const elsewhere = await world.ask('/passkeys/login/start')
    const body = { step: elsewhere.step, response: passkey.get(elsewhere.options) }
    const sent = await world.send('POST', '/passkeys/login', body, { 'user-agent': 'another' })
    expect(sent.code).toBe('passkey_refused')
  })

  it('MFA-3: what one session asked for is answered in no other', async () => {
    await using world = new PasskeyWorld()
    const first = await world.person(ADA)
    const second = await world.login(ADA, PASSWORD)
    const asked = await world.ask('/passkeys/register/start', { current_password: PASSWORD }, first)
    const json = { step: asked.step, response: device().create(asked.options) }
    expect((await world.post('/passkeys/register', json, second)).code).toBe('passkey_refused')
    expect((await world.post('/passkeys/register', json, first)).code).toBe('passkey_refused')

    const bob = await world.person(BOB)
    const again = await world.ask('/passkeys/register/start', { current_password: PASSWORD }, first)
    const other = { step: again.step, response: device().create(again.options) }
    expect((await world.post('/passkeys/register', other, bob)).code).toBe('passkey_refused')
  })

  it('a copy of a passkey opens nothing once the other was used, and its owner is told', async () => {
    await using world = new PasskeyWorld()
    const passkey = device()
    await world.add(await world.person(ADA), passkey)
    await world.mailTo(ADA)
    const copy = passkey.clone()
    expect((await world.enterBy(copy)).status).toBe(200)
    expect((await world.enterBy(passkey)).code).toBe('passkey_refused')
    world.at += 61_000
    expect((await world.mailTo(ADA))?.subject).toContain('copy of your passkey')
    // A signature that is wrong says nothing of copies.
    world.sent.length = 0
    world.at += 61_000
    expect((await world.enterBy(copy, { counter: 1, challenge: 'AAAA' })).status).toBe(400)
    expect(await world.mailTo(ADA)).toBeUndefined()
  })

  it('a passkey does not become another kind of passkey', async () => {
    await using world = new PasskeyWorld()
    const passkey = device()
    await world.add(await world.person(ADA), passkey)
    passkey.counts = false
    expect((await world.enterBy(passkey, { counter: 9 })).code).toBe('passkey_refused')
  })

  it('is not for accounts that are disabled or gone', async () => {
    await using world = new PasskeyWorld()
    const passkey = device()
    const { token } = await world.add(await world.person(ADA), passkey)
    await world.run('update trefoil_accounts set disabled_at = 1, epoch = epoch + 1')
    expect((await world.enterBy(passkey)).code).toBe('account_disabled')
    await world.run('update trefoil_accounts set disabled_at = null')
    const again = tokenOf(await world.enterBy(passkey))
    expect(again).not.toBe(token)
    const gone = await world.post('/delete-account', { current_password: PASSWORD }, again)
    expect(gone.status).toBe(204)
    expect((await world.enterBy(passkey)).code).toBe('passkey_refused')
    expect(await world.run('select id from trefoil_accounts_factors')).toEqual([])
  })

  it('goes on while others guess at the password', async () => {
    await using world = new PasskeyWorld({ lockout: { threshold: 2, baseCooldown: '1h' } })
    const passkey = device()
    await world.add(await world.person(ADA), passkey)
    const wrong = { username: ADA, password: 'guessed-quartz-bramble-57' }
    for (let count = 0; count < 3; count++) await world.post('/login', wrong)
    expect((await world.post('/login', { username: ADA, password: PASSWORD })).code).toBe(
      'account_locked',
    )
    expect((await world.enterBy(passkey)).status).toBe(200)
  })

  it('says to a page that cannot have passkeys where to open it', async () => {
    await using world = new PasskeyWorld({ passkeys: { origins: [ORIGIN] } })
    const { headers } = { headers: { origin: 'http://127.0.0.1:3000', host: '127.0.0.1:3000' } }
    const answer = await world.send('POST', '/passkeys/login/start', {}, headers)
    expect(answer.body).toMatchObject({
      code: 'passkey_wrong_origin',
      fix: `Open the page at ${ORIGIN}`,
    })
  })
})

describe('a passkey as second factor', () => {
  async function waiting(world: PasskeyWorld): Promise<string> {
    const { body, code } = await world.post('/login', { username: ADA, password: PASSWORD })
    expect(code).toBe('MFA_REQUIRED')
    expect(body['factors']).toContain('passkey')
    return String(body['pre_token'])
  }

  it('MFA-1: finishes a login by a password', async () => {
    await using world = new PasskeyWorld()
    const passkey = device()
    await world.add(await world.person(ADA), passkey)
    const pre_token = await waiting(world)
    const { step, options } = await world.ask('/passkeys/second-factor/start', { pre_token })
    expect(options['allowCredentials']).toEqual([
      { type: 'public-key', id: passkey.id, transports: ['internal', 'hybrid'] },
    ])
    const json = { pre_token, step, response: passkey.get(options) }
    const answer = await world.post('/passkeys/second-factor', json)
    const { body } = await world.get('/sessions', tokenOf(answer))
    expect(body['sessions']).toContainEqual(
      expect.objectContaining({ methods: ['pwd', 'passkey'], current: true }),
    )
    expect((await world.post('/passkeys/second-factor', json)).code).toBe('invalid_pre_token')
  })

  it('MFA-3: is of the account, and of the login that asked', async () => {
    await using world = new PasskeyWorld()
    const [hers, his] = [device(), device()]
    await world.add(await world.person(ADA), hers)
    await world.add(await world.person(BOB), his)
    const pre_token = await waiting(world)
    const other = await waiting(world)
    const path = '/passkeys/second-factor'
    const asked = await world.ask(`${path}/start`, { pre_token })
    const bobs = { pre_token, step: asked.step, response: his.get(asked.options) }
    expect((await world.post(path, bobs)).code).toBe('invalid_code')
    // Used up by that.
    const late = { pre_token, step: asked.step, response: hers.get(asked.options) }
    expect((await world.post(path, late)).code).toBe('invalid_code')
    const again = await world.ask(`${path}/start`, { pre_token })
    const crossed = { pre_token: other, step: again.step, response: hers.get(again.options) }
    expect((await world.post(path, crossed)).code).toBe('invalid_code')
    const first = await world.ask('/passkeys/login/start')
    const typed = { pre_token, step: first.step, response: hers.get(first.options) }
    expect((await world.post(path, typed)).code).toBe('invalid_code')
    const unlooked = await world.ask(`${path}/start`, { pre_token })
    const forged = hers.get(unlooked.options, { userVerified: false })
    expect(
      (await world.post(path, { pre_token, step: unlooked.step, response: forged })).code,
    ).toMatch(/invalid_code|account_locked/)
  })

  it('SW-13: a pre-token alone asks for its own login and for nothing else', async () => {
    await using world = new PasskeyWorld()
    await world.add(await world.person(ADA), device())
    const pre_token = await waiting(world)
    expect((await world.get('/passkeys', pre_token)).status).toBe(401)
    const enrol = await world.post('/passkeys/enrol/start', { pre_token })
    expect(enrol.code).toBe('invalid_pre_token')
    const none = await world.post('/passkeys/second-factor/start', { pre_token: 'tfl_st_x' })
    expect(none.code).toBe('invalid_pre_token')
  })
})
