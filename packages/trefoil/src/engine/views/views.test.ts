import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Authenticate } from '../../contract/auth/authenticator.ts'
import type { Middleware } from '../../contract/call/action.ts'
import type { AuthRequest, Call } from '../../contract/call/call.ts'
import { type Dependency, dependency, type ProviderCall } from '../../contract/call/dependency.ts'
import { authEntry, type CallOptions, field, knownAs, startCall } from '../call.fixture.ts'
import type { CallState } from '../call-state.ts'
import { cookiesOf } from './provider-view.ts'

const TOKEN = 'tok-3f9a'
const COOKIE = 'sid-77c1'
const KEY = 'key-90be'

interface Views {
  readonly state: CallState
  readonly handler: Call
  readonly provider: ProviderCall
  readonly authenticator: AuthRequest
}

/** Runs a call and keeps every view of it that foreign code was given. */
async function views(options: CallOptions = {}): Promise<Views> {
  const seen: { handler?: Call; provider?: ProviderCall; authenticator?: AuthRequest } = {}
  const db = dependency(
    (_uses, call) => {
      seen.provider = call
      return 'db'
    },
    { name: 'db' },
  )
  const authenticate: Authenticate = async (request) => {
    seen.authenticator = request
    return knownAs({ subject: 'ada', roles: ['reader'], claims: { n: [1] } }).authenticate(request)
  }
  const started = startCall({
    headers: [
      ...['Authorization', `Bearer ${TOKEN}`],
      ...['Cookie', `s=${COOKIE}`],
      ...['X-Api-Key', KEY],
      ...['X-Tag', 'visible'],
    ],
    approvalToken: 'approval-5d2',
    args: { amount: 1 },
    app: { auth: { api: authEntry({ authenticate }) } },
    ...options,
    action: {
      params: [field('amount', z.int())],
      dependencies: [['db', db]],
      metadata: { team: ['core'] },
      tags: ['money'],
      handler: (_args: unknown, call: Call) => {
        seen.handler = call
        return 'done'
      },
      ...options.action,
    },
  })
  const outcome = await started.outcome
  const { handler, provider, authenticator } = seen
  if (handler === undefined || provider === undefined || authenticator === undefined) {
    throw new Error(`not all views were made: ${JSON.stringify(outcome)}`)
  }
  return { state: started.call, handler, provider, authenticator }
}

const KINDS = ['handler', 'provider', 'authenticator'] as const

const MEMBERS = ['args', 'auth', 'action', 'app', 'request', 'client', 'log', 'source', 'resolve']

describe.each(KINDS)('the view of the %s', (kind) => {
  test.each(MEMBERS)('FND-8: %s can be neither assigned nor defined', async (name) => {
    const view: object = (await views())[kind]
    const before: unknown = Reflect.get(view, name)
    expect(() => Object.assign(view, { [name]: 'forged' })).toThrow(TypeError)
    expect(() => Object.defineProperty(view, name, { value: 'forged' })).toThrow(TypeError)
    expect(() => Object.defineProperty(view, name, { get: () => 'forged' })).toThrow(TypeError)
    expect(Reflect.deleteProperty(view, name)).toBe(true)
    const after: unknown = Reflect.get(view, name)
    if (name === 'args') expect(after).toEqual(before)
    expect(after).not.toBe('forged')
  })

  test('FND-8: nothing can be added to it, and it inherits from nothing else', async () => {
    const view: object = (await views())[kind]
    expect(Object.isExtensible(view)).toBe(false)
    expect(() => Object.assign(view, { isAdmin: true })).toThrow(TypeError)
    expect(() => Object.setPrototypeOf(view, { auth: null })).toThrow(TypeError)
  })

  test('FND-57: nothing on its prototypes can be replaced, up to that of all objects', async () => {
    const view: object = (await views())[kind]
    let prototype: object | null = Object.getPrototypeOf(view)
    let links = 0
    for (; prototype !== null && prototype !== Object.prototype; links++) {
      expect(Object.isFrozen(prototype)).toBe(true)
      expect(Object.isFrozen(prototype.constructor)).toBe(true)
      prototype = Object.getPrototypeOf(prototype)
    }
    expect(links).toBe(2)
  })

  test('FND-9: it has no property of its own, and a spread copies nothing', async () => {
    const view: object = (await views())[kind]
    expect(Reflect.ownKeys(view)).toEqual([])
    expect({ ...view }).toEqual({})
    const enumerated: string[] = []
    for (const name in view) enumerated.push(name)
    expect(enumerated).toEqual([])
  })

  test('PW-02: printed, it says which call it is and nothing else', async () => {
    const view = (await views())[kind]
    const shown = {
      source: 'api',
      entrypoint: 'server',
      requestId: 'r1',
      action: 'test.action',
      subject: 'ada',
    }
    expect(JSON.parse(JSON.stringify(view))).toEqual(shown)
    expect(inspect(view, { depth: null, showHidden: true })).toBe(inspect(shown))
  })
})

/** Everything that can be reached from a value: members, prototypes, what methods of none read. */
function reachable(root: unknown): Set<unknown> {
  const found = new Set<unknown>()
  const queue: unknown[] = [root]
  while (queue.length > 0) {
    const value = queue.pop()
    if (found.has(value)) continue
    found.add(value)
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue
    for (let link: object | null = value; link !== null; link = Object.getPrototypeOf(link)) {
      for (const key of Reflect.ownKeys(link)) {
        try {
          queue.push(Reflect.get(link, key, value))
        } catch {
          // A getter of a prototype, asked of the prototype.
        }
      }
    }
    if (value instanceof Map || Array.isArray(value)) queue.push(...value.values())
    // Headers are read by name.
    const read: unknown = Reflect.get(value, 'get')
    if (typeof read === 'function' && 'has' in value && !(value instanceof Map)) {
      for (const name of ['authorization', 'Cookie', 'X-API-KEY', 'proxy-authorization', 'x-tag']) {
        try {
          queue.push(read.call(value, name))
        } catch {
          // No reader of headers.
        }
      }
    }
  }
  return found
}

describe('what can be reached', () => {
  test.each(['handler', 'provider'] as const)(
    'FND-9: from the view of the %s leads no path to a credential or to the engine',
    async (kind) => {
      const { [kind]: view, state } = await views()
      const found = reachable(view)
      // The walk reaches what is there to be read.
      expect(found).toContain('visible')
      expect(found).toContain('127.0.0.1')
      const texts = [...found].filter((value) => typeof value === 'string')
      for (const secret of [TOKEN, COOKIE, KEY, 'approval-5d2']) {
        expect(texts.filter((text) => text.includes(secret))).toEqual([])
      }
      const { site, inbound } = state
      for (const inner of [state, site, site.action, site.app, inbound, site.app.logger]) {
        expect(found.has(inner)).toBe(false)
      }
    },
  )

  test('FND-9: the authenticator, whose purpose it is, reaches them', async () => {
    const { authenticator } = await views()
    expect(authenticator.bearer).toBe(TOKEN)
    const texts = [...reachable(authenticator)].filter((value) => typeof value === 'string')
    for (const secret of [TOKEN, COOKIE, KEY]) {
      expect(texts.some((text) => text.includes(secret))).toBe(true)
    }
  })

  test('FND-58: app, action, request, headers, client and log are views too', async () => {
    const { handler } = await views()
    const { action, request, log, auth } = handler
    for (const view of [action, log]) expect(Object.keys(view)).toEqual([])
    const evil = { value: () => 'forged' }
    for (const view of [
      action,
      action.tags,
      action.metadata,
      request,
      request.headers,
      log,
      auth,
    ]) {
      expect(() => Object.defineProperty(view, 'forged', evil)).toThrow(TypeError)
    }
    for (const view of [request, request.headers, log, auth]) {
      expect(() => Object.defineProperty(Object.getPrototypeOf(view), 'get', evil)).toThrow(
        TypeError,
      )
    }
    expect(() => Object.assign(request, { path: '/admin' })).toThrow(TypeError)
    expect(() => Object.assign(log, { error() {} })).toThrow(TypeError)
    expect(request.path).toBe('/test')
  })

  test('FND-56: the facts of an action are no part of the compiled one', async () => {
    const { handler, state } = await views()
    expect(handler.action).not.toBe(state.site.action)
    expect(handler.action.tags).not.toBe(state.site.action.tags)
    expect(Object.isFrozen(handler.action.metadata['team'])).toBe(true)
  })

  test('FND-8: one call has one view, and its arguments are those that were hashed', async () => {
    const calls: Call[] = []
    const middleware: Middleware = (call, next) => {
      calls.push(call)
      return next()
    }
    const { handler, state } = await views({ action: { middleware: [middleware, middleware] } })
    expect(calls).toEqual([handler, handler])
    expect(calls[0]).toBe(handler)
    expect(handler.args).toBe(state.args)
    expect(Object.isFrozen(handler.args)).toBe(true)
  })
})

describe('cookies for what the framework itself keeps in them', () => {
  const session: Dependency<unknown> = dependency((_uses, call) => cookiesOf(call), { name: 's' })
  const options: CallOptions = {
    headers: ['Cookie', `s=${COOKIE}`],
    action: {
      dependencies: [['session', session]],
      handler: (args: { session: ReturnType<typeof cookiesOf> }) =>
        args.session === null ? null : (args.session.read('s') ?? 'none'),
    },
  }

  test('COOK-5: a provider has those of an HTTP call, and none on other surfaces', async () => {
    expect(await startCall(options).outcome).toMatchObject({ answer: { body: COOKIE } })
    expect(await startCall({ ...options, surface: 'mcp' }).outcome).toMatchObject({
      answer: { kind: 'none' },
    })
  })

  test('PW-02: what only looks like the view of a provider has none', async () => {
    const { handler, authenticator, provider } = await views()
    // What a plugin may hand over.
    expect(cookiesOf(handler as unknown as ProviderCall)).toBeNull()
    expect(cookiesOf(authenticator as unknown as ProviderCall)).toBeNull()
    expect(() => cookiesOf(Object.create(provider))).toThrow(TypeError)
  })
})
