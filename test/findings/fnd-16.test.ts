// FND-16: a handler that starts after its caller was told 504 charges twice: the caller was
// advised to repeat. Nothing starts late, and TIMEOUT says whether repeating is safe. The deadline
// in every await of the lifecycle is in deadline-everywhere.test.ts.
import { createApp, dependency, HttpError } from 'trefoil'
import { guard } from 'trefoil/auth'
import { describe, expect, test } from 'vitest'
import { ALL, alike, ENV, everywhere, Gate, Lines, on, settled } from './surfaces.ts'

function newApp() {
  return createApp({
    name: 'fnd-16',
    env: ENV,
    publicSurfaces: ALL,
    approval: () => true,
    log: { logger: new Lines().logger },
  })
}

const plain = (gate: Gate) =>
  dependency(
    async () => {
      await gate.wait()
      return { charge: () => true }
    },
    { name: 'plain' },
  )

type Dependencies = Readonly<Record<string, ReturnType<typeof dependency<unknown>>>>
const KINDS: Readonly<Record<string, (gate: Gate) => Dependencies>> = {
  'a plain promise': (gate) => ({ slow: plain(gate) }),
  'a generator': (gate) => ({
    slow: dependency(
      async function* () {
        await gate.wait()
        yield 1
      },
      { name: 'generator' },
    ),
  }),
  'something to dispose of': (gate) => ({
    slow: dependency(
      async () => {
        await gate.wait()
        return { [Symbol.asyncDispose]: async () => {} }
      },
      { name: 'disposable' },
    ),
  }),
  'one that another uses': (gate) => ({
    slow: dependency(({ inner }) => inner, { name: 'user', uses: { inner: plain(gate) } }),
  }),
  'one that another resolves': (gate) => ({
    slow: dependency((_, call) => call.resolve(plain(gate)), { name: 'resolver' }),
  }),
  'a failure': (gate) => ({
    slow: dependency(
      async () => {
        await gate.wait()
        throw new HttpError(409, 'late')
      },
      { name: 'failing' },
    ),
  }),
}

describe('FND-16: no charge after the 504, whatever the dependency was', () => {
  const rows = Object.keys(KINDS).flatMap((name) => [
    [name, 'last'] as const,
    [name, 'first'] as const,
  ])
  test.each(rows)('%s, the %s of the parameters', async (name, where) => {
    const build = () => {
      const gate = new Gate()
      const charges: string[] = []
      const state = { isOver: false }
      const next = dependency(() => void (state.isOver && charges.push('the next provider')), {
        name: 'next',
      })
      const app = newApp()
      const slow = KINDS[name]?.(gate)
      const params = where === 'first' ? { ...slow, next } : { next, ...slow }
      app.post(
        '/pay',
        { ...on('pay'), needsApproval: ALL, timeout: '200ms', params },
        () => void charges.push('the handler'),
      )
      return { app, gate, charges, state }
    }
    const seen = await everywhere(build, async (surface, { gate, charges, state }) => {
      const { problem } = await surface.call('pay', {}, { approval: 'granted' })
      state.isOver = true
      gate.open()
      await settled()
      return { code: problem?.['code'], charges }
    })
    expect(seen).toEqual(alike({ code: 'TIMEOUT', charges: [] }))
  })
})

test('FND-16: a handler that goes on after the 504 can start nothing of the call', async () => {
  const build = () => {
    const gate = new Gate()
    const started: string[] = []
    const done = Promise.withResolvers<void>()
    const other = dependency(() => void started.push('a provider'), { name: 'other' })
    const watching = guard({
      name: 'Watching',
      check: () => {
        started.push('a guard')
        return true
      },
    })
    const app = newApp()
    app.post('/slow', { ...on('slow'), timeout: '200ms' }, async (_, call) => {
      await gate.wait()
      expect(() => call.background(() => started.push('background work'))).toThrow('had ended')
      await call.resolve(other).catch(() => {})
      await call.authorize(watching).catch(() => {})
      done.resolve()
    })
    return { app, gate, started, done }
  }
  const seen = await everywhere(build, async (surface, { gate, started, done }) => {
    const { problem } = await surface.call('slow')
    gate.open()
    await done.promise
    await settled()
    return { code: problem?.['code'], started }
  })
  expect(seen).toEqual(alike({ code: 'TIMEOUT', started: [] }))
})

const HTTP_ONLY = ['http'] as const

describe('FND-16: TIMEOUT advises to repeat only where that is safe', () => {
  const hanging = () => new Promise(() => {})
  const T = { timeout: '100ms' } as const
  const rows = {
    POST: ['post', {}, false],
    PATCH: ['patch', {}, false],
    GET: ['get', {}, true],
    PUT: ['put', {}, true],
    DELETE: ['delete', {}, true],
    'POST that says it is idempotent': ['post', { idempotentHint: true }, true],
    'POST that says it only reads': ['post', { readOnlyHint: true }, true],
    'PUT that says it is not idempotent': ['put', { idempotentHint: false }, false],
  } as const
  type Row = keyof typeof rows
  // The keys of the table above.
  test.each(Object.keys(rows) as Row[])('%s', async (name) => {
    const [method, hints, retryable] = rows[name]
    const build = () => {
      const app = newApp()
      app[method]('/hang', { ...on('hang'), ...T, hints }, hanging)
      return { app }
    }
    const seen = await everywhere(build, async (surface) => {
      const { problem } = await surface.call('hang', {}, { method: method.toUpperCase() })
      const { code, started, retryable: told } = problem ?? {}
      return { code, started, retryable: told }
    })
    expect(seen).toEqual(alike({ code: 'TIMEOUT', started: true, retryable }))
  })

  test('an action without a route goes by its hints', async () => {
    const build = () => {
      const app = newApp()
      app.action(
        'read',
        { description: 'd', cli: true, tool: true, ...T, hints: { readOnlyHint: true } },
        hanging,
      )
      app.action('write', { description: 'd', cli: true, tool: true, ...T }, hanging)
      return { app }
    }
    const ids = ['mcp-legacy', 'mcp-modern', 'cli-local', 'cli-remote'] as const
    const seen = await everywhere(
      build,
      async (surface) => [
        (await surface.call('read')).problem?.['retryable'],
        (await surface.call('write')).problem?.['retryable'],
      ],
      ids,
    )
    expect(seen).toEqual(alike([true, false], ids))
  })

  test('and its advice differs', async () => {
    const build = () => {
      const app = newApp()
      const stuck = dependency(hanging, { name: 'stuck' })
      const waits = guard({ name: 'Waits', check: async () => true })
      app.post('/begun', { ...on('begun'), ...T }, hanging)
      app.get('/read', { ...on('read'), ...T, params: { stuck } }, () => 1)
      return { app, waits }
    }
    const seen = await everywhere(build, async (surface) => {
      const begun = (await surface.call('begun')).problem?.['fix']
      const read = (await surface.call('read', {}, { method: 'GET' })).problem?.['fix']
      return { differ: begun !== read, texts: [typeof begun, typeof read] }
    })
    expect(seen).toEqual(alike({ differ: true, texts: ['string', 'string'] }))
  })

  test('a Problem of the app’s own that is called TIMEOUT is the app’s own', async () => {
    const build = () => {
      const app = newApp()
      app.post('/upstream', on('upstream'), () => {
        throw new HttpError(504, 'The bank did not answer', { code: 'bank_timeout' })
      })
      return { app }
    }
    const seen = await everywhere(
      build,
      async (surface) => {
        const { problem, status } = await surface.call('upstream')
        return [status, problem?.['code'], problem?.['started']]
      },
      HTTP_ONLY,
    )
    expect(seen).toEqual(alike([504, 'bank_timeout', undefined], HTTP_ONLY))
  })
})
