// FND-8: nothing handed to foreign code can change what the engine goes by. Who attacks: a
// middleware, a guard, a plugin. What it would win: other arguments than were approved, other
// rights than the caller has.
import { AuthContext, hasRole } from 'trefoil/auth'
import { describe, expect, test } from 'vitest'
import { ANN, CALL_PLACES, hooked, PLACES, type Place, type Probe, visit } from './hooked.ts'
import { alike, assigning, everywhere, Lines, trying } from './surfaces.ts'

const SHARED = ['source', 'entrypoint', 'requestId', 'action', 'auth', 'log', 'signal', 'client']
const OF_CALL = [
  ...SHARED,
  ...['args', 'request', 'state', 'app', 'cspNonce', 'resolve', 'authorize', 'background'],
]
const OF_AUTH_REQUEST = [...SHARED, 'request', 'headers', 'bearer', 'resolve'].filter(
  (member) => member !== 'auth',
)
const OF_APPROVAL = [...SHARED, 'argumentsHash', 'args', 'token', 'resolve']
const OF_PROVIDER = [...SHARED, 'request', 'resolve']

const admin = () => new AuthContext({ subject: 'mallory', roles: ['admin'] })

function membersAt(place: Place): readonly string[] {
  if (place === 'authenticator' || place === 'onAuthenticated') return OF_AUTH_REQUEST
  if (place === 'approval') return OF_APPROVAL
  return place === 'provider' ? OF_PROVIDER : OF_CALL
}

/** Runs a probe at one place on every surface, and the approved call with it. */
async function at(place: Place, act: (view: object) => unknown): Promise<unknown> {
  const build = () => {
    const results: unknown[] = []
    const probe: Probe = (where, view) => {
      if (where === place) results.push(act(view))
    }
    return { ...hooked(probe, new Lines().logger), results }
  }
  return everywhere(build, async (surface, { results, ran }) => {
    // A call that an attack broke has no answer; what ran is what is asked for.
    await visit(surface).catch(() => {})
    return { result: results[0], ran }
  })
}

const APPROVED = [{ amount: 1, bound: 1, subject: 'ann' }]

describe('FND-8: assigning any member throws, and the approved call runs', () => {
  test.each(PLACES)('at %s', async (place) => {
    const seen = await at(place, (view) => {
      const other: Readonly<Record<string, unknown>> = {
        args: { amount: 99, lines: [] },
        auth: admin(),
        source: 'api',
      }
      const results = membersAt(place).map((member) => [
        member,
        assigning(view, member, other[member] ?? null),
      ])
      return Object.fromEntries([...results, ['anything', assigning(view, 'anything', 1)]])
    })
    const result = Object.fromEntries(
      [...membersAt(place), 'anything'].map((member) => [member, 'TypeError']),
    )
    expect(seen).toEqual(alike({ result, ran: APPROVED }))
  })
})

const undoing = (undo: (() => void) | null): void => undo?.()

describe('FND-8: other ways of writing change nothing either', () => {
  const args = { amount: 99, lines: [] }
  const ways: Readonly<Record<string, (view: object) => unknown>> = {
    'defining a member': (view) => Object.defineProperty(view, 'args', { value: args }),
    'defining a getter': (view) => Object.defineProperty(view, 'args', { get: () => args }),
    'assigning many': (view) => Object.assign(view, { args, auth: admin() }),
    'changing the prototype': (view) => Object.setPrototypeOf(view, { args, auth: admin() }),
    'a getter on the prototype': (view) =>
      Object.defineProperty(Object.getPrototypeOf(view), 'args', {
        get: () => args,
        configurable: true,
      }),
    'writing through Reflect': (view) => {
      if (!Reflect.set(view, 'args', args)) throw new TypeError('refused')
    },
    'writing past the setter': (view) => {
      if (!Reflect.set(Object.create(Object.getPrototypeOf(view)), 'args', args, view)) {
        throw new TypeError('refused')
      }
    },
    'deleting a member': (view) => {
      // Deleting what is not an own member is no error; what matters is that it is still there.
      Reflect.deleteProperty(view, 'args')
      if ('args' in view) throw new TypeError('still there')
    },
  }
  describe.each(Object.keys(ways))('%s', (way) => {
    test.each(['middleware', 'guard with input'] as const)('at %s', async (place) => {
      let undo: (() => void) | null = null
      const seen = await at(place, (view) => {
        const prototype: object = Object.getPrototypeOf(view)
        const before = Object.getOwnPropertyDescriptor(prototype, 'args')
        // All five surfaces share one prototype: the first one knows how it was.
        undo ??= () => {
          // A prototype that could be changed is put back for the tests that follow.
          if (before !== undefined) Reflect.defineProperty(prototype, 'args', before)
          else Reflect.deleteProperty(prototype, 'args')
        }
        return trying(() => ways[way]?.(view))
      })
      undoing(undo)
      expect(seen).toEqual(alike({ result: 'TypeError', ran: APPROVED }))
    })
  })
})

test('FND-8: arguments are frozen to the bottom, at every place', async () => {
  const seen = await at('middleware', (view) => {
    const { args } = view as { readonly args: { readonly lines: string[] } }
    return [assigning(args, 'amount', 99), trying(() => args.lines.push('more'))]
  })
  expect(seen).toEqual(alike({ result: ['TypeError', 'TypeError'], ran: APPROVED }))
})

describe('FND-8: nobody makes itself an administrator', () => {
  test.each(CALL_PLACES)('at %s', async (place) => {
    const build = () => {
      const said: string[] = []
      const probe: Probe = async (where, view) => {
        if (where !== place) return
        assigning(view, 'auth', admin())
        // A call at all of these places.
        const call = view as { authorize(guard: unknown): Promise<void> }
        await call.authorize(hasRole('admin')).then(
          () => said.push('admin'),
          () => said.push('refused'),
        )
      }
      return { ...hooked(probe, new Lines().logger), said }
    }
    const seen = await everywhere(build, async (surface, { said }) => {
      await visit(surface)
      await surface.call('work', { amount: 2 }, ANN)
      return said.includes('admin')
    })
    expect(seen).toEqual(alike(false))
  })
})
