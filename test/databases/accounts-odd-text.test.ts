import { describe, expect, it } from 'vitest'
import { PASSWORD, World } from '../accounts/accounts-world.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

const ADA = 'ada@example.com'
const ODD = 'a\0b'

/** PostgreSQL takes no U+0000 in a text, and what it refuses would be a 500. */
describe.skipIf(!hasPostgres)('text that PostgreSQL does not take', () => {
  it('S-LOGIN: is refused at every step of whoever is not signed in, by no fault of the server', async () => {
    await using world = new World({ url: await createDatabase() })
    const bodies: readonly (readonly [path: string, body: object])[] = [
      ['/login', { email: ODD, password: PASSWORD }],
      ['/login', { username: ADA, password: ODD }],
      ['/login', { email: ADA, password: PASSWORD, device_token: ODD }],
      ['/register', { email: ADA, password: `${PASSWORD}${ODD}` }],
      ['/register', { email: ADA, password: PASSWORD, username: ODD }],
      ['/register', { email: ADA, password: PASSWORD, locale: ODD }],
      ['/verify-email', { token: `${ODD}.${ODD}` }],
      ['/magic-link/confirm', { token: `${ODD}.${ODD}` }],
      ['/email-code/confirm', { challenge: ODD, code: '123456' }],
      ['/reset-password', { token: `${ODD}.${ODD}`, password: PASSWORD }],
      ['/refresh', { refresh_token: ODD }],
    ]
    for (const [path, body] of bodies) {
      const { status, code } = await world.post(path, body)
      expect([path, body, status, code]).toEqual([path, body, 400, 'VALIDATION_ERROR'])
    }
  })
})
