// FND-56: what is handed out as `call.action` is a view; what the app runs by is frozen to the
// bottom. Who attacks: a plugin, once. What it would win: every later call without validation,
// approval, guards.

import { createApp, dependency, handle, type Middleware } from 'trefoil'
import { AuthContext, guard, hasRole } from 'trefoil/auth'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ANN, CALL_PLACES, hooked, PLACES, type Place, type Probe, visit } from './hooked.ts'
import { reachable } from './reachable.ts'
import { ALL, alike, assigning, ENV, everywhere, Lines, on, trying } from './surfaces.ts'

interface HasAction {
  readonly action: object
}
/** The approval request names its action by text. */
const WITH_ACTION = PLACES.filter((place) => place !== 'approval')

const hostile = (): never => {
  throw new Error('the attacker’s code ran')
}

/** Overwrites and empties everything that can be reached through data, four floors down. */
function vandalise(target: object, floors = 4): void {
  for (const key of Reflect.ownKeys(target)) {
    const value = Reflect.getOwnPropertyDescriptor(target, key)?.value
    // Schemas are the developer's: spoiling one is not an attack on the framework.
    const isData = typeof value === 'object' && value !== null && !('~standard' in value)
    if (isData && floors > 0) vandalise(value, floors - 1)
    if (!Array.isArray(target)) Reflect.set(target, key, replacementOf(value))
  }
  if (Array.isArray(target)) trying(() => target.splice(0))
}

function replacementOf(value: unknown): unknown {
  if (typeof value === 'function') return hostile
  if (typeof value === 'boolean') return !value
  return Array.isArray(value) ? [] : null
}

/** Is everything still as it was declared? */
async function defences(
  build: (probe: Probe) => ReturnType<typeof hooked>,
  attack: (place: Place, view: object) => void,
): Promise<unknown> {
  return everywhere(
    () => {
      let armed = true
      return build((place, view) => {
        if (armed) attack(place, view)
        if (place === 'error handler') armed = false
      })
    },
    async (surface, { ran }) => {
      await visit(surface).catch(() => {})
      ran.length = 0
      const unapproved = { ...ANN, approval: undefined }
      const { approval: _, ...withoutApproval } = unapproved
      const code = async (...spec: Parameters<typeof surface.call>) =>
        (await surface.call(...spec)).problem?.['code']
      return {
        badArgument: await code('work', { amount: 101 }, ANN),
        wrongType: await code('work', { amount: 'x' }, ANN),
        unapproved: await code('work', { amount: 1 }, withoutApproval),
        nobody: await code('work', { amount: 1 }, { approval: 'granted' }),
        denied: await code('denied', {}, ANN),
        caught: (await surface.call('fail', { amount: 1 }, ANN)).value,
        fine: (await surface.call('work', { amount: 1 }, ANN)).value,
        ran,
      }
    },
  )
}

const STANDING = {
  badArgument: 'VALIDATION_ERROR',
  wrongType: 'VALIDATION_ERROR',
  unapproved: 'approval_required',
  nobody: 'AUTHENTICATION_ERROR',
  denied: 'ACCESS_DENIED',
  caught: 'caught',
  fine: { amount: 1 },
  ran: [{ amount: 1, bound: 1, subject: 'ann' }],
}

describe('FND-56: an attack on call.action leaves every check standing', () => {
  const attacks: Readonly<Record<string, (action: object) => void>> = {
    'on everything': (action) => vandalise(action),
    'on everything behind its prototype': (action) => {
      const prototype: object = Object.getPrototypeOf(action)
      if (prototype !== Object.prototype) vandalise(prototype, 1)
    },
    'on a schema': (action) => {
      // As a plugin in plain JavaScript would write it.
      const { params } = action as { readonly params?: { [index: number]: object } }
      trying(() => {
        if (params?.[0] !== undefined) params[0] = { ...params[0], schema: null }
      })
    },
    'on the need of approval': (action) => {
      const { approval } = action as { readonly approval?: object }
      for (const surface of ALL) if (approval !== undefined) assigning(approval, surface, false)
    },
    'on what is public': (action) => {
      const { public: open } = action as { readonly public?: object }
      for (const surface of ALL) if (open !== undefined) assigning(open, surface, true)
    },
    'on guards, dependencies and error handlers': (action) => {
      for (const member of ['guards', 'dependencies', 'errorHandlers', 'middleware', 'params']) {
        const list: unknown = Reflect.get(action, member)
        if (Array.isArray(list)) trying(() => list.splice(0))
        assigning(action, member, [])
      }
      assigning(action, 'handler', hostile)
    },
  }
  describe.each(Object.keys(attacks))('%s', (name) => {
    test.each(['middleware', 'guard', 'provider', 'authenticator'] as const)(
      'from %s',
      async (from) => {
        const seen = await defences(
          (probe) => hooked(probe, new Lines().logger),
          (place, view) => {
            // The places all have an action.
            if (place === from) attacks[name]?.((view as HasAction).action)
          },
        )
        expect(seen).toEqual(alike(STANDING))
      },
    )
  })
})

describe('FND-56: call.action is a view', () => {
  test.each(WITH_ACTION)('at %s', async (place) => {
    const build = () => {
      const results: unknown[] = []
      const made = hooked((where, view) => {
        if (where !== place || results.length > 0) return
        const { action } = view as HasAction
        const members = ['name', 'method', 'path', 'tags', 'metadata', 'anything']
        results.push({
          keys: Object.keys(action),
          spread: { ...action },
          extensible: Object.isExtensible(action),
          prototype: Object.isFrozen(Object.getPrototypeOf(action)),
          finds: reachable(action, { secrets: [] }).map(({ path, what }) => `${what}: ${path}`),
          assigned: members.map((member) => assigning(action, member, 'x')),
        })
      }, new Lines().logger)
      return { ...made, results }
    }
    const seen = await everywhere(build, async (surface, { results }) => {
      await visit(surface)
      return results[0]
    })
    const view = { keys: [], spread: {}, extensible: false, prototype: true, finds: [] }
    expect(seen).toEqual(alike({ ...view, assigned: Array(6).fill('TypeError') }))
  })

  test('that still says what the action is', async () => {
    const build = () => {
      const facts: unknown[] = []
      const made = hooked((place, view) => {
        if (!(CALL_PLACES as readonly Place[]).includes(place)) return
        // A call at these places.
        const { action } = view as { readonly action: Readonly<Record<string, unknown>> }
        if (action['name'] === 'work') {
          facts.push([action['method'], action['path'], action['tags'], action['metadata']])
        }
      }, new Lines().logger)
      return { ...made, facts }
    }
    const seen = await everywhere(build, async (surface, { facts }) => {
      await surface.call('work', { amount: 1 }, ANN)
      return facts
    })
    const fact = ['POST', '/work', ['orders'], { team: { name: 'shop' } }]
    expect(seen).toEqual(alike([fact, fact, fact, fact]))
  })
})

describe('FND-56: compiled actions are deeply frozen', () => {
  test('as the app shows them', () => {
    const { app, owned } = hooked(() => {}, new Lines().logger)
    const finds = app.catalogue.actions.flatMap((action) =>
      reachable(action, { secrets: [], own: [...Object.values(owned), ...action.guards] }),
    )
    expect(finds.filter(({ path }) => !path.includes('.handler'))).toEqual([])
  })

  test('what the developer changes in his own options afterwards changes nothing', async () => {
    const build = () => {
      const guards = [hasRole('admin')]
      const surfaces: ('api' | 'mcp' | 'cli')[] = ['api', 'mcp', 'cli']
      const params: Record<string, z.ZodType> = { amount: z.int().max(100) }
      const wrap: Middleware[] = [(_, next) => next()]
      const errorHandlers = [handle(RangeError, () => 'caught')]
      const auth = [
        {
          authenticate: ({ bearer }: { readonly bearer: string | null }) =>
            bearer === null ? null : new AuthContext({ subject: bearer, roles: [bearer] }),
          surfaces: ALL,
        },
      ]
      const app = createApp({
        name: 'fnd-56',
        env: ENV,
        log: { logger: new Lines().logger },
        auth,
        approval: () => true,
      })
      const options = { ...on('pay'), guards, params, middleware: wrap, errorHandlers }
      app.post('/pay', { ...options, needsApproval: surfaces }, () => {
        throw new RangeError('x')
      })
      // Compiled by its first look at the catalogue; then the lists are emptied.
      expect(app.catalogue.actions).toHaveLength(1)
      guards.length = 0
      surfaces.length = 0
      errorHandlers.length = 0
      wrap.unshift(hostile)
      auth.length = 0
      params['amount'] = z.any()
      return { app }
    }
    const seen = await everywhere(build, async (surface) => {
      const admin = { token: 'admin', approval: 'granted' }
      const code = async (args: object, options: object) =>
        (await surface.call('pay', { ...args }, options)).problem?.['code']
      return [
        await code({ amount: 1 }, { approval: 'granted' }),
        await code({ amount: 1 }, { ...admin, token: 'user' }),
        await code({ amount: 101 }, admin),
        await code({ amount: 1 }, { token: 'admin' }),
        (await surface.call('pay', { amount: 1 }, admin)).value,
      ]
    })
    const codes = ['AUTHENTICATION_ERROR', 'ACCESS_DENIED', 'VALIDATION_ERROR', 'approval_required']
    expect(seen).toEqual(alike([...codes, 'caught']))
  })

  test('a guard and a dependency are what they were when they were declared', async () => {
    const build = () => {
      const app = createApp({
        name: 'fnd-56',
        env: ENV,
        log: { logger: new Lines().logger },
        auth: [
          {
            authenticate: (_request) => new AuthContext({ subject: 'ann', roles: ['user'] }),
            surfaces: ALL,
          },
        ],
      })
      const deny = guard({ name: 'Deny', check: () => false })
      const admin = hasRole('admin')
      const db = dependency(() => 'ours', { name: 'db' })
      app.post('/own', { ...on('own'), guards: [deny] }, () => 'passed')
      app.post('/role', { ...on('role'), guards: [admin] }, () => 'passed')
      app.post('/db', { ...on('db'), params: { db } }, (args) => args.db)
      expect(app.catalogue.actions).toHaveLength(3)
      assigning(deny, 'check', () => true)
      assigning(admin, 'check', () => true)
      assigning(db, 'provide', () => 'theirs')
      return { app }
    }
    const seen = await everywhere(build, async (surface) => [
      (await surface.call('own')).problem?.['code'],
      (await surface.call('role')).problem?.['code'],
      (await surface.call('db')).value,
    ])
    expect(seen).toEqual(alike(['ACCESS_DENIED', 'ACCESS_DENIED', 'ours']))
  })
})
