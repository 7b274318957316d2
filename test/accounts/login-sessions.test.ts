import { expect, onTestFinished, test } from 'vitest'
import { memoryLoginSessions, memoryRefreshFamilies } from '../../packages/trefoil/src/stores.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { HeldClock, type SessionsAppOptions, sessionsApp } from './sessions-app.ts'

interface Pair {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
  readonly token_type: string
}

async function opened(given: SessionsAppOptions = {}) {
  const clock = new HeldClock()
  const made = sessionsApp({ clock, ...given })
  const client = testClient(made.app)
  await made.app.startup()
  onTestFinished(() => made.app.shutdown())
  const http = client.http
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
  return {
    ...made,
    clock,
    client,
    http,
    bearer,
    me: (token: string) => http.get('/me', bearer(token)),
    async signIn(id: string, more: Record<string, string> = {}): Promise<Pair> {
      const answer = await http.post('/sign-in', { json: { id, ...more } })
      expect(answer.status).toBe(200)
      return answer.json() as never
    },
    refresh: (json: Record<string, unknown>) => http.post('/auth/refresh', { json }),
  }
}

test('S-SES-2, S-JWT-3: a login answers with a pair of opaque tokens, of which the store has digests alone', async () => {
  const { signIn, addAccount, me, http, data } = await opened()
  const id = await addAccount({ roles: ['admin'] })
  const pair = await signIn(id)
  expect(pair).toMatchObject({ token_type: 'bearer', expires_in: 900 })
  expect(pair.access_token).toMatch(/^tfl_at_[\w-]{32}\.[\w-]{49}$/)
  expect(pair.refresh_token).toMatch(/^tfl_rt_[\w-]{49}$/)
  const mine = await me(pair.access_token)
  expect(mine.status).toBe(200)
  expect(await mine.json()).toMatchObject({ subject: id, kind: 'person', roles: ['admin'] })
  const lower = await http.get('/me', { headers: { authorization: `bearer ${pair.access_token}` } })
  expect(lower.status).toBe(200)
  const kept = JSON.stringify([
    await data.state.run('select * from trefoil_login_sessions'),
    await data.state.run('select * from trefoil_refresh_families'),
  ])
  expect(kept).toContain(pair.access_token.slice(7, 39))
  for (const secret of [pair.access_token.slice(40), pair.refresh_token.slice(7)]) {
    expect(kept).not.toContain(secret)
  }
})

test.each(['sql', 'memory'])(
  'GHSA-2vg6-77g8-24mp: an account that is gone is nobody, in a store %s',
  async (kind) => {
    const parts =
      kind === 'sql'
        ? {}
        : { stores: { sessions: memoryLoginSessions(), families: memoryRefreshFamilies() } }
    const { signIn, addAccount, me, remove, clock, refresh, http } = await opened({ parts })
    const id = await addAccount()
    const pair = await signIn(id)
    const cookie = (
      await http.post('/sign-in', { json: { id, mode: 'cookie' } })
    ).headers.getSetCookie()[0]
    const cookies = { headers: { cookie: String(cookie).split(';')[0] as string } }
    expect((await me(pair.access_token)).status).toBe(200)
    expect((await http.get('/me', cookies)).status).toBe(200)
    await remove(id)
    clock.pass(1000)
    expect((await me(pair.access_token)).status).toBe(401)
    expect((await http.get('/me', cookies)).status).toBe(401)
    expect((await refresh({ refresh_token: pair.refresh_token })).status).toBe(401)
  },
)
