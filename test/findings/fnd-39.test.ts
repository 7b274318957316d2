// FND-39: a provider sees who calls, so that per-caller repositories and tenant-scoped sessions
// can be written; an approval hook can look things up.
import { type ApprovalRequest, createApp, dependency } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { describe, expect, test } from 'vitest'
import { eventually } from '../attacks/eventually.ts'
import {
  ALL,
  alike,
  ENV,
  everywhere,
  Gate,
  Lines,
  on,
  SURFACE_IDS,
  tomorrow,
  within,
} from './surfaces.ts'

const ANN = { token: 'ann', approval: 'granted' }

function newApp(lines: Lines, approval: (request: ApprovalRequest) => unknown = () => true) {
  return createApp({
    name: 'fnd-39',
    env: ENV,
    log: { logger: lines.logger },
    auth: [
      {
        authenticate: ({ bearer }) =>
          bearer === null ? null : new AuthContext({ subject: bearer }),
        widens: true,
        onAuthenticated: (auth) =>
          auth.subject === 'robot'
            ? new AuthContext({ subject: 'ann', roles: ['agent'] })
            : undefined,
        surfaces: ALL,
      },
    ],
    approval: async (request) => (await approval(request)) === true,
  })
}

describe('FND-39: a provider sees the caller', () => {
  /** Every way of asking for a dependency. */
  const repository = dependency((_, call) => ({ of: tomorrow(call).auth?.subject ?? null }), {
    name: 'repository',
  })
  const short = dependency((_, call) => ({ of: tomorrow(call).auth?.subject ?? null }), {
    name: 'short',
    scope: 'function',
  })
  const generated = dependency(
    async function* (_: object, call: object) {
      yield { of: tomorrow(call).auth?.subject ?? null }
    },
    { name: 'generated' },
  )
  const using = dependency(({ repository: used }) => used, { name: 'using', uses: { repository } })
  const resolving = dependency((_, call) => call.resolve(repository), { name: 'resolving' })
  const kinds = { repository, short, generated, using, resolving }
  type Kind = keyof typeof kinds
  // The keys of the table above.
  test.each(Object.keys(kinds) as Kind[])('%s', async (kind) => {
    const build = () => {
      const app = newApp(new Lines())
      const dep = kinds[kind]
      app.use(async (call, next) => {
        if (call.action.name === 'wrapped') return call.resolve(dep)
        return next()
      })
      app.post('/injected', { ...on('injected'), params: { dep } }, ({ dep: value }) => value)
      app.post('/resolved', on('resolved'), (_, call) => call.resolve(dep))
      app.post('/wrapped', on('wrapped'), () => null)
      app.post('/open', { ...on('open'), public: true, params: { dep } }, ({ dep: value }) => value)
      return { app }
    }
    const seen = await everywhere(build, async (surface) => [
      (await surface.call('injected', {}, ANN)).value,
      (await surface.call('resolved', {}, ANN)).value,
      (await surface.call('wrapped', {}, ANN)).value,
      // The context that `onAuthenticated` put in the place of the first one.
      (await surface.call('injected', {}, { token: 'robot' })).value,
      (await surface.call('open')).value,
    ])
    const ann = { of: 'ann' }
    expect(seen).toEqual(alike([ann, ann, ann, ann, { of: null }]))
  })

  test('two callers at once do not see each other', async () => {
    const build = () => {
      const app = newApp(new Lines())
      app.post('/own', { ...on('own'), params: { repository } }, (args) => args.repository.of)
      return { app }
    }
    const seen = await everywhere(build, async (surface) => {
      const names = Array.from({ length: 20 }, (_, index) => `user${index}`)
      const answers = await Promise.all(names.map((token) => surface.call('own', {}, { token })))
      return answers.every(({ value }, index) => value === names[index])
    })
    expect(seen).toEqual(alike(true))
  })

  test('nobody yet, while the authenticator itself resolves', async () => {
    const build = () => {
      const seen: unknown[] = []
      const sessions = dependency(
        (_, call) => {
          const view = tomorrow(call)
          seen.push(view.auth)
          return { find: (token: string) => new AuthContext({ subject: token }) }
        },
        { name: 'sessions' },
      )
      const app = createApp({
        name: 'fnd-39',
        env: ENV,
        log: { logger: new Lines().logger },
        auth: [
          {
            authenticate: async (request) => {
              const store = await request.resolve(sessions)
              return request.bearer === null ? null : store.find(request.bearer)
            },
            surfaces: ALL,
          },
        ],
      })
      app.post('/own', on('own'), (_, call) => call.auth.subject)
      return { app, seen }
    }
    const answers = await everywhere(build, async (surface, { seen }) => {
      const { value } = await surface.call('own', {}, ANN)
      return { value, seen }
    })
    expect(answers).toEqual(alike({ value: 'ann', seen: [null] }))
  })
})

describe('FND-39: a provider has the log, the signal and the client of its call', () => {
  test('log', async () => {
    const build = () => {
      const lines = new Lines()
      const db = dependency((_, call) => tomorrow(call).log.info({ pool: 1 }, 'opened'), {
        name: 'db',
      })
      const app = newApp(lines)
      app.post('/own', { ...on('own'), params: { db } }, () => 1)
      return { app, lines }
    }
    const seen = await everywhere(build, async (surface, { lines }) => {
      await surface.call('own', {}, ANN)
      const line = lines.all.find(({ message }) => message === 'opened')
      const { action, subject, pool, request_id: id } = line?.fields ?? {}
      return { action, subject, pool, id: typeof id }
    })
    expect(seen).toEqual(alike({ action: 'own', subject: 'ann', pool: 1, id: 'string' }))
  })

  test('client', async () => {
    const build = () => {
      const db = dependency((_, call) => tomorrow(call).client.address, { name: 'db' })
      const app = newApp(new Lines())
      app.post('/own', { ...on('own'), params: { db } }, (args) => args.db)
      return { app }
    }
    const seen = await everywhere(
      build,
      async (surface) => (await surface.call('own', {}, ANN)).value,
    )
    expect(seen).toEqual({ ...alike('127.0.0.1'), 'cli-local': null })
  })

  test('signal: aborted when the caller leaves', async () => {
    const build = () => {
      const gate = new Gate()
      const aborts: string[] = []
      const db = dependency(
        async (_, call) => {
          const { signal } = tomorrow(call)
          signal.addEventListener('abort', () => aborts.push('aborted'))
          void gate.wait()
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
        },
        { name: 'db' },
      )
      const app = newApp(new Lines())
      app.post('/own', { ...on('own'), params: { db } }, () => 1)
      return { app, gate, aborts }
    }
    const seen = await everywhere(build, async (surface, { gate, aborts }) => {
      const leaving = new AbortController()
      const answer = surface.call('own', {}, { ...ANN, signal: leaving.signal })
      await within(gate.reached, 'the provider')
      leaving.abort()
      await eventually(() => expect(aborts).toEqual(['aborted']))
      await answer
      return aborts
    })
    expect(seen).toEqual(alike(['aborted']))
  })
})

describe('FND-39: an approval hook can look things up', () => {
  /** A store of approvals, as an approval hook needs one. */
  const storing = (state: { opened: number; closed: string[] }) =>
    dependency(
      async function* () {
        state.opened++
        try {
          yield { isGranted: (token: string) => token === 'granted' }
          state.closed.push('success')
        } catch (error) {
          state.closed.push('failure')
          throw error
        }
      },
      { name: 'store' },
    )
  const build = () => {
    const lines = new Lines()
    const seen: unknown[] = []
    const state = { opened: 0, closed: [] as string[] }
    const store = storing(state)
    const app = newApp(lines, async (request) => {
      const view = tomorrow(request)
      view.log.warn({ asked: 1 }, 'asked')
      seen.push(view.client.address, view.signal instanceof AbortSignal, view.signal.aborted)
      const { isGranted } = await view.resolve<{ isGranted(token: string): boolean }>(store)
      return isGranted(request.token)
    })
    app.post('/pay', { ...on('pay'), needsApproval: ALL, params: { store } }, () => 'paid')
    return { app, lines, seen, state }
  }

  test('granted: the handler gets the same store, closed once', async () => {
    const answers = await everywhere(build, async (surface, { lines, seen, state }) => {
      const { value } = await surface.call('pay', {}, ANN)
      const line = lines.all.find(({ message }) => message === 'asked')
      const { action, subject } = line?.fields ?? {}
      return { value, seen, state, action, subject }
    })
    const wanted = SURFACE_IDS.map((id) => {
      const address = id === 'cli-local' ? null : '127.0.0.1'
      const state = { opened: 1, closed: ['success'] }
      return [
        id,
        { value: 'paid', seen: [address, true, false], state, action: 'pay', subject: 'ann' },
      ]
    })
    expect(answers).toEqual(Object.fromEntries(wanted))
  })

  test('denied: what the hook opened is closed, and told', async () => {
    const answers = await everywhere(build, async (surface, { state }) => {
      const { problem } = await surface.call('pay', {}, { token: 'ann', approval: 'forged' })
      return { code: problem?.['code'], state }
    })
    const state = { opened: 1, closed: ['failure'] }
    expect(answers).toEqual(alike({ code: 'approval_denied', state }))
  })

  test('never asked: nothing is opened', async () => {
    const answers = await everywhere(build, async (surface, { state }) => {
      const { problem } = await surface.call('pay', {}, { token: 'ann' })
      return { code: problem?.['code'], state }
    })
    expect(answers).toEqual(alike({ code: 'approval_required', state: { opened: 0, closed: [] } }))
  })
})
