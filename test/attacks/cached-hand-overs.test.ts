// PW-30: what a kept answer may depend on besides its key. Checks run before it is looked for, and may leave
// what they saw where the handler finds it; what they load is older than the moment they let the call pass.
import {
  type CacheOptions,
  type Call,
  createApp,
  dependency,
  forgetAnswers,
  type ProviderCall,
} from 'trefoil'
import { AuthContext, guard, inputGuard, policy } from 'trefoil/auth'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  ALL,
  alike,
  ENV,
  everywhere,
  Lines,
  on,
  SURFACE_IDS,
  type Surface,
  type SurfaceId,
} from '../findings/surfaces.ts'

const EVERYONE = { for: '30s', per: 'everyone' } as const satisfies CacheOptions

function build() {
  const lines = new Lines()
  const app = createApp({
    env: ENV,
    log: { logger: lines.logger },
    callState: (): { said: string } => ({ said: '' }),
    auth: [
      {
        authenticate: ({ bearer }: { readonly bearer: string | null }) =>
          bearer === null ? null : new AuthContext({ subject: bearer }),
        surfaces: ALL,
      },
    ],
  })
  return { app, lines }
}

type Built = ReturnType<typeof build>

/** What two callers are told, the first of them twice. */
async function told(surface: Surface): Promise<readonly unknown[]> {
  const values = []
  for (const token of ['ann', 'bob', 'ann']) {
    const headers = { 'x-region': `of-${token}`, 'x-request-id': `id-of-${token}` }
    values.push((await surface.call('item', {}, { token, headers })).value)
  }
  return values
}

/** On all surfaces, when `item` is registered like this. */
function toldOf(
  register: (app: Built['app']) => unknown,
  ids: readonly SurfaceId[] = SURFACE_IDS,
): ReturnType<typeof everywhere> {
  const made = () => {
    const built = build()
    register(built.app)
    return built
  }
  return everywhere(made, told, ids)
}

describe('what a guard leaves for the handler of a call that everyone would share', () => {
  test('who is calling, in call.state, though it never asked the call for it', async () => {
    const leaves = guard({
      name: 'Leaves',
      check: (auth: AuthContext, call: Call) => {
        Object.assign(call.state as object, { said: auth.subject })
        return true
      },
    })
    const seen = await toldOf((app) =>
      app.post(
        '/item',
        { ...on('item'), changes: false, guards: [leaves], cache: EVERYONE },
        (_, call) => call.state.said,
      ),
    )
    expect(seen).toEqual(alike(['ann', 'bob', 'ann']))
  })

  test('a header, in a dependency that both are given', async () => {
    const box = dependency(() => ({ region: '' }), { name: 'box' })
    const leaves = guard({
      name: 'Leaves',
      check: async (_: AuthContext, call: Call) => {
        const { headers } = call.request
        const own = await call.resolve(box)
        own.region = headers.get('x-region') ?? ''
        return true
      },
    })
    const of = { ...on('item'), changes: false, guards: [leaves], cache: EVERYONE } as const
    const seen = await toldOf(
      (app) => app.post('/item', { ...of, params: { box } }, (args) => args.box.region),
      // Elsewhere no headers are shown.
      ['http'],
    )
    expect(seen).toEqual(alike(['of-ann', 'of-bob', 'of-ann'], ['http']))
  })

  test('but a row that a policy loaded is no matter: everyone who may see it shares the answer', async () => {
    const seen = await toldOf((app) => {
      let ran = 0
      const readable = policy({
        name: 'Readable',
        load: () => ({ id: 1, title: 'one' }),
        test: () => true,
      })
      app.post(
        '/item',
        {
          ...on('item'),
          changes: false,
          guards: [readable],
          params: { row: readable.resource },
          cache: EVERYONE,
        },
        ({ row }) => [row.title, ++ran],
      )
    })
    expect(seen).toEqual(
      alike([
        ['one', 1],
        ['one', 1],
        ['one', 1],
      ]),
    )
  })
})

describe('what a handler knows of its caller without asking for it', () => {
  test('the subject that the text of a call says', async () => {
    const seen = await toldOf((app) =>
      app.post('/item', { ...on('item'), changes: false, cache: EVERYONE }, (_, call) => {
        const { subject } = JSON.parse(JSON.stringify(call))
        return subject
      }),
    )
    expect(seen).toEqual(alike(['ann', 'bob', 'ann']))
  })

  test.each(['handler', 'provider'] as const)(
    'a request id that the caller chose, by the %s: one must not choose what others are told',
    async (asks) => {
      const id = dependency((_: object, call: ProviderCall) => call.requestId, { name: 'id' })
      const seen = await toldOf((app) => {
        const of = { ...on('item'), changes: false, cache: EVERYONE } as const
        if (asks === 'handler') app.post('/item', of, (_, call) => call.requestId)
        else app.post('/item', { ...of, params: { id } }, (args) => args.id)
      })
      expect(seen).toEqual(alike(['id-of-ann', 'id-of-bob', 'id-of-ann']))
    },
  )

  test('an id of ours, or a caller’s own answer, does no harm and is kept', async () => {
    const own = () => {
      const built = build()
      let ran = 0
      const of = { ...on('item'), changes: false } as const
      built.app.post('/item', { ...of, cache: { for: '30s' } }, (_, call) => [
        call.requestId,
        ++ran,
      ])
      return built
    }
    expect(await everywhere(own, told)).toEqual(
      alike([
        ['id-of-ann', 1],
        ['id-of-bob', 2],
        ['id-of-ann', 1],
      ]),
    )
  })

  test('that it came from this process', async () => {
    const { app } = build()
    const of = { ...on('item'), changes: false, cache: { for: '30s' } } as const
    app.post('/item', of, (_, call) => (call.entrypoint === 'local' ? 'all of it' : 'a part of it'))
    const { serve } = await import('trefoil/node')
    const { surfaceOf } = await import('../findings/surfaces.ts')
    const server = await serve(app, { port: 0, signals: false })
    try {
      const values = []
      for (const id of ['cli-local', 'cli-remote', 'cli-local'] as const) {
        const { value } = await surfaceOf(id, app, server).call('item', {}, { token: 'ann' })
        values.push(value)
      }
      expect(values).toEqual(['all of it', 'a part of it', 'all of it'])
    } finally {
      await server.close()
    }
  })
})

describe('what an identity says in a way that has no text', () => {
  class Login {
    readonly #acr: string
    constructor(acr: string) {
      this.#acr = acr
    }
    get acr(): string {
      return this.#acr
    }
  }

  test.each<[string, (acr: string) => object]>([
    ['a map', (acr) => new Map([['acr', acr]])],
    ['an instance of a class', (acr) => new Login(acr)],
    ['members that are not listed', (acr) => Object.defineProperty({}, 'acr', { value: acr })],
    ['a symbol', (acr) => ({ [Symbol.for('acr')]: acr })],
  ])('claims in %s: nothing is kept', async (_, claimsOf) => {
    const authenticate = ({ bearer }: { readonly bearer: string | null }) => {
      const claims = claimsOf(String(bearer)) as Readonly<Record<string, unknown>>
      return new AuthContext({ subject: 'ann', claims })
    }
    const app = createApp({ env: ENV, auth: [{ authenticate, surfaces: ALL }] })
    let ran = 0
    app.get('/item', { cache: { for: '30s' } }, () => ({ ran: ++ran }))
    const values = []
    for (const token of ['weak', 'strong']) {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await app.fetch(new Request('http://localhost/item', { headers }))
      values.push(await answer.json())
    }
    expect(values).toEqual([{ ran: 1 }, { ran: 2 }])
  })

  test('a class of the app’s own, which may hold what no member says: nothing is kept', async () => {
    class Customer extends AuthContext {
      readonly #plan: string
      constructor(plan: string) {
        super({ subject: 'ann' })
        this.#plan = plan
      }
      get plan(): string {
        return this.#plan
      }
    }
    const authenticate = ({ bearer }: { readonly bearer: string | null }) =>
      new Customer(String(bearer))
    const app = createApp({ env: ENV, auth: [{ authenticate, surfaces: ALL }] })
    app.get('/item', { cache: { for: '30s' } }, (_, call) =>
      call.auth instanceof Customer ? { plan: call.auth.plan } : null,
    )
    const values = []
    for (const token of ['free', 'paid']) {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await app.fetch(new Request('http://localhost/item', { headers }))
      values.push(await answer.json())
    }
    expect(values).toEqual([{ plan: 'free' }, { plan: 'paid' }])
  })
})

describe('what was loaded before a call was let pass', () => {
  test('is as old as that: a change in between is not hidden for as long as answers are kept', async () => {
    const { app } = build()
    const rows = new Map([['1', 'before']])
    const arrived = Promise.withResolvers<void>()
    const opening = Promise.withResolvers<void>()
    let waits = true
    const readable = policy({
      name: 'Readable',
      load: ({ args }) => ({ title: rows.get(String(args['id'])) }),
      test: () => true,
    })
    const slow = inputGuard({
      name: 'Slow',
      check: async () => {
        if (!waits) return true
        waits = false
        arrived.resolve()
        await opening.promise
        return true
      },
    })
    const item = app.get(
      '/items/{id}',
      {
        params: { id: z.string(), row: readable.resource },
        guards: [readable, slow],
        cache: { for: '30s' },
      },
      ({ row }) => ({ title: row.title }),
    )
    const ask = async () => {
      const headers = { authorization: 'Bearer ann' }
      const answer = await app.fetch(new Request('http://localhost/items/1', { headers }))
      return answer.json()
    }
    const first = ask()
    await arrived.promise
    rows.set('1', 'after')
    forgetAnswers(item, { id: '1' })
    opening.resolve()
    expect([await first, await ask()]).toEqual([{ title: 'before' }, { title: 'after' }])
  })

  test('and is kept for as long as was said from there, whatever a check took', async () => {
    let elapsed = 0
    let took = 9_000
    const clock = { now: () => elapsed, elapsed: () => elapsed }
    const authenticate = (_request: object) => {
      elapsed += took
      took = 0
      return new AuthContext({ subject: 'ann' })
    }
    const app = createApp({ env: ENV, clock, auth: [{ authenticate, surfaces: ALL }] })
    let ran = 0
    app.get('/item', { cache: { for: '10s' } }, () => ({ ran: ++ran }))
    const ask = async () => (await app.fetch(new Request('http://localhost/item'))).json()
    expect(await ask()).toEqual({ ran: 1 })
    elapsed += 2_000
    expect(await ask()).toEqual({ ran: 2 })
  })
})

describe('a handler that was told to stop', () => {
  test('gives no whole answer: who leaves on purpose does not choose what others are told', async () => {
    const seen = await everywhere(
      () => {
        const built = build()
        const begun = Promise.withResolvers<void>()
        const ended = Promise.withResolvers<void>()
        let ran = 0
        built.app.post(
          '/item',
          { ...on('item'), changes: false, cache: EVERYONE },
          async (_, { signal }) => {
            if (++ran > 1) return { rows: [1, 2, 3] }
            const left = new Promise((resolve) => signal.addEventListener('abort', resolve))
            begun.resolve()
            await left
            // As one does whose upstream did not answer.
            setTimeout(ended.resolve, 50)
            return { rows: [] }
          },
        )
        return { ...built, begun, ended }
      },
      async (surface, { begun, ended }) => {
        const leaving = new AbortController()
        const left = surface.call('item', {}, { token: 'ann', signal: leaving.signal })
        await begun.promise
        leaving.abort()
        await left.catch(() => {})
        await ended.promise
        return (await surface.call('item', {}, { token: 'bob' })).value
      },
      ['http', 'mcp-modern', 'cli-remote', 'cli-local'],
    )
    expect(seen).toEqual(
      alike({ rows: [1, 2, 3] }, ['http', 'mcp-modern', 'cli-remote', 'cli-local']),
    )
  })

  test('by an app that begins to stop, and goes on for a while', async () => {
    const app = createApp({ env: ENV, publicSurfaces: ['api', 'mcp', 'cli'] })
    let ran = 0
    const begun = Promise.withResolvers<void>()
    app.get('/item', { cache: EVERYONE }, async (_, { draining }) => {
      if (++ran > 1) return { rows: [1, 2, 3] }
      const told = new Promise((resolve) => draining.addEventListener('abort', resolve))
      begun.resolve()
      await told
      return { rows: [] }
    })
    const ask = async () => (await app.fetch(new Request('http://localhost/item'))).json()
    const first = ask()
    await begun.promise
    await app.drain()
    expect([await first, await ask()]).toEqual([{ rows: [] }, { rows: [1, 2, 3] }])
    await app.shutdown()
  })
})
