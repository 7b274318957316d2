// P-CTX-3: `currentCall()` gives the call that runs, wherever a call runs code of the app, on every
// surface; two calls never see each other's.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Call, createApp, dependency, handle, stream } from 'trefoil'
import { AuthContext, guard, inputGuard } from 'trefoil/auth'
import { currentCall } from 'trefoil/current-call'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { eventually } from '../attacks/eventually.ts'
import {
  ALL,
  alike,
  ENV,
  everywhere,
  Gate,
  Lines,
  on,
  oneSurface,
  runModule,
  settled,
  trying,
} from '../findings/surfaces.ts'

/** Where it was asked, by which call: `place → request ids`. */
type Seen = Map<string, Set<string>>

/** Far down, where nothing is handed through. */
async function deep(): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 1))
  await null
  return currentCall().callId
}

function build() {
  const seen: Seen = new Map()
  const lines = new Lines()
  const at = (place: string) => {
    const ids = seen.get(place) ?? new Set()
    seen.set(place, ids.add(currentCall().callId))
  }
  const app = createApp({
    name: 'current',
    env: ENV,
    log: { logger: lines.logger, onCall: () => at('onCall') },
    approval: () => {
      at('approval hook')
      return true
    },
    callState: () => {
      at('callState')
      return {}
    },
    auth: [
      {
        authenticate: async (_request) => {
          at('authenticator')
          return new AuthContext({ subject: 'ann' })
        },
        onAuthenticated: (auth) => {
          at('onAuthenticated')
          return auth
        },
        surfaces: ALL,
      },
    ],
  })
  const inner = dependency(
    function* () {
      at('sync provider')
      yield 1
      at('sync cleanup')
    },
    { name: 'inner' },
  )
  const tx = dependency(
    async function* () {
      at('provider')
      await null
      try {
        yield 1
        at('cleanup')
      } catch {
        at('rollback')
      }
    },
    { name: 'tx', uses: { inner } },
  )
  const guards = [
    guard({
      name: 'g',
      check: async () => {
        at('guard')
        return true
      },
    }),
    inputGuard({
      name: 'i',
      check: () => {
        at('input guard')
        return true
      },
    }),
  ]
  const work = {
    params: { tx, bad: z.boolean().optional() },
    guards,
    needsApproval: ['api'],
    middleware: [
      async (_: Call, next: () => Promise<unknown>) => {
        at('middleware')
        const value = await next()
        at('middleware after')
        return value
      },
    ],
    errorHandlers: [
      handle(RangeError, () => {
        at('error handler')
        return 'handled'
      }),
    ],
  } as const
  app.post('/work', { ...on('work'), ...work }, async ({ bad }, call) => {
    at('handler')
    void call.state
    const isSame = currentCall() === call
    call.background(async (task) => {
      at('background')
      await task.resolve(tx)
      at('background after')
    })
    if (bad) throw new RangeError('x')
    return { isSame, deep: (await deep()) === call.callId, subject: currentCall().auth?.subject }
  })
  app.post('/pieces', on('pieces'), () => {
    async function* pieces() {
      try {
        at('first piece')
        yield 'a'
        await new Promise((resolve) => setTimeout(resolve, 1))
        at('second piece')
        yield 'b'
      } finally {
        at('end of stream')
      }
    }
    return stream(pieces())
  })
  return { app, seen, lines }
}

const CHECKS = ['authenticator', 'onAuthenticated', 'guard', 'input guard', 'approval hook']
const WORK = [
  ...['middleware', 'sync provider', 'provider', 'handler', 'callState'],
  ...['middleware after', 'cleanup', 'sync cleanup', 'onCall'],
  ...['background', 'background after'],
]
const FAILED = ['error handler', 'rollback']

const approval = { approval: 'yes' }

describe('P-CTX-3: currentCall()', () => {
  test('is the call of the handler everywhere in it', async () => {
    const seen = await everywhere(build, async (surface, { seen: places }) => {
      const answer = await surface.call('work', {}, approval)
      await eventually(() => expect(places.has('background after')).toBe(true))
      await eventually(() => expect(places.has('onCall')).toBe(true))
      const ids = new Set([...places.values()].flatMap((each) => [...each]))
      const missing = [...CHECKS, ...WORK].filter((place) => !places.has(place))
      return [answer.value, missing, ids.size]
    })
    const value = { isSame: true, deep: true, subject: 'ann' }
    expect(seen).toEqual(alike([value, [], 1]))
  })

  test('in error handlers and in what is rolled back', async () => {
    const seen = await everywhere(build, async (surface, { seen: places }) => {
      const { value } = await surface.call('work', { bad: true }, approval)
      return [value, FAILED.filter((place) => !places.has(place))]
    })
    expect(seen).toEqual(alike(['handled', []]))
  })

  test('in every piece of a stream, and in its end', async () => {
    const seen = await everywhere(build, async (surface, { seen: places }) => {
      const { value } = await surface.call('pieces')
      const ids = new Set([...places.values()].flatMap((each) => [...each]))
      return [value, places.has('second piece'), places.has('end of stream'), ids.size]
    })
    expect(seen).toEqual(alike(['ab', true, true, 1]))
  })

  test('two calls at once never see each other’s, one called out of the other included', async () => {
    const makes = () => {
      const gates = { a: new Gate(), b: new Gate() }
      const app = createApp({ name: 'two', env: ENV, publicSurfaces: ALL })
      app.post(
        '/meet',
        { ...on('meet'), params: { name: z.enum(['a', 'b']) } },
        async ({ name }, call) => {
          const before = currentCall() === call
          await gates[name].wait()
          await null
          return before && currentCall() === call
        },
      )
      app.post('/nested', on('nested'), async (_, call) => {
        const inner = await app.localActions({ headers: [] }).call({ action: 'leaf' })
        return [inner.ok && inner.body, currentCall() === call]
      })
      app.post('/leaf', on('leaf'), (_, call) => currentCall() === call)
      return { app, gates }
    }
    const seen = await everywhere(makes, async (surface, { gates }) => {
      const calls = [surface.call('meet', { name: 'a' }), surface.call('meet', { name: 'b' })]
      await Promise.all([gates.a.reached, gates.b.reached])
      gates.b.open()
      await settled()
      gates.a.open()
      const met = (await Promise.all(calls)).map(({ value }) => value)
      return [...met, (await surface.call('nested')).value]
    })
    expect(seen).toEqual(alike([true, true, [true, true]]))
  })

  test('when the time is up, cleanup runs in its call', async () => {
    const makes = () => {
      const told: string[] = []
      const app = createApp({
        name: 'late',
        env: ENV,
        publicSurfaces: ALL,
        log: { logger: new Lines().logger },
      })
      const tx = dependency(
        async function* () {
          const { callId } = currentCall()
          try {
            yield 1
          } catch {
            told.push(currentCall().callId === callId ? 'own' : 'foreign')
          }
        },
        { name: 'tx' },
      )
      app.post(
        '/hang',
        { ...on('hang'), params: { tx }, timeout: '500ms' },
        () => new Promise<never>(() => {}),
      )
      return { app, told }
    }
    const seen = await everywhere(makes, async (surface, { told }) => {
      await surface.call('hang')
      return told
    })
    expect(seen).toEqual(alike(['own']))
  })

  test('a reader that leaves: what its stream has open is closed in its call', async () => {
    const makes = () => {
      const told: string[] = []
      const app = createApp({ name: 'leaves', env: ENV, publicSurfaces: ALL })
      app.get('/pieces', () => {
        async function* pieces() {
          const { callId } = currentCall()
          try {
            for (;;) {
              yield 'x'
              await new Promise((resolve) => setTimeout(resolve, 1))
            }
          } finally {
            told.push(currentCall().callId === callId ? 'own' : 'foreign')
          }
        }
        return stream(pieces())
      })
      return { app, told }
    }
    await oneSurface('http', makes(), async ({ url }, { told }) => {
      const leaving = new AbortController()
      const response = await fetch(`${url}/pieces`, { signal: leaving.signal })
      await response.body?.getReader().read()
      leaving.abort()
      await eventually(() => expect(told).toEqual(['own']))
    })
  })

  test('throws where no call runs', () => {
    expect(() => currentCall()).toThrow(
      'currentCall() was used where no call runs; use it in what a call runs: handlers, middleware, guards, dependencies, background work',
    )
  })

  test('gives a call that is over to what goes on after it, and its methods throw', async () => {
    const app = createApp({ name: 'over', env: ENV, publicSurfaces: ALL })
    const gate = new Gate()
    let late: Promise<string> = Promise.resolve('')
    app.get('/go', () => {
      late = gate.wait().then(() => trying(() => currentCall().background(() => {})))
      return 'ok'
    })
    await using client = testClient(app)
    await client.http.get('/go')
    gate.open()
    expect(await late).toBe('Error: call.background() was used after the call had ended')
  })
})

describe('is paid for only where it is imported', () => {
  const dist = join(import.meta.dirname, '../../packages/trefoil/dist')

  test('no door loads what it needs but those of databases, jobs and accounts, which go by it', () => {
    const doors = readdirSync(dist).filter((file) => file.endsWith('.js'))
    const reaching = doors.filter((door) => {
      const reached = new Set([join(dist, door)])
      // A set iterates over what is added on the way, too.
      for (const file of reached) {
        const text = readFileSync(file, 'utf8')
        if (/^import .*async_hooks/m.test(text)) return true
        for (const [, at = ''] of text.matchAll(/^(?:import|export)\b[^;]*?"(\.[^"]+)";$/gm)) {
          reached.add(join(dirname(file), at))
        }
      }
      return false
    })
    expect(reaching).toEqual([
      'accounts.js',
      'current-call.js',
      'database.js',
      'jobs.js',
      'webhooks.js',
    ])
  })

  test('an app that does not import it makes no store, and one that does has it', async () => {
    const { out, err } = await runModule(`
      import { createApp } from 'trefoil'
      import { AsyncLocalStorage } from 'node:async_hooks'
      let runs = 0
      const run = AsyncLocalStorage.prototype.run
      AsyncLocalStorage.prototype.run = function (...given) { runs++; return run.apply(this, given) }
      const quiet = { debug() {}, info() {}, warn() {}, error() {} }
      const app = createApp({ publicSurfaces: ['api'], log: { logger: quiet } })
      app.get('/', async () => 'ok')
      const call = () => app.fetch(new Request('http://localhost/'))
      await call()
      const without = runs
      await import('trefoil/current-call')
      await call()
      console.log(without, runs > 0)`)
    expect([out, err]).toEqual(['0 true\n', ''])
  })
})
