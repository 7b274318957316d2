import { describe, expect, test } from 'vitest'
import { FLOW_GRAPH } from '../../packages/trefoil/src/features/accounts/flow-graph.ts'
import { SESSION_STEPS } from '../../packages/trefoil/src/features/accounts/flows/session-steps.ts'
import { bearer, openSessions } from './open-sessions.ts'
import { START } from './sessions-app.ts'

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0'

async function signedIn() {
  const opened = await openSessions()
  const id = await opened.addAccount()
  const mine = await opened.signIn(id, {}, { 'user-agent': FIREFOX })
  const other = await opened.signIn(id, {}, { 'user-agent': 'curl/8.1' })
  const stranger = await opened.signIn(await opened.addAccount())
  const idOf = ({ access_token }: { access_token: string }) => access_token.slice(7, 39)
  const { http } = opened
  return {
    ...opened,
    id,
    mine,
    other,
    stranger,
    idOf,
    send: (method: 'delete' | 'post', path: string, pair = mine) =>
      http[method](`/auth/sessions${path}`, bearer(pair.access_token)),
    all: () => Promise.all([mine, other, stranger].map((pair) => opened.status(pair.access_token))),
  }
}

test('all steps are rows of the graph', () => {
  for (const step of SESSION_STEPS) expect(FLOW_GRAPH).toContain(step)
})

test('S-SES-6, SES-9: my sessions, where they are and which is this one; no secrets, no whole address', async () => {
  const { http, mine, other, idOf, clock } = await signedIn()
  clock.pass(5000)
  const answer = await http.get('/auth/sessions', bearer(mine.access_token))
  expect(answer.status).toBe(200)
  const at = new Date(START).toISOString()
  const { sessions } = answer.json() as unknown as { sessions: { id: string }[] }
  expect(sessions.find(({ id }) => id === idOf(mine))).toEqual({
    id: idOf(mine),
    current: true,
    device: 'Firefox on Windows',
    address: expect.toSatisfy((text) => text === null || /\/(24|48)$/.test(text)),
    methods: ['pwd'],
    created_at: at,
    last_seen_at: new Date(START + 5000).toISOString(),
  })
  expect(sessions.find(({ id }) => id === idOf(other))).toMatchObject({
    current: false,
    device: 'curl',
    last_seen_at: at,
  })
  expect(sessions.length).toBe(2)
})

describe('ends one of mine', () => {
  test('S-SES-6, SES-9: by DELETE, once', async () => {
    const { send, other, idOf, all } = await signedIn()
    expect((await send('delete', `/${idOf(other)}`)).status).toBe(204)
    expect(await all()).toEqual([200, 401, 200])
    const again = await send('delete', `/${idOf(other)}`)
    expect([again.status, again.json()]).toEqual([
      404,
      expect.objectContaining({ code: 'session_not_found' }),
    ])
  })

  test('S-SES-6: by revoke, as often as is asked', async () => {
    const { send, other, idOf, all } = await signedIn()
    for (let round = 0; round < 3; round++) {
      expect((await send('post', `/${idOf(other)}/revoke`)).status).toBe(204)
    }
    expect(await all()).toEqual([200, 401, 200])
  })
})

test("SW-29: another's session is one that there is not, to the byte", async () => {
  const { send, stranger, idOf, all } = await signedIn()
  const unknown = 'A'.repeat(32)
  for (const [method, end] of [
    ['delete', ''],
    ['post', '/revoke'],
  ] as const) {
    const shown = []
    for (const id of [idOf(stranger), unknown]) {
      const answer = await send(method, `/${id}${end}`)
      expect(answer.status).toBe(404)
      const { request_id, instance, ...rest } = answer.json() as Record<string, unknown>
      shown.push(JSON.stringify(rest))
    }
    expect(shown[0]).toBe(shown[1])
  }
  expect(await all()).toEqual([200, 200, 200])
})

test('a session that a change of the account has ended is in no list', async () => {
  const { addAccount, signIn, change, sessions, clock } = await openSessions()
  const id = await addAccount()
  await signIn(id)
  const owner = { id, tenant: null }
  expect((await sessions.list(owner, null)).length).toBe(1)
  await change(id, { roles: ['x'] })
  expect(await sessions.list(owner, null)).toEqual([])
  clock.pass(1)
  await signIn(id)
  expect((await sessions.list(owner, null)).length).toBe(1)
})

test.each(['x', '..%2f..', 'not-a-uuid', "' or 1=1 --", '%00', 'a'.repeat(64)])(
  'SW-38: an id that is none is not found, and never a failure: %j',
  async (id) => {
    const { send } = await signedIn()
    const status = (await send('delete', `/${encodeURIComponent(id)}`)).status
    expect(status).toBe(404)
  },
)

test('S-SES-6: all others, then all', async () => {
  const { send, all, signIn, id, status } = await signedIn()
  const third = await signIn(id)
  expect((await send('delete', '/others')).status).toBe(204)
  expect(await all()).toEqual([200, 401, 200])
  expect(await status(third.access_token)).toBe(401)
  expect((await send('delete', '')).status).toBe(204)
  expect(await all()).toEqual([401, 401, 200])
})

test('a subject of another tenant is a stranger, whoever vouches for it', async () => {
  const opened = await openSessions()
  const id = await opened.addAccount({ tenant: 'acme' })
  const pair = await opened.signIn(id)
  const { testClient } = await import('../../packages/trefoil/src/testing.ts')
  for (const tenant of [null, 'other']) {
    const there = testClient(opened.app, { as: { subject: id, tenant } })
    expect((await there.http.get('/auth/sessions')).status).toBe(401)
    expect((await there.http.delete('/auth/sessions')).status).toBe(401)
  }
  expect(await opened.status(pair.access_token)).toBe(200)
})

test.each(['deny', 'approve'] as const)(
  "whoever holds a session can give it back, where agentWrites is '%s' too; agents cannot for them",
  async (agentWrites) => {
    const opened = await openSessions({
      options: { clients: { other: {} }, tools: true },
      app: { agentWrites, approval: () => ({ approved: false }) },
    })
    const { addAccount, signIn, http, app, status, refresh } = opened
    const nobody = await addAccount({ kind: 'anonymous' })
    const person = await addAccount()
    for (const [id, more] of [
      [nobody, {}],
      [person, { client: 'other' }],
    ] as const) {
      const [one, other] = [await signIn(id, more), await signIn(id, more)]
      // Of unknown kind: in the app it changes nothing.
      expect((await http.post('/change', bearer(one.access_token))).status).not.toBe(200)
      const path = `/auth/sessions/${other.access_token.slice(7, 39)}/revoke`
      expect((await http.post(path, bearer(one.access_token))).status).toBe(204)
      expect(await status(other.access_token)).toBe(401)
      if (id === nobody) {
        expect((await refresh({ refresh_token: one.refresh_token })).status).toBe(200)
      }
      expect((await http.post('/auth/logout', bearer(one.access_token))).status).toBe(204)
      expect(await status(one.access_token)).toBe(401)
    }
    const { testClient } = await import('../../packages/trefoil/src/testing.ts')
    const pair = await signIn(person)
    const session = pair.access_token.slice(7, 39)
    for (const as of [
      { subject: person, kind: 'agent' },
      { subject: person, kind: 'service' },
      { subject: person, kind: 'person', actor: [{ subject: 'agent-1' }] },
    ]) {
      const agent = testClient(app, {
        as: { ...as, session: { id: session, createdAt: 0 } },
      } as never)
      for (const path of ['/auth/logout', `/auth/sessions/${session}/revoke`]) {
        expect((await agent.http.post(path)).status).toBe(401)
      }
    }
    expect(await status(pair.access_token)).toBe(200)
  },
)

test('SES-9: from the command line, and as tools where the app says so', async () => {
  const { addAccount, signIn, client, status } = await openSessions({ options: { tools: true } })
  const id = await addAccount()
  const [one, other] = [await signIn(id), await signIn(id)]
  const { mcp, cli } = client
  const mine = { headers: { authorization: `Bearer ${one.access_token}` } }
  const listed = await mcp.callTool('list_sessions', {}, mine)
  expect(JSON.stringify(listed)).toContain(other.access_token.slice(7, 39))
  const third = await signIn(id)
  const ended = await mcp.callTool(
    'end_session',
    { session_id: third.access_token.slice(7, 39) },
    mine,
  )
  expect(JSON.stringify(ended)).not.toContain('session_not_found')
  expect(await status(third.access_token)).toBe(401)
  const shown = await cli.call('list_sessions', {}, mine)
  expect(JSON.stringify(shown)).toContain(other.access_token.slice(7, 39))
  await cli.call('end_session', { session_id: other.access_token.slice(7, 39) }, mine)
  expect(await status(other.access_token)).toBe(401)
  // Refreshing and logging out are nothing for agents; without `tools` none of it is.
  const names = JSON.stringify(await mcp.listTools(mine))
  for (const name of ['refresh', 'logout']) expect(names).not.toContain(`"${name}"`)
  const without = await openSessions()
  const pair = await without.signIn(await without.addAccount())
  const tools = await without.client.mcp.listTools({
    headers: { authorization: `Bearer ${pair.access_token}` },
  })
  expect(JSON.stringify(tools)).not.toContain('session')
})
