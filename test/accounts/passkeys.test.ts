import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { PASSWORD, tokenOf } from './accounts-world.ts'
import { ADA, BOB, device, PasskeyWorld } from './passkeys-world.ts'

describe('own passkeys', () => {
  it('are added, listed, renamed and removed, and their owner is told', async () => {
    await using world = new PasskeyWorld()
    const passkey = device()
    const added = await world.add(await world.person(ADA), passkey, '  My phone ')
    expect((await world.mailTo(ADA))?.subject).toContain('has a second step now')
    const listed = await world.get('/passkeys', added.token)
    expect(listed.body).toEqual({
      passkeys: [
        {
          id: added.id,
          name: 'My phone',
          synced: false,
          created_at: '2026-01-05T12:00:02.000Z',
          last_used_at: null,
        },
      ],
    })
    const renamed = await world.post(
      `/passkeys/${added.id}/name`,
      { name: 'Old phone' },
      added.token,
    )
    expect(renamed.body).toMatchObject({ id: added.id, name: 'Old phone' })
    const fresh = await world.stepUp(added.token, passkey)
    const removed = await world.post(`/passkeys/${added.id}/remove`, {}, fresh)
    expect(removed.status).toBe(204)
    expect((await world.get('/passkeys', fresh)).body).toEqual({ passkeys: [] })
    expect((await world.enterBy(passkey)).code).toBe('passkey_refused')
    world.at += 61_000
    expect((await world.mailTo(ADA))?.subject).toContain('has lost a second step')
  })

  it('MFA-6: a new one ends all other sessions, and the one that made it goes on', async () => {
    await using world = new PasskeyWorld()
    const other = await world.person(ADA)
    const token = await world.login(ADA, PASSWORD)
    const added = await world.add(token, device())
    expect((await world.get('/me', other)).status).toBe(401)
    expect((await world.get('/me', token)).status).toBe(401)
    expect((await world.get('/me', added.token)).status).toBe(200)
  })

  it('MFA-6: a session alone adds and removes none', async () => {
    await using world = new PasskeyWorld()
    const plain = await world.person(ADA)
    for (const json of [{}, { current_password: 'guessed-quartz-bramble-57' }]) {
      const started = await world.post('/passkeys/register/start', json, plain)
      expect(started.code).toBe('login_bad_credentials')
    }
    expect((await world.post('/passkeys/register/start', {})).status).toBe(401)
    // Whoever has a second factor shows that, and not the password.
    const passkey = device()
    const { token, id } = await world.add(plain, passkey)
    const json = { current_password: PASSWORD }
    const started = await world.post('/passkeys/register/start', json, token)
    expect(started.code).toBe('fresh_login_required')
    const path = `/passkeys/${id}/remove`
    expect((await world.post(path, {}, token)).code).toBe('fresh_login_required')
    const fresh = await world.stepUp(token, passkey)
    expect((await world.get('/me', token)).status).toBe(401)
    world.at += 6 * 60_000
    expect((await world.post(path, {}, fresh)).code).toBe('fresh_login_required')
    const again = await world.stepUp(fresh, passkey)
    const other = await world.add(again, device())
    expect((await world.get('/passkeys', other.token)).body['passkeys']).toHaveLength(2)
  })

  it('GHSA-4vcf-q4xf-f48m: of others are neither seen, renamed nor removed', async () => {
    await using world = new PasskeyWorld()
    const ada = await world.add(await world.person(ADA), device())
    const bob = await world.person(BOB)
    const tries = { name: { name: 'Mine' }, remove: {} }
    for (const [verb, json] of Object.entries(tries)) {
      const answer = await world.post(`/passkeys/${ada.id}/${verb}`, json, bob)
      expect([answer.status, answer.code]).toEqual([404, 'passkey_not_found'])
      const none = await world.post(`/passkeys/none/${verb}`, json, bob)
      expect([none.status, none.code]).toEqual([404, 'passkey_not_found'])
    }
    expect((await world.get('/passkeys', bob)).body).toEqual({ passkeys: [] })
    expect((await world.get('/passkeys', ada.token)).body['passkeys']).toHaveLength(1)
  })

  it('one passkey is of one account', async () => {
    await using world = new PasskeyWorld()
    const passkey = device()
    await world.add(await world.person(ADA), passkey)
    const bob = await world.person(BOB)
    const asked = await world.ask('/passkeys/register/start', { current_password: PASSWORD }, bob)
    const json = { step: asked.step, response: passkey.create(asked.options) }
    expect((await world.post('/passkeys/register', json, bob)).code).toBe('passkey_exists')
    // Nothing was changed by it.
    expect((await world.get('/me', bob)).status).toBe(200)
  })

  it('are as many as the option says', async () => {
    await using world = new PasskeyWorld({ passkeys: { most: 1 } })
    const { token } = await world.add(await world.person(ADA), device())
    const json = { current_password: PASSWORD }
    const answer = await world.post('/passkeys/register/start', json, token)
    expect([answer.status, answer.code]).toEqual([409, 'passkey_limit'])
  })

  it('the last second factor stays where one is required', async () => {
    await using world = new PasskeyWorld({ mfa: { shouldRequire: () => true, recoveryCodes: 1 } })
    const { token, id } = await required(world)
    const answer = await world.post(`/passkeys/${id}/remove`, {}, token)
    expect(answer.code).toBe('mfa_enforced')
    expect((await world.get('/me', token)).status).toBe(200)
    expect((await world.get('/passkeys', token)).body['passkeys']).toHaveLength(1)
  })
})

async function required(world: PasskeyWorld) {
  await world.register(ADA, PASSWORD)
  const { body } = await world.post('/login', { username: ADA, password: PASSWORD })
  const pre_token = String(body['pre_token'])
  const passkey = device()
  const asked = await world.ask('/passkeys/enrol/start', { pre_token })
  const answer = await world.post('/passkeys/enrol', {
    pre_token,
    step: asked.step,
    response: passkey.create(asked.options),
  })
  const token = tokenOf(answer)
  return { token, id: String(Object(answer.body['passkey']).id), passkey }
}

describe('pages at an address', () => {
  const accounts = { passkeys: {}, appUrl: 'http://127.0.0.1:3000' }

  it('are a warning at start-up, which says where to open them, and ask nobody for a passkey', async () => {
    const warnings: unknown[] = []
    const none = () => {}
    const warn = (fields: unknown, text?: unknown) => void warnings.push([fields, text])
    const log = { logger: { debug: none, info: none, warn, error: none } }
    await using world = new PasskeyWorld(accounts, { app: { log } })
    const answer = await world.post('/passkeys/login/start', {})
    expect(warnings).toContainEqual([
      { code: 'passkeys_unusable' },
      expect.stringContaining('http://localhost:3000'),
    ])
    expect([answer.status, answer.code]).toEqual([400, 'passkey_wrong_origin'])
    expect(answer.body['fix']).toContain('http://localhost:3000')
  })

  it('are refused in production', () => {
    vi.stubEnv('TREFOIL_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(() => new PasskeyWorld(accounts)).toThrow(/appUrl has an address/)
  })
})
