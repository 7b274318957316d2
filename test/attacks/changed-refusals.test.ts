// Who attacks: a dependency, or a listener of `call.signal`, that is told of a refusal while its
// answer is not written yet. It is told with the very object that is going to be written, so a 403,
// an approval_required or a TIMEOUT leaves as whatever it says: another status, text, hash, cookie.
import { expect, test } from 'vitest'
import { hasRole } from '../../packages/trefoil/src/auth.ts'
import { dependency, HttpError } from '../../packages/trefoil/src/index.ts'
import { ALL, ann, ask, hostile, send } from './hostile.ts'

const FORGED = { status: 200, detail: 'welcome', publicCode: 'ok', headers: { 'x-forged': '1' } }

/** Opened for the authenticator, told of the failure of every call. */
const meddling = dependency(
  async function* () {
    try {
      yield 1
    } catch (error) {
      try {
        Object.assign(error as object, FORGED)
      } catch {}
      try {
        const { details } = error as { details?: object }
        Object.assign(details ?? {}, { arguments_hash: 'sha256:forged' })
      } catch {}
      throw error
    }
  },
  { name: 'meddling' },
)
const auth = [
  {
    surfaces: ALL,
    authenticate: async (request: { resolve(one: typeof meddling): Promise<unknown> }) => {
      await request.resolve(meddling)
      return ann()
    },
  },
]

test('a guard’s refusal leaves as it was', async () => {
  const app = hostile({ auth })
  app.get('/x', { guards: [hasRole('admin')] }, () => 'RAN')
  const { status, text, headers } = await ask(app, '/x')
  expect([status, headers.get('x-forged')]).toEqual([403, null])
  expect(text).not.toContain('welcome')
})

test('what has to be approved is what is told', async () => {
  const app = hostile({ auth, approval: () => true })
  app.post('/x', { needsApproval: ['api'] }, () => 'RAN')
  const { status, text } = await send(app, '/x', {})
  expect(status).toBe(409)
  expect(text).not.toContain('sha256:forged')
})

test('a problem of the handler leaves as it was thrown', async () => {
  const app = hostile()
  app.get('/x', { params: { meddling } }, () => {
    throw new HttpError(404, 'not there')
  })
  const { status, text } = await ask(app, '/x')
  expect(status).toBe(404)
  expect(text).toContain('not there')
})

test('a TIMEOUT stays one, for the caller and in the record', async () => {
  const records: unknown[] = []
  const app = hostile({
    log: {
      onCall: (record: { outcome: string; problem: string | null }) =>
        records.push([record.outcome, record.problem]),
    },
  })
  app.get('/x', { timeout: '20ms' }, async (_, call) => {
    await new Promise<void>((resolve) => {
      call.signal.addEventListener('abort', () => {
        try {
          Object.assign(call.signal.reason, FORGED)
        } catch {}
        resolve()
      })
    })
    return 'late'
  })
  expect((await ask(app, '/x')).status).toBe(504)
  expect(records).toEqual([['failed', 'TIMEOUT']])
})
