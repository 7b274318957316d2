// A neighbouring host of the same site can set cookies for the whole of it, with a path that makes
// browsers send them before or after ours. Two sessions of one name are nobody's (COOK-5).
import { expect, test } from 'vitest'
import { z } from 'zod'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import { cookieSession } from '../../packages/trefoil/src/cookies.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'

const session = cookieSession<{ user: string }>({
  keys: 'k9sJ3hFq82LmZxPwVbTnR5yUoEiAdGcQ',
  env: {},
})

const app = createApp({
  env: {},
  log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  auth: [
    {
      surfaces: ['api'],
      authenticate: async (request) => {
        const user = (await request.resolve(session)).get('user')
        return user === undefined ? null : new AuthContext({ subject: user })
      },
    },
  ],
})
app.get('/login', { public: true, params: { name: z.string(), session } }, (args) =>
  args.session.set('user', args.name),
)
app.get('/logout', { public: true, params: { session } }, (args) => args.session.clear())
app.get('/me', (_, call) => call.auth?.subject)

const get = (path: string, cookie = '') =>
  app.fetch(new Request(`http://localhost${path}`, { headers: { cookie } }))

async function login(name: string): Promise<string> {
  const [header] = (await get(`/login?name=${name}`)).headers.getSetCookie()
  return header?.split(';')[0] ?? ''
}

test('a planted session counts neither before nor after the real one', async () => {
  const [ours, planted] = [await login('ada'), await login('mallory')]
  expect(await (await get('/me', ours)).text()).toBe('ada')
  for (const pair of [`${planted}; ${ours}`, `${ours}; ${planted}`, `${ours}; ${ours}`]) {
    expect((await get('/me', pair)).status).toBe(401)
  }
  const name = ours.split('=')[0]
  expect((await get('/me', `${ours}; ${name}=garbage`)).status).toBe(401)
})

test('logging out still deletes ours', async () => {
  const ours = await login('ada')
  const left = await get('/logout', `${ours}; ${ours}`)
  expect(left.headers.getSetCookie()[0]).toContain('Max-Age=0')
})
