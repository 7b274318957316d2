// One app in which every hook of the developer's shows a test what it was handed.

import { createApp, dependency, handle, type Logger } from 'trefoil'
import { AuthContext, type AuthRequest, deny, guard, inputGuard } from 'trefoil/auth'
import { z } from 'zod'
import { ALL, type CallOptions, ENV, on, type Surface } from './surfaces.ts'

/** Places where foreign code is handed something. */
export const PLACES = [
  'authenticator',
  'onAuthenticated',
  'guard',
  'guard with input',
  'approval',
  'provider',
  'middleware',
  'handler',
  'error handler',
] as const
export type Place = (typeof PLACES)[number]

/** Those that are handed a call. */
export const CALL_PLACES = [
  'guard',
  'guard with input',
  'middleware',
  'handler',
  'error handler',
] as const satisfies readonly Place[]

export const TOKEN = 'tok-3f9a-bearer-of-ann'
export const COOKIE = 'sid-77c1-session-of-ann'
/** Credentials of the caller whom the hooks meet. */
export const ANN: CallOptions = {
  token: TOKEN,
  approval: 'granted',
  headers: { cookie: `session=${COOKIE}`, 'user-agent': 'findings/1' },
}

export type Probe = (place: Place, view: object) => unknown

/** What the developer owns: allowed to be found, and to be changed. */
export interface Owned {
  readonly state: { readonly mine: string }
  readonly callState: { readonly mine: string }
  readonly payload: { readonly mine: string }
  readonly db: { readonly mine: string }
  readonly logger: Logger
}

export function hooked(probe: Probe, logger: Logger, more: object = {}) {
  const mine = (): { mine: string } => ({ mine: 'the developer' })
  const owned: Owned = { state: mine(), callState: mine(), payload: mine(), db: mine(), logger }
  const ran: unknown[] = []
  const identity = {
    subject: 'ann',
    roles: ['user'],
    scopes: ['orders:read'],
    claims: { nested: { list: [1] } },
    actor: [{ subject: 'agent_1', claims: { nested: { list: [1] } } }],
    session: { id: 'ses_1', createdAt: 1, methods: ['pwd'] },
    metadata: { plan: { name: 'free' } },
    payload: owned.payload,
  }
  const options = {
    name: 'hooked',
    env: ENV,
    log: { logger },
    state: owned.state,
    callState: () => owned.callState,
    auth: [
      {
        authenticate: async (request: AuthRequest) => {
          await probe('authenticator', request)
          return request.bearer === TOKEN ? new AuthContext(identity) : null
        },
        onAuthenticated: async (_: AuthContext, request: AuthRequest) => {
          await probe('onAuthenticated', request)
          return undefined
        },
        surfaces: ALL,
      },
    ],
    approval: async (request: object) => {
      await probe('approval', request)
      return true
    },
    ...more,
  }
  const app = createApp(options)
  const watching = (place: 'guard' | 'guard with input', needsInput: boolean) =>
    (needsInput ? inputGuard : guard)({
      name: needsInput ? 'Late' : 'Early',
      check: async (_, call) => {
        await probe(place, call)
        return true
      },
    })
  const db = dependency(
    async (_, call) => {
      await probe('provider', call)
      return owned.db
    },
    { name: 'db' },
  )
  const shared = {
    tags: ['orders'],
    metadata: { team: { name: 'shop' } },
    guards: [watching('guard', false), watching('guard with input', true)],
    params: { amount: z.int().max(100), lines: z.array(z.string()).default([]), db },
    needsApproval: ALL,
  } as const
  app.use(async (call, next) => {
    await probe('middleware', call)
    return next()
  })
  app.post('/work', { ...on('work'), ...shared }, async ({ amount }, call) => {
    await probe('handler', call)
    ran.push({ amount, bound: call.args['amount'], subject: call.auth?.subject })
    return { amount }
  })
  const caught = handle(RangeError, async (_, call) => {
    await probe('error handler', call)
    return 'caught'
  })
  app.post('/fail', { ...on('fail'), ...shared, errorHandlers: [caught] }, () => {
    throw new RangeError('odd')
  })
  const no = guard({ name: 'Deny', check: () => deny('denied') })
  app.post('/denied', { ...on('denied'), guards: [no] }, () => null)
  return { app, ran, owned }
}

/** Calls all actions, so that the probe has been everywhere. */
export async function visit(surface: Surface): Promise<void> {
  await surface.call('work', { amount: 1 }, ANN)
  await surface.call('fail', { amount: 1 }, ANN)
  await surface.call('denied', {}, ANN)
}
