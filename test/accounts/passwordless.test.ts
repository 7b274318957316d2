import { describe, expect, it } from 'vitest'
import { tokenOf, World } from './accounts-world.ts'

const ADA = 'ada@example.com'

describe('magic link', () => {
  it('makes an account at the first proof of a mailbox, and signs in to it from then on (§3.6)', async () => {
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
    expect(body).toMatchObject({ email: ADA, kind: 'person', has_password: false })
    const again = await world.enter(ADA)
    expect(await world.idOf(again)).toBe(body['id'])
  })

  it('is good once, for ten minutes, and for what it is for', async () => {
    await using world = new World()
    await world.post('/magic-link', { email: ADA })
    const token = await world.linkTo(ADA)
    const use = () => world.post('/magic-link/confirm', { token })
    world.at += 10 * 60_000
    expect((await use()).code).toBe('invalid_link')
    world.at -= 1
    expect((await use()).status).toBe(200)
    expect((await use()).code).toBe('invalid_link')
    for (const wrong of [
      '',
      'x',
      `${token}x`,
      token.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')),
    ]) {
      const answer = await world.post('/magic-link/confirm', { token: wrong })
      expect([answer.status, answer.code]).toEqual([400, 'invalid_link'])
    }
  })
})
