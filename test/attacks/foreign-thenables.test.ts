// Who attacks: hooks, guards, schemas and handlers that answer with a thenable of their own. The
// engine chains on what the foreign `then` returns, which need be no promise at all, and a stage
// that got `undefined` from it goes on. What is won: every gate of the house opens.
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AuthContext, guard } from '../../packages/trefoil/src/auth.ts'
import { argumentsHash, reply } from '../../packages/trefoil/src/index.ts'
import { ann, ask, hostile, known, schema, send, THEN, untyped } from './hostile.ts'

type Ok = (value: unknown) => void
const APPROVAL = { 'approval-token': 't' }

describe('a thenable in the place of a promise', () => {
  // Was wrong: policy/approval.ts:27, engine/stages/approval.ts:34 (judge lets pass what is no 'refuse')
  test('an approval hook that says false does not approve', async () => {
    const approval = () => ({
      [THEN]: (ok: Ok) => {
        ok(false)
        return {}
      },
    })
    const app = hostile({ approval })
    app.post('/x', { needsApproval: ['api'] }, () => 'RAN')
    expect((await send(app, '/x', {}, APPROVAL)).status).toBe(403)
  })

  // Was wrong: engine/decide-guard.ts:38
  test('a guard that says false does not pass', async () => {
    const app = known()
    const check = untyped(() => ({ [THEN]: () => ({ [THEN]: (ok: Ok) => void ok(false) }) }))
    app.get('/x', { guards: [guard({ name: 'G', check })] }, () => 'RAN')
    expect((await ask(app, '/x')).text).not.toBe('RAN')
  })

  // Was wrong: engine/decide-guard.ts:38
  test('a promise of a guard whose class makes its children does not pass either', async () => {
    class Child {
      constructor(run: (ok: Ok, no: Ok) => void) {
        run(
          () => {},
          () => {},
        )
      }
      [THEN]() {}
    }
    class Foreign extends Promise<boolean> {
      static override get [Symbol.species](): PromiseConstructor {
        return untyped(Child)
      }
    }
    const app = known()
    const check = () => new Foreign((resolve) => resolve(false))
    app.get('/x', { guards: [guard({ name: 'G', check })] }, () => 'RAN')
    expect((await ask(app, '/x')).text).not.toBe('RAN')
  })

  test('nor one whose `then` is another when it is read again', async () => {
    const app = known()
    const check = untyped(() => {
      let reads = 0
      return Object.defineProperty(Promise.resolve(false), 'then', {
        get: () => (reads++ === 0 ? Promise.prototype.then : () => ({ [THEN]: () => undefined })),
      })
    })
    app.get('/x', { guards: [guard({ name: 'G', check })] }, () => 'RAN')
    expect((await ask(app, '/x')).text).not.toBe('RAN')
  })

  // Was wrong: engine/stages/identify.ts:56
  test('an authenticator that never answers lets nobody in', async () => {
    const app = known(() => ({ [THEN]: () => ({ [THEN]() {} }) }))
    app.get('/x', (_, call) => `RAN as ${call.auth}`)
    expect((await ask(app, '/x')).text).not.toBe('RAN as null')
  })

  // Was wrong: engine/stages/identify.ts:56: it answers as often as it likes, long after the guards
  test('an authenticator answers once', async () => {
    let again = () => {}
    const authenticate = (_request: unknown) => ({
      [THEN]: (ok: Ok) => {
        again = () => ok(new AuthContext({ subject: 'root', roles: ['admin'] }))
        ok(ann())
        return Promise.resolve()
      },
    })
    const app = known(authenticate)
    app.get('/x', (_, call) => {
      again()
      return String(call.auth?.subject)
    })
    expect((await ask(app, '/x')).text).toBe('ann')
  })

  // Was wrong: engine/stages/identify.ts:52: a hand-written thenable, whose then() returns nothing
  test('onAuthenticated that rejects lets nobody in', async () => {
    const onAuthenticated = () => ({ [THEN]: (_: Ok, no: Ok) => void no(new Error('dropped')) })
    const app = known(ann, { onAuthenticated })
    app.get('/x', (_, call) => `RAN as ${call.auth}`)
    expect((await ask(app, '/x')).status).toBe(503)
  })

  // Was wrong: engine/stages/identify.ts:52
  test('onAuthenticated that answers later is waited for', async () => {
    const onAuthenticated = () => ({ [THEN]: (ok: Ok) => void setImmediate(() => ok(null)) })
    const app = known(ann, { onAuthenticated })
    app.get('/x', (_, call) => String(call.auth?.subject))
    expect((await ask(app, '/x')).text).toBe('ann')
  })

  // Was wrong: engine/stages/bind.ts:69
  test('a schema that refuses, refuses', async () => {
    const app = hostile()
    const a = schema(() => ({ [THEN]: (ok: Ok) => void ok({ issues: [{ message: 'bad' }] }) }))
    app.post('/x', { params: { a } }, () => 'RAN')
    expect((await send(app, '/x', { a: 1 })).status).toBe(400)
  })

  // Was wrong: engine/stages/bind.ts:69: approved is {}, run is { a: 1 }
  test('what a schema answers later is what is approved', async () => {
    let approved = ''
    const approval = async (request: { argumentsHash: string }) => {
      approved = request.argumentsHash
      await new Promise((resolve) => setTimeout(resolve, 30))
      return true
    }
    const app = hostile({ approval })
    const a = schema((value) => ({ [THEN]: (ok: Ok) => void setImmediate(() => ok({ value })) }))
    let ran: object = {}
    app.post('/x', { needsApproval: ['api'], params: { a } }, (args: object) => {
      ran = args
      return 'RAN'
    })
    await send(app, '/x', { a: 1 }, APPROVAL)
    expect(approved).toBe(argumentsHash('POST /x', ran))
  })

  // Was wrong: engine/stages/execute.ts:29: 204 while the handler is still at work
  test('a handler that answers later is waited for', async () => {
    const app = hostile()
    app.get('/x', () => ({ [THEN]: (ok: Ok) => void setImmediate(() => ok('value')) }))
    expect(await ask(app, '/x')).toMatchObject({ status: 200, text: 'value' })
  })

  // Was wrong: engine/answer/make-answer.ts:49, validate-output.ts:40
  test.each([false, true])(
    'a value that passed `returns` is not asked for another (async %s)',
    async (late) => {
      const promised = z.looseObject({ a: z.string() })
      const app = hostile()
      const value = { a: 'x', [THEN]: (ok: Ok) => ok({ leaked: 1 }) }
      const returns = late ? promised.refine(async () => true) : promised
      app.get('/x', { returns }, () => reply(untyped(value)))
      const { status, text } = await ask(app, '/x')
      expect(typeof status).toBe('number')
      expect(text).not.toContain('leaked')
    },
  )
})
