// What keeps out whoever has the right password, and what tells whose password cannot be compared.
import { describe, expect, test } from 'vitest'
import { keyRing } from '../../packages/trefoil/src/auth.ts'
import { ADA, accountsApp, OTHER_PASSWORD, PASSWORD } from '../accounts/accounts-app.ts'

const NEVER = { rates: { mail: false, confirm: false, anonymous: false } } as const

describe('a pepper that is out of the ring', () => {
  test('makes of every password a wrong one, to the byte, and a reset sets one anew', async () => {
    const pepper = keyRing('a pepper of before, 0123456789abcdef')
    await using it = await accountsApp({ ...NEVER, pepper, lockout: { threshold: 50 } })
    await it.person()
    const { token } = await it.signIn()
    // Stolen: nothing that was made with it is to be compared any more.
    pepper.replace('a pepper of today, 0123456789abcdef!')
    const seen = async (email: string) => {
      const { status, body } = await it.post('/login', { email, password: PASSWORD })
      const { request_id: _, instance: __, ...rest } = body
      return JSON.stringify([status, rest])
    }
    const known = await seen(ADA)
    expect(known).toContain('login_bad_credentials')
    expect(await seen('nobody@example.com')).toBe(known)
    const changed = { current_password: PASSWORD, password: OTHER_PASSWORD }
    const change = await it.post('/change-password', changed, { token })
    expect([change.status, change.body['code']]).toEqual([400, 'login_bad_credentials'])
    await it.post('/forgot-password', { email: ADA })
    await it.post('/reset-password', { token: await it.tokenFor(ADA), password: OTHER_PASSWORD })
    expect((await it.signIn(ADA, OTHER_PASSWORD)).status).toBe(200)
  })
})

test('SW-37: a ring that has a key twice locks nobody out', async () => {
  const key = 'a key of tests that is long enough, 0123456789'
  await using it = await accountsApp({ keys: keyRing(key, [key]) })
  await it.person()
  expect((await it.signIn()).status).toBe(200)
})

describe('LOCK-7: whoever has reset the password', () => {
  test.each(['cookie', 'token'])(
    'is let in at the device on which he had it wrong, known by a %s',
    async (kind) => {
      await using it = await accountsApp(NEVER)
      await it.person()
      const from = it.browser()
      const mode = kind === 'cookie' ? 'cookie' : 'bearer'
      const entry = { email: ADA, password: PASSWORD, mode }
      const { body } = await it.post('/login', entry, { from })
      const token = body['device_token']
      const device_token = kind === 'cookie' ? {} : { device_token: token }
      for (let at = 0; at < 5; at++) {
        const wrong = { ...entry, ...device_token, password: OTHER_PASSWORD }
        expect((await it.post('/login', wrong, { from })).status).toBe(at < 4 ? 400 : 429)
      }
      await it.post('/forgot-password', { email: ADA }, { from })
      const reset = { token: await it.tokenFor(ADA), password: OTHER_PASSWORD, ...device_token }
      expect((await it.post('/reset-password', reset, { from })).status).toBe(200)
      const again = { ...entry, ...device_token, password: OTHER_PASSWORD }
      expect((await it.post('/login', again, { from })).status).toBe(200)
    },
  )
})
