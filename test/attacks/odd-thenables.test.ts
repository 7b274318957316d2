// Who attacks: nobody; a library whose promises are not quite promises. What is lost: a check that
// was not waited for.
import { createApp } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { expect, test } from 'vitest'
import { Lines } from '../findings/surfaces.ts'

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Calls back, and gives nothing: enough for `await`. */
function thenable<Value>(value: Value, ms = 20): PromiseLike<Value> {
  const made = {
    // biome-ignore lint/suspicious/noThenProperty: that is the attack
    then(fulfilled?: ((value: Value) => unknown) | null) {
      setTimeout(() => fulfilled?.(value), ms)
    },
  }
  // What no type lets pass, and JavaScript does.
  return made as unknown as PromiseLike<Value>
}

const post = (app: { fetch(request: Request): Promise<Response> }, path: string, body?: unknown) =>
  app.fetch(
    new Request(`http://localhost${path}`, {
      method: 'POST',
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }),
  )

// Was wrong: engine/stages/execute.ts:29
test('a handler that returns a bare thenable is waited for', async () => {
  const app = createApp({
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger: new Lines().logger },
  })
  app.post('/x', () => thenable('value'))
  const answer = await post(app, '/x')
  expect([answer.status, await answer.text()]).toEqual([200, 'value'])
})

// Was wrong: engine/stages/identify.ts:52: fails open
test('onAuthenticated that answers by a bare thenable is waited for', async () => {
  const app = createApp({
    log: { logger: new Lines().logger },
    publicSurfaces: ['mcp', 'cli'],
    auth: [
      {
        authenticate: (_request) => new AuthContext({ subject: 'somebody', roles: ['admin'] }),
        // Takes every role away.
        onAuthenticated: () => thenable(new AuthContext({ subject: 'somebody', roles: [] })),
        surfaces: ['api'],
      },
    ],
  })
  let seen: unknown = 'never run'
  app.post('/x', (_args, call) => {
    seen = call.auth === null ? null : [...call.auth.roles]
    return 'done'
  })
  await post(app, '/x')
  expect(seen).toEqual([])
})

// Was wrong: engine/stages/bind.ts:69: nothing is bound, and what is hashed for approval is not what runs
test('a validator that answers by a bare thenable is waited for', async () => {
  const text = {
    '~standard': {
      version: 1 as const,
      vendor: 'odd',
      validate: (value: unknown) => thenable({ value: value as string }),
      jsonSchema: { input: () => ({ type: 'string' }), output: () => ({ type: 'string' }) },
    },
  }
  const approved: unknown[] = []
  const app = createApp({
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger: new Lines().logger },
    approval: async ({ args }) => {
      approved.push({ ...args })
      await later(60)
      return true
    },
  })
  const ran: unknown[] = []
  app.post(
    '/pay',
    { params: { to: text }, needsApproval: ['api'], name: 'pay' },
    (args: object) => {
      ran.push({ ...args })
      return 'done'
    },
  )
  await app.fetch(
    new Request('http://localhost/pay', {
      method: 'POST',
      body: JSON.stringify({ to: 'mallory' }),
      headers: { 'content-type': 'application/json', 'approval-token': 'yes' },
    }),
  )
  expect({ approved, ran }).toEqual({ approved: [{ to: 'mallory' }], ran: [{ to: 'mallory' }] })
})
