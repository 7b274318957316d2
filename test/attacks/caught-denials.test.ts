// Attack: a handler asks a guard, and goes on without it. Whoever reads the record afterwards must not take the
// call for one that was refused, nor a refused one for one that no guard decided.
import { createApp, HttpError } from 'trefoil'
import { AuthContext, guard, hasRole } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const admin = hasRole('admin')

async function recorded(declare: (app: ReturnType<typeof makeApp>['app']) => void) {
  const { app, records } = makeApp()
  declare(app)
  await using client = testClient(app)
  const { status } = await client.http.post('/x', { headers: { authorization: 'Bearer mallory' } })
  return { status, rules: records.map(({ rule }) => rule) }
}

function makeApp() {
  const records: { readonly rule: string | null }[] = []
  const app = createApp({
    env: {},
    log: { logger: silent, onCall: (record) => records.push(record) },
    auth: [
      {
        authenticate: ({ bearer }) =>
          bearer === null ? null : new AuthContext({ subject: bearer }),
        surfaces: ['api'],
      },
    ],
  })
  return { app, records }
}

describe('AUTHZ-7: the rule of a record is the one that ended the call', () => {
  test('a denial that the handler catches is none', async () => {
    const caught = await recorded((app) =>
      app.post('/x', async (_, call) => {
        await Promise.allSettled([call.authorize(admin), call.authorize(hasRole('b'))])
        return 'done'
      }),
    )
    expect(caught).toEqual({ status: 200, rules: [null] })
  })

  test('nor one of a guard that catches it', async () => {
    const caught = await recorded((app) => {
      const check = async (_: AuthContext, call: { authorize(guard: object): Promise<void> }) =>
        (await call.authorize(admin).catch(() => null)) !== undefined
      app.post('/x', { guards: [guard({ name: 'Either', check })] }, () => 'done')
    })
    expect(caught).toEqual({ status: 200, rules: [null] })
  })

  test('one that is caught is not the reason of another error', async () => {
    const caught = await recorded((app) =>
      app.post('/x', async (_, call) => {
        await call.authorize(admin).catch(() => {
          throw new HttpError(409, 'No')
        })
      }),
    )
    expect(caught).toEqual({ status: 409, rules: [null] })
  })

  test('one that ends the call has its rule there, and so has one that is answered for', async () => {
    const refused = await recorded((app) =>
      app.post('/x', async (_, call) => {
        await call.authorize(hasRole('b')).catch(() => null)
        await call.authorize(admin)
      }),
    )
    expect(refused).toEqual({ status: 403, rules: ['HasRole'] })
    const answered = await recorded((app) => {
      app.onError(Error, () => new HttpError(404, 'Nothing'))
      app.post('/x', (_, call) => call.authorize(admin))
    })
    expect(answered).toEqual({ status: 404, rules: ['HasRole'] })
  })
})
