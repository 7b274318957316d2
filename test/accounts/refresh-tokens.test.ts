import { describe, expect, test } from 'vitest'
import { memoryLoginSessions, memoryRefreshFamilies } from '../../packages/trefoil/src/stores.ts'
import { openSessions, type Pair } from './open-sessions.ts'
import type { SessionsAppOptions } from './sessions-app.ts'

const MINUTE = 60_000

async function signedIn(given: SessionsAppOptions = {}, more: Record<string, string> = {}) {
  const opened = await openSessions(given)
  const id = await opened.addAccount()
  return { ...opened, id, first: await opened.signIn(id, more) }
}

test('S-SES-3, S-SES-4, X-25: a refresh token is used once, for another pair in the same session', async () => {
  const { first, renewed, status, me, clock, http } = await signedIn()
  clock.pass(10 * MINUTE)
  const answer = await http.post('/auth/refresh', { json: { refresh_token: first.refresh_token } })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.getSetCookie()).toEqual([])
  const second = answer.json() as unknown as Pair
  expect(second).toEqual({
    access_token: expect.stringMatching(/^tfl_at_/),
    token_type: 'bearer',
    expires_in: 900,
    refresh_token: expect.stringMatching(/^tfl_rt_/),
  })
  expect(second.access_token.slice(0, 39)).toBe(first.access_token.slice(0, 39))
  expect(second.access_token).not.toBe(first.access_token)
  // Calls that were under way have a minute.
  expect([await status(first.access_token), await status(second.access_token)]).toEqual([200, 200])
  clock.pass(MINUTE - 1)
  expect(await status(first.access_token)).toBe(200)
  clock.pass(1)
  expect([await status(first.access_token), await status(second.access_token)]).toEqual([401, 200])
  clock.pass(13 * MINUTE)
  expect((await me(second.access_token)).json()).toMatchObject({
    session: { createdAt: clock.now() / 1000 - 24 * 60 },
  })
  await renewed(second.refresh_token)
})

test('a form is taken as well as JSON, and the body wins over the cookie', async () => {
  const { first, http, signInByCookie, id } = await signedIn()
  const { cookie } = await signInByCookie(id)
  const form = { form: { refresh_token: first.refresh_token, grant_type: 'refresh_token' } }
  expect((await http.post('/auth/refresh', form)).status).toBe(200)
  const both = await http.post('/auth/refresh', {
    json: { refresh_token: `tfl_rt_${'x'.repeat(49)}` },
    headers: { cookie },
  })
  expect([both.status, both.json()]).toEqual([
    401,
    expect.objectContaining({ code: 'invalid_refresh_token' }),
  ])
  const byCookie = await http.post('/auth/refresh', { json: {}, headers: { cookie } })
  expect([byCookie.status, byCookie.json()]).toEqual([
    200,
    { mode: 'cookie', expires_in: 30 * 86_400 },
  ])
})

test('S-SES-4, SES-6: what is refused says why, and clears no cookie', async () => {
  const { refresh, change, first, id, signInByCookie } = await signedIn()
  const { cookie } = await signInByCookie(id)
  const codeOf = async (answer: ReturnType<typeof refresh>) => {
    const { status, headers, json } = await answer.then((one) => ({
      status: one.status,
      headers: one.headers,
      json: one.json(),
    }))
    expect(status).toBe(401)
    expect(headers.getSetCookie()).toEqual([])
    expect(headers.get('clear-site-data')).toBe(null)
    return (json as unknown as { code: string }).code
  }
  expect(await codeOf(refresh({}))).toBe('missing_refresh_token')
  expect(await codeOf(refresh({ refresh_token: '' }))).toBe('missing_refresh_token')
  expect(await codeOf(refresh({ refresh_token: 'x' }, { cookie }))).toBe('invalid_refresh_token')
  expect(await codeOf(refresh({}, { cookie: `${cookie}x` }))).toBe('missing_refresh_token')
  await change(id, { disabledAt: 1 })
  expect(await codeOf(refresh({ refresh_token: first.refresh_token }))).toBe('account_disabled')
  expect(await codeOf(refresh({}, { cookie }))).toBe('account_disabled')
  // It was not used up.
  await change(id, { disabledAt: null, endsSessions: false })
  expect(await codeOf(refresh({ refresh_token: first.refresh_token }))).toBe(
    'invalid_refresh_token',
  )
})

describe('SES-2, SES-4: who lost the answer is given it again', () => {
  test('byte for byte, and what it holds is good', async () => {
    const { first, http, status } = await signedIn()
    const ask = () => http.post('/auth/refresh', { json: { refresh_token: first.refresh_token } })
    const answers = [await ask(), await ask(), await ask()]
    const [text, ...others] = answers.map((one) => JSON.stringify(one.json()))
    expect(others).toEqual([text, text])
    expect(await status((JSON.parse(text ?? '{}') as Pair).access_token)).toBe(200)
  })

  test('a process that ends between the rotation and the session leaves a lost answer, not a dead one', async () => {
    const sessions = memoryLoginSessions()
    let dies = true
    const dying = {
      ...sessions,
      change(...args: Parameters<typeof sessions.change>) {
        if (dies) throw new Error('killed')
        return sessions.change(...args)
      },
    }
    const stores = { sessions: dying, families: memoryRefreshFamilies() }
    const { first, refresh, renewed, status } = await signedIn({ parts: { stores } })
    expect((await refresh({ refresh_token: first.refresh_token })).status).toBe(500)
    dies = false
    const second = await renewed(first.refresh_token)
    expect(await status(second.access_token)).toBe(200)
    const third = await renewed(second.refresh_token)
    expect(await status(third.access_token)).toBe(200)
  })

  test('an answer that comes late does not put an older token in the place of a newer one', async () => {
    const sessions = memoryLoginSessions()
    let hold: Promise<void> | null = null
    const slow = {
      ...sessions,
      async change(...args: Parameters<typeof sessions.change>) {
        const waits = hold
        hold = null
        await waits
        return sessions.change(...args)
      },
    }
    const stores = { sessions: slow, families: memoryRefreshFamilies() }
    const { first, renewed, status } = await signedIn({ parts: { stores } })
    let release = () => {}
    hold = new Promise((resolve) => {
      release = resolve
    })
    const late = renewed(first.refresh_token)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const second = await renewed(first.refresh_token)
    const third = await renewed(second.refresh_token)
    release()
    expect(await late).toEqual(second)
    expect(await status(third.access_token)).toBe(200)
  })

  test('a hundred at once: one rotation, one answer', async () => {
    const { first, http, data, status } = await signedIn()
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        http.post('/auth/refresh', { json: { refresh_token: first.refresh_token } }),
      ),
    )
    const bodies = new Set(answers.map((one) => JSON.stringify(one.json())))
    expect(bodies.size).toBe(1)
    const [body = '{}'] = bodies
    expect(await status((JSON.parse(body) as Pair).access_token)).toBe(200)
    const [families] = await data.state.run('select count(*) as n from trefoil_refresh_families')
    const [used] = await data.state.run('select count(*) as n from trefoil_refresh_families_used')
    expect([families?.['n'], used?.['n']]).toEqual([1, 1])
  })
})

describe('SW-15, SES-5: a token that two have is taken from both', () => {
  test('inside the window, once its successor was used', async () => {
    const { first, renewed, refresh, status, events, notices, lines, id } = await signedIn()
    const second = await renewed(first.refresh_token)
    const third = await renewed(second.refresh_token)
    expect((await refresh({ refresh_token: first.refresh_token })).status).toBe(401)
    for (const pair of [first, second, third]) {
      expect(await status(pair.access_token)).toBe(401)
      expect((await refresh({ refresh_token: pair.refresh_token })).status).toBe(401)
    }
    // Once, however often it is tried.
    expect(events).toEqual([
      {
        name: 'session.refresh_reused',
        event: {
          subject: id,
          data: { session: first.access_token.slice(7, 39), family: expect.any(String) },
        },
      },
    ])
    expect(notices).toEqual([
      { kind: 'sessions_stolen', address: `${id}@example.com`, locale: null },
    ])
    const said = JSON.stringify(lines)
    expect(said).toContain('A refresh token was used twice')
    for (const pair of [first, second, third]) {
      expect(said).not.toContain(pair.refresh_token.slice(10))
      expect(JSON.stringify(events)).not.toContain(pair.refresh_token.slice(10))
    }
  })

  test('after the window, though its successor was not used', async () => {
    const { first, renewed, refresh, status, notices } = await signedIn({ parts: { grace: 0 } })
    const second = await renewed(first.refresh_token)
    expect((await refresh({ refresh_token: first.refresh_token })).status).toBe(401)
    expect(await status(second.access_token)).toBe(401)
    expect((await refresh({ refresh_token: second.refresh_token })).status).toBe(401)
    expect(notices.length).toBe(1)
  })

  test('other sessions of the same account go on', async () => {
    const { first, signIn, id, renewed, refresh, status } = await signedIn({ parts: { grace: 0 } })
    const other = await signIn(id)
    await renewed(first.refresh_token)
    await refresh({ refresh_token: first.refresh_token })
    expect(await status(other.access_token)).toBe(200)
    await renewed(other.refresh_token)
  })

  test('an old token of a session that was ended is no theft', async () => {
    const { first, renewed, refresh, sessions, id, notices, clock } = await signedIn()
    await renewed(first.refresh_token)
    await sessions.endAll({ id, tenant: null }, null)
    clock.pass(MINUTE)
    expect((await refresh({ refresh_token: first.refresh_token })).status).toBe(401)
    expect(notices).toEqual([])
  })

  test('that it cannot be told does not keep the session', async () => {
    const parts = {
      grace: 0,
      audit: {
        async append(): Promise<never> {
          throw new Error('audit is down')
        },
      },
    }
    const { first, renewed, refresh, status } = await signedIn({ parts })
    const second = await renewed(first.refresh_token)
    expect((await refresh({ refresh_token: first.refresh_token })).status).toBe(401)
    expect(await status(second.access_token)).toBe(401)
  })
})

describe('GHSA-pw9m-5jxm-xr6h (CVE-2026-53512): a token is good for the client that it was given to', () => {
  const clients = {
    web: { secret: 'a-secret-of-the-web-client', firstParty: true },
    phone: {},
    other: { secret: 'a-secret-of-another-client' },
  }
  const good = { client_id: 'web', client_secret: 'a-secret-of-the-web-client' }

  test.each([
    ['without naming one', {}, 'invalid_refresh_token'],
    ['without the secret', { client_id: 'web' }, 'client_credentials_required'],
    ['with a wrong secret', { ...good, client_secret: 'another' }, 'invalid_client_credentials'],
    ['by another client', { client_id: 'phone' }, 'invalid_refresh_token'],
    [
      'by another client with its own secret',
      { client_id: 'other', client_secret: 'a-secret-of-another-client' },
      'invalid_refresh_token',
    ],
    ['by one that there is not', { client_id: 'nobody' }, 'invalid_client_credentials'],
  ])('not %s, and it is not used up by that', async (_, more, code) => {
    const { first, refresh, renewed } = await signedIn({ options: { clients } }, { client: 'web' })
    const refused = await refresh({ refresh_token: first.refresh_token, ...more })
    expect([refused.status, refused.json()]).toEqual([401, expect.objectContaining({ code })])
    const second = await renewed(first.refresh_token, good)
    // The answer that was lost is its own, too.
    const again = await refresh({ refresh_token: first.refresh_token, ...more })
    expect(again.status).toBe(401)
    expect(await renewed(first.refresh_token, good)).toEqual(second)
  })

  test('nor a token of the app itself by a client', async () => {
    const { first, refresh } = await signedIn({ options: { clients } })
    expect((await refresh({ refresh_token: first.refresh_token, ...good })).status).toBe(401)
    expect((await refresh({ refresh_token: first.refresh_token })).status).toBe(200)
  })
})

test('S-LOGIN-6: onTokenRefresh is told, and what it throws keeps nobody', async () => {
  const told: string[] = []
  const options = {
    onTokenRefresh: ({ id }: { id: string }) => {
      told.push(id)
      throw new Error('down')
    },
  }
  const { first, renewed, id, lines } = await signedIn({ options })
  await renewed(first.refresh_token)
  await renewed(first.refresh_token)
  expect(told).toEqual([id])
  expect(JSON.stringify(lines)).toContain('onTokenRefresh')
})
