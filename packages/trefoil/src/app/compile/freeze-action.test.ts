import { expect, test } from 'vitest'
import { z } from 'zod'
import type { GuardDecision } from '../../contract/auth/guard-decision.ts'
import { type Action, emptyAction } from '../../contract/call/action.ts'
import type { Guard } from '../../contract/call/call.ts'
import { dependency } from '../../contract/call/dependency.ts'
import type { Schema } from '../../contract/params/schema.ts'
import { createApp } from '../../index.ts'
import { freezeAction } from './freeze-action.ts'

const db = dependency(() => 'db', { name: 'db' })

/** A schema that is a plain object, as those of several libraries are. */
const plainSchema: Schema = {
  '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }) },
}

function action(): Action {
  return {
    ...emptyAction('orders.pay'),
    guards: [new Owner()],
    params: [
      {
        name: 'amount',
        source: 'field',
        wire: 'amount',
        schema: plainSchema,
        jsonSchema: { type: 'integer', enum: [1, 2] },
        text: ['integer'],
        list: false,
        required: true,
        description: null,
      },
    ],
    dependencies: [['db', db]],
    middleware: [(_call, next) => next()],
    errorHandlers: [[{ type: Error, handle: () => 'sorry' }]],
    tags: ['money'],
    metadata: { team: { name: 'core' } },
    headers: { 'x-a': 'b' },
    returns: plainSchema,
  }
}

class Owner implements Guard {
  name = 'Owner'
  needsInput = true
  scopes = ['pay']
  allowed = false
  decide(): GuardDecision {
    return this.allowed ? { allow: true } : { deny: true, text: `denied by ${this.name}` }
  }
}

test('FND-56: nothing that a compiled action is checked by can be changed', () => {
  const frozen = freezeAction(action())
  const { params, guards, errorHandlers, dependencies } = frozen
  const [param] = params
  const parts: [string, unknown][] = [
    ['the action', frozen],
    ['exposed', frozen.exposed],
    ['public', frozen.public],
    ['approval', frozen.approval],
    ['params', params],
    ['a param', param],
    ['the JSON Schema of a param', param?.jsonSchema],
    ['a list in it', param?.jsonSchema['enum']],
    ['text kinds', param?.text],
    ['guards', guards],
    ['a guard', guards[0]],
    ['its scopes', guards[0]?.scopes],
    ['dependencies', dependencies],
    ['a dependency and its name', dependencies[0]],
    ['middleware', frozen.middleware],
    ['levels of error handlers', errorHandlers],
    ['a level', errorHandlers[0]],
    ['an error handler', errorHandlers[0]?.[0]],
    ['tags', frozen.tags],
    ['metadata', frozen.metadata],
    ['what is in it', frozen.metadata['team']],
    ['headers', frozen.headers],
    ['hints', frozen.hints],
  ]
  for (const [what, part] of parts) expect([what, Object.isFrozen(part)]).toEqual([what, true])
})

test('FND-56: a guard or handler that its maker changes later changes no action', () => {
  const guard = new Owner()
  const handler = { type: Error, handle: () => 'sorry' }
  const made = freezeAction({ ...action(), guards: [guard], errorHandlers: [[handler]] })
  guard.scopes.push('admin')
  guard.needsInput = false
  Object.assign(guard, { decide: () => ({ allow: true }) })
  handler.handle = () => 'forged'
  const [frozen] = made.guards
  expect(frozen).toMatchObject({ name: 'Owner', needsInput: true, scopes: ['pay'] })
  const ask = frozen?.decide as () => GuardDecision
  expect(ask()).toHaveProperty('deny', true)
  const handle = made.errorHandlers[0]?.[0]?.handle as () => string
  expect(handle()).toBe('sorry')
})

test('a guard that is an instance keeps its own this, and its own state', () => {
  const guard = new Owner()
  const [frozen] = freezeAction({ ...action(), guards: [guard] }).guards
  const { decide } = frozen as unknown as Owner
  expect(decide.call(undefined as never)).toEqual({ deny: true, text: 'denied by Owner' })
  guard.allowed = true
  expect(decide.call(undefined as never)).toEqual({ allow: true })
})

test('schemas and dependencies are other people’s objects, and stay what they are', () => {
  const made = freezeAction(action())
  expect(made.params[0]?.schema).toBe(plainSchema)
  expect(made.returns).toBe(plainSchema)
  expect(Object.isFrozen(plainSchema)).toBe(false)
  expect(made.dependencies[0]?.[1]).toBe(db)
})

test('an input schema that is made on first use is not made by freezing', () => {
  let made = 0
  const lazy = {
    ...action(),
    get inputSchema() {
      made++
      return { type: 'object' }
    },
  }
  const descriptors = Object.getOwnPropertyDescriptors(lazy)
  made = 0
  const frozen = freezeAction(Object.defineProperties({} as Action, descriptors))
  expect(made).toBe(0)
  expect(frozen.inputSchema).toEqual({ type: 'object' })
})

test('FND-56: what a middleware is shown cannot turn validation off for the next call', async () => {
  const app = createApp({
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  })
  app.use((call, next) => {
    const shown: object = call.action
    for (const name of ['params', 'guards', 'approval', 'public', 'returns', 'errorHandlers']) {
      expect(Reflect.get(shown, name)).toBeUndefined()
      expect(Reflect.set(shown, name, [])).toBe(false)
    }
    return next()
  })
  app.post('/pay', { params: { amount: z.int() } }, ({ amount }) => amount)
  const pay = (amount: unknown) =>
    app.fetch(
      new Request('http://localhost/pay', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ amount }),
      }),
    )
  expect((await pay(1)).status).toBe(200)
  expect((await pay('all of it')).status).toBe(400)
})
