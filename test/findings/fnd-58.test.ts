// FND-58: `call.app`, `call.request` and `call.log` are views too: they lead to no part of the
// app, and what one handler does to them nobody else sees.
import { describe, expect, test } from 'vitest'
import { ANN, CALL_PLACES, hooked, type Place, type Probe, visit } from './hooked.ts'
import { alike, assigning, everywhere, Lines, trying } from './surfaces.ts'

const VIEWS = ['app', 'request', 'log', 'client'] as const
type View = (typeof VIEWS)[number]

const MEMBERS: Readonly<Record<View, readonly string[]>> = {
  app: ['name', 'state', 'anything'],
  request: [
    ...['method', 'path', 'search', 'scheme', 'host', 'headers'],
    ...['body', 'json', 'form', 'stream', 'anything'],
  ],
  log: ['debug', 'info', 'warn', 'error', 'child', 'anything'],
  client: ['address', 'userAgent', 'anything'],
}
/** Which views there are where. */
const PLACES_OF: Readonly<Record<View, readonly Place[]>> = {
  app: CALL_PLACES,
  request: [...CALL_PLACES, 'provider', 'authenticator', 'onAuthenticated'],
  log: [...CALL_PLACES, 'provider', 'authenticator', 'onAuthenticated', 'approval'],
  client: [...CALL_PLACES, 'provider', 'authenticator', 'onAuthenticated', 'approval'],
}
const ROWS = VIEWS.flatMap((view) => PLACES_OF[view].map((place) => [view, place] as const))

function viewOf(holder: object, view: View): object {
  const value: unknown = Reflect.get(holder, view)
  return typeof value === 'object' && value !== null ? value : { missing: view }
}

async function at(place: Place, look: (holder: object) => unknown): Promise<unknown> {
  const build = () => {
    const seen: unknown[] = []
    const probe: Probe = (where, holder) => {
      if (where === place && seen.length === 0) seen.push(look(holder))
    }
    return { ...hooked(probe, new Lines().logger), seen }
  }
  return everywhere(build, async (surface, { seen }) => {
    await visit(surface).catch(() => {})
    return seen[0]
  })
}

describe('FND-58: nothing can be assigned, enumerated or added', () => {
  test.each(ROWS)('call.%s at %s', async (view, place) => {
    const seen = await at(place, (holder) => {
      const target = viewOf(holder, view)
      // On 0.1 the logger is the developer's own; what was assigned is put back by the next app.
      const assigned = MEMBERS[view].map((member) => [member, assigning(target, member, 'x')])
      return {
        keys: Object.keys(target),
        extensible: Object.isExtensible(target),
        prototype: Object.isFrozen(Object.getPrototypeOf(target)),
        assigned: Object.fromEntries(assigned),
      }
    })
    const assigned = Object.fromEntries(MEMBERS[view].map((member) => [member, 'TypeError']))
    expect(seen).toEqual(alike({ keys: [], extensible: false, prototype: true, assigned }))
  })
})

test('FND-58: call.app has a name and a state, and nothing else', async () => {
  const seen = await at('handler', (holder) => {
    const app = viewOf(holder, 'app')
    const names = new Set<string>()
    for (let level: object | null = app; level !== null && level !== Object.prototype; ) {
      for (const key of Reflect.ownKeys(level)) names.add(String(key))
      level = Object.getPrototypeOf(level)
    }
    const allowed = new Set(['name', 'state', 'constructor', 'toJSON'])
    const strangers = [...names].filter((name) => !allowed.has(name) && !name.startsWith('Symbol('))
    return { strangers, name: Reflect.get(app, 'name'), state: Reflect.get(app, 'state') }
  })
  expect(seen).toEqual(alike({ strangers: [], name: 'hooked', state: { mine: 'the developer' } }))
})

describe('FND-58: what one call does, no other call sees', () => {
  const attacks: Readonly<Record<string, (holder: object) => unknown>> = {
    'a logger that says nothing': (holder) =>
      Object.assign(viewOf(holder, 'log'), { error: () => {}, warn: () => {}, info: () => {} }),
    'a logger method on the prototype': (holder) => {
      const prototype: object = Object.getPrototypeOf(viewOf(holder, 'log'))
      // The language's own is not ours to freeze, and a view has a prototype of its own.
      if (prototype === Object.prototype) throw new Error('the logger is a plain object')
      return Object.assign(prototype, { error: () => {} })
    },
    'another path': (holder) => Object.assign(viewOf(holder, 'request'), { path: '/elsewhere' }),
    'another name': (holder) => Object.assign(viewOf(holder, 'app'), { name: 'evil' }),
    'another state': (holder) => Object.assign(viewOf(holder, 'app'), { state: {} }),
    'an authenticator': (holder) => {
      const auth: unknown = Reflect.get(viewOf(holder, 'app'), 'auth')
      for (const surface of ['api', 'mcp', 'cli']) {
        if (typeof auth === 'object' && auth !== null) Reflect.deleteProperty(auth, surface)
      }
      throw new TypeError('app.auth is not there, or cannot be changed')
    },
    'an approval hook': (holder) =>
      Object.assign(viewOf(holder, 'app'), { approval: () => true, nextId: () => 'mine' }),
  }
  test.each(Object.keys(attacks))('%s', async (name) => {
    const build = () => {
      const lines = new Lines()
      const seen: unknown[] = []
      let attacked = false
      const probe: Probe = (place, holder) => {
        if (place !== 'handler') return
        if (!attacked) {
          attacked = true
          seen.push(trying(() => attacks[name]?.(holder)))
          return
        }
        const app = viewOf(holder, 'app')
        const request = viewOf(holder, 'request')
        seen.push(Reflect.get(app, 'name'), Reflect.get(app, 'state'))
        seen.push(String(Reflect.get(request, 'path')).includes('elsewhere'))
        const log = viewOf(holder, 'log')
        Reflect.get(log, 'error').call(log, { note: 1 }, 'still heard')
      }
      return { ...hooked(probe, lines.logger), lines, seen }
    }
    const seen = await everywhere(build, async (surface, made) => {
      await surface.call('work', { amount: 1 }, ANN)
      await surface.call('work', { amount: 1 }, ANN)
      const { token: _, ...nobody } = ANN
      const { problem } = await surface.call('work', { amount: 1 }, nobody)
      const heard = made.lines.all.some(({ message }) => message === 'still heard')
      return [...made.seen, heard, problem?.['code']]
    })
    const state = { mine: 'the developer' }
    expect(seen).toEqual(alike(['TypeError', 'hooked', state, false, true, 'AUTHENTICATION_ERROR']))
  })
})

test('FND-58: the state is the developer’s own, and stays it', async () => {
  const build = () => {
    const made = hooked((place, holder) => {
      if (place === 'handler') assigning(Reflect.get(viewOf(holder, 'app'), 'state'), 'mine', 'new')
    }, new Lines().logger)
    return made
  }
  const seen = await everywhere(build, async (surface, { owned }) => {
    await visit(surface)
    return owned.state.mine
  })
  expect(seen).toEqual(alike('new'))
})
