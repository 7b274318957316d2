import { describe, expect, it } from 'vitest'
import { ADA, accountsApp, OTHER_PASSWORD, PASSWORD } from './accounts-app.ts'

const DAY = 86_400_000

describe('registration', () => {
  it('waits until the mailbox is proved, and signs nobody in before', async () => {
    await using it = await accountsApp()
    const answer = await it.post('/register', { email: ' Ada@Example.com ', password: PASSWORD })
    expect(answer).toMatchObject({ status: 202, body: { detail: expect.any(String) } })
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect((await it.post('/login', { username: ADA, password: PASSWORD })).body).toMatchObject({
      detail: 'LOGIN_USER_NOT_VERIFIED',
      status: 400,
    })
    const token = await it.tokenFor(ADA)
    expect((await it.post('/verify-email', { token })).status).toBe(200)
    expect((await it.post('/login', { username: ADA, password: PASSWORD })).status).toBe(200)
  })
})
