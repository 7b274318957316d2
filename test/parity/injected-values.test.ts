// P-DI-1 to P-DI-5, PW-15, PW-16: what can provide a value, when it is opened and closed, and that no
// caller can send it; on every surface.
import { createApp, dependency, HttpError } from 'trefoil'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ALL, alike, ENV, everywhere, type Json, Lines, on } from '../findings/surfaces.ts'

function newApp() {
  const log = { logger: new Lines().logger }
  return createApp({ name: 'injected', env: ENV, publicSurfaces: ALL, log })
}

class Settings {
  static made = 0
  readonly region: string = 'eu'
  constructor() {
    Settings.made++
  }
}

class Repository {
  readonly #db: { readonly name: string }
  readonly #source: string
  constructor(
    { db }: { readonly db: { readonly name: string } },
    call: { readonly source: string },
  ) {
    this.#db = db
    this.#source = call.source
  }
  describe(): string {
    return `${this.#db.name} for ${this.#source}`
  }
}

class Handle {
  readonly closed: string[]
  constructor({ closed }: { readonly closed: string[] }) {
    this.closed = closed
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.closed.push('class')
  }
}

/** What a dependency of each kind gives and what is left when its call is over. */
function kinds() {
  const closed: string[] = []
  const trace = dependency(() => closed, { name: 'trace' })
  const db = dependency(() => ({ name: 'db' }), { name: 'db' })
  const bound = { prefix: 'bound', make: (_: object) => '' }
  bound.make = function (this: { prefix: string }) {
    return this.prefix
  }.bind(bound)
  const callable = Object.assign(() => 'called', { member: 1 })
  return {
    closed,
    params: {
      asyncGenerator: dependency(async function* () {
        await null
        yield 'async generator'
        closed.push('async generator')
      }),
      generator: dependency(function* () {
        yield 'generator'
        closed.push('generator')
      }),
      asyncFunction: dependency(async () => 'async function'),
      func: dependency(function plain() {
        return 'function'
      }),
      settings: dependency(Settings),
      repository: dependency(Repository, { uses: { db } }),
      handle: dependency(Handle, { uses: { closed: trace } }),
      callable: dependency(callable),
      proxy: dependency(new Proxy(callable, {})),
      bound: dependency(bound.make),
    },
  }
}

describe('P-DI-1: what can provide a value', () => {
  test('generators, functions, classes and whatever can be called', async () => {
    const build = () => {
      const { closed, params } = kinds()
      const app = newApp()
      app.post('/kinds', { ...on('kinds'), params }, (given) => ({
        asyncGenerator: given.asyncGenerator,
        generator: given.generator,
        asyncFunction: given.asyncFunction,
        func: given.func,
        settings: [given.settings instanceof Settings, given.settings.region],
        repository: [given.repository instanceof Repository, given.repository.describe()],
        handle: given.handle instanceof Handle,
        called: [given.callable, given.proxy, given.bound],
      }))
      return { app, closed }
    }
    const seen = await everywhere(build, async (surface, { closed }) => {
      const { value } = await surface.call('kinds')
      const { repository } = value as Json & { repository: string[] }
      const source = repository[1]?.split(' ').at(-1)
      return [{ ...(value as Json), repository: repository[0] }, source === surface.source, closed]
    })
    const value = {
      asyncGenerator: 'async generator',
      generator: 'generator',
      asyncFunction: 'async function',
      func: 'function',
      settings: [true, 'eu'],
      repository: true,
      handle: true,
      called: ['called', 'called', 'bound'],
    }
    expect(seen).toEqual(alike([value, true, ['class', 'generator', 'async generator']]))
  })

  test('a class is constructed once for each call', async () => {
    const build = () => {
      const app = newApp()
      class Own {}
      const made = new Set<Own>()
      const own = dependency(Own)
      const params = { own, again: own }
      app.post('/own', { ...on('own'), params }, ({ own: one, again }) => {
        made.add(one).add(again)
        return made.size
      })
      return { app }
    }
    const seen = await everywhere(build, async (surface) => [
      (await surface.call('own')).value,
      (await surface.call('own')).value,
    ])
    expect(seen).toEqual(alike([1, 2]))
  })

  test('a class that was frozen, and one that extends another; a frozen function is called', async () => {
    const app = newApp()
    class Base {
      readonly base = true
    }
    const Frozen = Object.freeze(class extends Base {})
    const frozen = Object.freeze(function frozen() {
      return 'called'
    })
    const generator = Object.freeze(function* () {
      yield 'yielded'
    })
    const params = {
      one: dependency(Frozen),
      two: dependency(frozen),
      three: dependency(generator),
    }
    app.post('/frozen', { ...on('frozen'), params }, ({ one, two, three }) => [
      one.base,
      two,
      three,
    ])
    const { value } = await everywhere(
      () => ({ app }),
      (surface) => surface.call('frozen'),
      ['http'],
    ).then(({ http }) => http as { value: unknown })
    expect(value).toEqual([true, 'called', 'yielded'])
  })

  const NO_PROVIDER = /^dependency\(\) takes a function that provides the value, or a class, got /
  // What JavaScript callers hand over, whatever the types say.
  const provide = dependency as (given: unknown, options?: unknown) => unknown
  const wrong: Readonly<Record<string, readonly [given: unknown, text: RegExp | string]>> = {
    nothing: [undefined, NO_PROVIDER],
    null: [null, NO_PROVIDER],
    'an object with a method': [{ provide: () => 1 }, NO_PROVIDER],
    'an instance': [new Settings(), NO_PROVIDER],
    'a promise': [Promise.resolve(1), NO_PROVIDER],
    'a generator that runs already': [(function* () {})(), NO_PROVIDER],
    'a dependency': [dependency(() => 1), NO_PROVIDER],
    text: ['db', NO_PROVIDER],
    'a class of the language': [
      Map,
      'dependency(): Map is a class of the language; write () => new Map(…)',
    ],
  }
  test.each(Object.keys(wrong))('%s is none, and is refused when it is declared', (name) => {
    const [given, text] = wrong[name] ?? []
    expect(() => provide(given)).toThrow(text)
  })

  test('fresh is true or false', () => {
    for (const fresh of [1, 'true', null]) {
      expect(() => provide(() => 1, { fresh })).toThrow('Dependency fresh must be true or false')
    }
  })
})

describe('P-DI-2: once for each call, or fresh for each use', () => {
  const build = () => {
    const log: string[] = []
    let made = 0
    const counted = (name: string, fresh: boolean) =>
      dependency(
        async function* () {
          const id = `${name}${++made}`
          log.push(`open ${id}`)
          yield id
          log.push(`close ${id}`)
        },
        { name, fresh },
      )
    const shared = counted('shared', false)
    const fresh = counted('fresh', true)
    const user = dependency(({ fresh: own }) => own, { name: 'user', uses: { fresh } })
    const app = newApp()
    const params = { one: shared, two: shared, three: fresh, four: fresh, five: user, six: user }
    app.post('/values', { ...on('values'), params }, async (given, call) => {
      const { one, two, three, four, five, six } = given
      const resolved = await Promise.all([
        call.resolve(shared),
        call.resolve(fresh),
        call.resolve(fresh),
      ])
      return {
        shared: new Set([one, two, resolved[0]]).size,
        fresh: new Set([three, four, five, resolved[1], resolved[2]]).size,
        // The one that uses it is shared, so what it uses was opened once for it.
        user: five === six,
      }
    })
    return { app, log }
  }

  test('shared by everybody, or a value of its own for everybody; each of them closed', async () => {
    const seen = await everywhere(build, async (surface, { log }) => {
      const { value } = await surface.call('values')
      const opened = log.filter((line) => line.startsWith('open')).map((line) => line.slice(5))
      const closed = log.filter((line) => line.startsWith('close')).map((line) => line.slice(6))
      // Newest first, and nothing is shared with the next call.
      return [value, opened.length, closed.join() === opened.reverse().join()]
    })
    expect(seen).toEqual(alike([{ shared: 1, fresh: 5, user: true }, 6, true]))
  })

  test('a fresh one that comes to use itself is a cycle all the same', async () => {
    const app = newApp()
    const self: ReturnType<typeof dependency<unknown>> = dependency(
      (_: object, call): Promise<unknown> => call.resolve(self),
      { name: 'self', fresh: true },
    )
    app.post('/self', on('self'), (_, call) =>
      call.resolve(self).catch((error: Error) => error.message),
    )
    const seen = await everywhere(
      () => ({ app }),
      async (surface) => (await surface.call('self')).value,
      ['http'],
    )
    expect(seen).toEqual({ http: 'Dependency cycle detected: self -> self' })
  })

  test('one whose opening fails is asked for again', async () => {
    const makes = () => {
      const app = newApp()
      let tries = 0
      const flaky = dependency(
        async () => {
          if (++tries === 1) throw new Error('first')
          return tries
        },
        { name: 'flaky', fresh: true },
      )
      app.post('/flaky', on('flaky'), async (_, call) => {
        const first = await call.resolve(flaky).catch((error: Error) => error.message)
        return [first, await call.resolve(flaky)]
      })
      return { app }
    }
    const seen = await everywhere(makes, async (surface) => (await surface.call('flaky')).value)
    expect(seen).toEqual(alike(['first', 2]))
  })
})

describe('P-DI-3, PW-16: cleanup', () => {
  const traced = (name: string, log: string[], fails = false) =>
    dependency(
      async function* () {
        try {
          yield name
          log.push(`commit ${name}`)
        } catch {
          log.push(`rollback ${name}`)
        }
        if (fails) throw new Error(`cleanup of ${name}`)
      },
      { name },
    )
  const makes = (way: string) => () => {
    const log: string[] = []
    const app = newApp()
    const broken = dependency(
      (): string => {
        throw new Error('cannot be had')
      },
      { name: 'broken' },
    )
    const params = {
      a: traced('a', log),
      b: traced('b', log, way === 'cleanup fails'),
      c: traced('c', log),
    }
    const more = way === 'a later one fails' ? { ...params, d: broken } : params
    app.post('/work', { ...on('work'), params: more }, () => {
      log.push('handler')
      if (way === 'handler fails') throw new HttpError(409, 'no')
      return 'done'
    })
    return { app, log }
  }
  const ways: Readonly<Record<string, readonly [ok: boolean, log: readonly string[]]>> = {
    'all is well': [true, ['handler', 'commit c', 'commit b', 'commit a']],
    'handler fails': [false, ['handler', 'rollback c', 'rollback b', 'rollback a']],
    'a later one fails': [false, ['rollback c', 'rollback b', 'rollback a']],
    // What could not be closed was not done: those that are left are told so, and so is the caller.
    'cleanup fails': [false, ['handler', 'commit c', 'commit b', 'rollback a']],
  }

  test.each(Object.keys(ways))('once each, newest first, told how it went: %s', async (way) => {
    const seen = await everywhere(makes(way), async (surface, { log }) => [
      (await surface.call('work')).ok,
      log,
    ])
    expect(seen).toEqual(alike([...(ways[way] ?? [])]))
  })
})

describe('P-DI-4: no caller can send what is injected', () => {
  test('it is refused as every unknown argument is, and stands in no schema', async () => {
    const build = () => {
      const app = newApp()
      const db = dependency(() => 'real', { name: 'db' })
      const fresh = dependency(() => 'real', { name: 'fresh', fresh: true })
      class Real {
        readonly name = 'real'
      }
      const params = { id: z.string(), db, fresh, real: dependency(Real) }
      app.post('/take', { ...on('take'), params }, (given) => [
        given.db,
        given.fresh,
        given.real.name,
      ])
      return { app }
    }
    const seen = await everywhere(build, async (surface, { app }) => {
      const right = await surface.call('take', { id: 'x' })
      const refused = []
      for (const name of ['db', 'fresh', 'real']) {
        const answer = await surface.call('take', { id: 'x', [name]: 'forged' })
        refused.push(answer.problem?.['code'])
      }
      const listed = app.catalogue.actions[0]?.params.map(({ name }) => name)
      return [right.value, refused, listed]
    })
    const bad = 'VALIDATION_ERROR'
    expect(seen).toEqual(alike([['real', 'real', 'real'], [bad, bad, bad], ['id']]))
  })
})

describe('P-DI-5, PW-15: providers depend on providers', () => {
  test('three deep, a class among them, opened from the inside and closed from the outside', async () => {
    const build = () => {
      const log: string[] = []
      const pool = dependency(
        async function* () {
          log.push('open pool')
          yield { name: 'pool' }
          log.push('close pool')
        },
        { name: 'pool' },
      )
      class Session {
        readonly name: string
        constructor({ pool: inner }: { readonly pool: { readonly name: string } }) {
          log.push('open session')
          this.name = `session of ${inner.name}`
        }
        [Symbol.dispose](): void {
          log.push('close session')
        }
      }
      const session = dependency(Session, { uses: { pool } })
      const notes = dependency(
        function* ({ session: inner }) {
          log.push('open notes')
          yield `notes of ${inner.name}`
          log.push('close notes')
        },
        { name: 'notes', uses: () => ({ session }) },
      )
      const app = newApp()
      app.post('/notes', { ...on('notes'), params: { notes } }, (given) => given.notes)
      return { app, log }
    }
    const seen = await everywhere(build, async (surface, { log }) => [
      (await surface.call('notes')).value,
      log,
    ])
    const opened = ['open pool', 'open session', 'open notes']
    const closed = ['close notes', 'close session', 'close pool']
    expect(seen).toEqual(alike(['notes of session of pool', [...opened, ...closed]]))
  })

  test('a cycle fails at start-up, through a class too', () => {
    class Left {}
    type Any = ReturnType<typeof dependency<unknown>>
    const left: Any = dependency(Left, { name: 'left', uses: () => ({ right }) })
    const right: Any = dependency(() => 1, { name: 'right', fresh: true, uses: () => ({ left }) })
    const app = newApp()
    app.get('/cycle', { params: { left } }, () => 'never')
    expect(() => app.catalogue).toThrow('Dependency cycle detected: left -> right -> left')
  })
})

describe('stand-ins in tests', () => {
  test('for a fresh one, for a class, and for what others use', async () => {
    const log: string[] = []
    const pool = dependency(() => 'pool', { name: 'pool' })
    class Repository {
      readonly of: string
      constructor({ pool: inner }: { readonly pool: string }) {
        this.of = inner
      }
    }
    const repository = dependency(Repository, { uses: { pool } })
    const traceId = dependency(() => 'real', { name: 'traceId', fresh: true })
    const app = newApp()
    const params = { repository, one: traceId, two: traceId }
    app.get('/all', { params }, (given) => [given.repository.of, given.one, given.two])
    const get = async (override: Parameters<typeof testClient>[1]) => {
      await using client = testClient(app, override)
      return (await client.http.get('/all')).json()
    }
    let made = 0
    const counted = dependency(
      function* () {
        yield `fake ${++made}`
        log.push('closed')
      },
      { name: 'counted' },
    )
    expect(await get({})).toEqual(['pool', 'real', 'real'])
    // As fresh as what it stands in for, and each of them closed.
    expect(await get({ override: [[traceId, counted]] })).toEqual(['pool', 'fake 1', 'fake 2'])
    expect(log).toEqual(['closed', 'closed'])
    expect(await get({ override: [[traceId, 'same']] })).toEqual(['pool', 'same', 'same'])
    expect(await get({ override: [[pool, 'fake pool']] })).toEqual(['fake pool', 'real', 'real'])
    const fake = new Repository({ pool: 'by hand' })
    expect(await get({ override: [[repository, fake]] })).toEqual(['by hand', 'real', 'real'])
    class Fake extends Repository {}
    const other = dependency(Fake, { uses: { pool: dependency(() => 'its own') } })
    expect(await get({ override: [[repository, other]] })).toEqual(['its own', 'real', 'real'])
  })
})
