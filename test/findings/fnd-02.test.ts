// FND-2: what was checked is what leaves. The text is made in the step of the check, before
// anything else may run: nobody who still holds the handler's object can add to the answer.
import { createApp, dependency, HttpError, handle, reply } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ALL, alike, ENV, everywhere, Gate, Lines, on, settled, within } from './surfaces.ts'

const SECRET = '$argon2$s3cret'
const User = z.object({ id: z.string(), tags: z.array(z.string()) })
// What no fast path knows goes another way through the framework.
const Refined = User.refine(() => true)

interface Shared {
  id: string
  tags: string[]
  password_hash?: string
}
const ann = (): Shared => ({ id: 'u1', tags: ['a'] })

function newApp() {
  return createApp({
    name: 'fnd-2',
    env: ENV,
    publicSurfaces: ALL,
    log: { logger: new Lines().logger },
  })
}

/** A dependency that does something while it is closed, as a flushing ORM does. */
function closing(act: () => unknown, scope: 'request' | 'function' = 'request') {
  return dependency(
    async function* () {
      yield {}
      await act()
    },
    { name: 'closing', scope },
  )
}

const CHANGES: Readonly<Record<string, (user: Shared) => void>> = {
  'adds a member': (user) => {
    user.password_hash = SECRET
  },
  'adds to a list inside': (user) => void user.tags.push(SECRET),
  'changes a member': (user) => {
    user.id = SECRET
  },
  'adds a toJSON': (user) => void Object.assign(user, { toJSON: () => SECRET }),
}
const SCHEMAS = { known: User, refined: Refined, none: undefined } as const

describe.each(Object.keys(CHANGES))('FND-2: a dependency that %s as it closes', (change) => {
  test.each(['known', 'refined', 'none'] as const)('changes nothing; returns: %s', async (kind) => {
    const build = () => {
      const user = ann()
      const app = newApp()
      const orm = closing(() => CHANGES[change]?.(user))
      const returns = SCHEMAS[kind]
      const params = { orm }
      if (returns === undefined) app.post('/user', { ...on('user'), params }, () => user)
      else app.post('/user', { ...on('user'), params, returns }, () => user)
      return { app }
    }
    const seen = await everywhere(build, async (surface) => (await surface.call('user')).value)
    expect(seen).toEqual(alike(ann()))
  })
})

test('FND-2: another call that changes the shared object meanwhile changes nothing', async () => {
  const build = () => {
    const user = ann()
    const gate = new Gate()
    const app = newApp()
    const params = { tx: closing(() => gate.wait()) }
    app.post('/user', { ...on('user'), params, returns: User }, () => user)
    app.post('/login', { ...on('login') }, () => {
      user.password_hash = SECRET
      user.tags.push(SECRET)
      return true
    })
    return { app, gate }
  }
  const seen = await everywhere(build, async (surface, { gate }) => {
    const waiting = surface.call('user')
    await within(gate.reached, 'the dependency closes')
    await surface.call('login')
    gate.open()
    return (await waiting).value
  })
  expect(seen).toEqual(alike(ann()))
})

test('FND-2: middleware that keeps the value cannot change it once it has answered', async () => {
  const build = () => {
    const kept: Shared[] = []
    const app = newApp()
    const params = { tx: closing(() => kept[0]?.tags.push(SECRET)) }
    app.use(async (_, next) => {
      const value = await next()
      // The handler's own object, as middleware that counts or caches holds it.
      kept.push(value as Shared)
      return value
    })
    app.post('/user', { ...on('user'), params, returns: User }, ann)
    return { app }
  }
  const seen = await everywhere(build, async (surface) => (await surface.call('user')).value)
  expect(seen).toEqual(alike(ann()))
})

test('FND-2: a slow validator hands on what it checked, not what became of it', async () => {
  const build = () => {
    const user = ann()
    const gate = new Gate()
    const app = newApp()
    const returns = User.refine(async () => {
      await gate.wait()
      return true
    })
    app.post('/user', { ...on('user'), returns }, () => user)
    return { app, gate, user }
  }
  const seen = await everywhere(build, async (surface, { gate, user }) => {
    const waiting = surface.call('user')
    await within(gate.reached, 'the validator runs')
    user.password_hash = SECRET
    gate.open()
    return (await waiting).raw.includes(SECRET)
  })
  expect(seen).toEqual(alike(false))
})

test('FND-2: a reply and bytes are as good as a value', async () => {
  const build = () => {
    const user = ann()
    const bytes = Buffer.from('plain')
    const app = newApp()
    const tx = closing(() => {
      user.tags.push(SECRET)
      bytes.write('s3cre')
    })
    app.post('/user', { ...on('user'), params: { tx } }, () => reply(user, { status: 201 }))
    app.post('/bytes', { ...on('bytes'), params: { tx } }, () => {
      bytes.write('plain')
      return reply(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    })
    return { app }
  }
  const seen = await everywhere(build, async (surface) => {
    const { value } = await surface.call('user')
    const { raw } = await surface.call('bytes')
    return { value, changed: raw.includes('s3cre') || raw.includes(btoa('s3cre').slice(0, 6)) }
  })
  expect(seen).toEqual(alike({ value: ann(), changed: false }))
})

/** A dependency whose clean-up runs whether the call failed or not. */
function cleaning(act: () => void) {
  return dependency(
    async function* () {
      try {
        yield {}
      } finally {
        act()
      }
    },
    { name: 'cleaning' },
  )
}

test('FND-2: what an error handler answers is taken at once', async () => {
  const build = () => {
    const user = ann()
    const app = newApp()
    const params = { tx: cleaning(() => user.tags.push(SECRET)) }
    const errorHandlers = [handle(RangeError, () => user)]
    app.post('/handled', { ...on('handled'), params, errorHandlers }, () => {
      throw new RangeError('odd')
    })
    return { app }
  }
  const seen = await everywhere(build, async (surface) => (await surface.call('handled')).value)
  expect(seen).toEqual(alike(ann()))
})

test('FND-2: what a problem says is taken at once', async () => {
  const build = () => {
    const details: Record<string, unknown> = { order_id: 'o1' }
    const app = newApp()
    const params = {
      tx: cleaning(() => {
        details['password_hash'] = SECRET
      }),
    }
    app.post('/conflict', { ...on('conflict'), params }, () => {
      throw new HttpError(409, 'Already shipped', { details })
    })
    return { app }
  }
  const seen = await everywhere(build, async (surface) => {
    const { problem, raw } = await surface.call('conflict')
    return { order: problem?.['order_id'], leaked: raw.includes(SECRET) }
  })
  expect(seen).toEqual(alike({ order: 'o1', leaked: false }))
})

test('FND-2: background work and late promises of the handler come too late', async () => {
  const build = () => {
    const user = ann()
    const gate = new Gate()
    const app = newApp()
    const params = { tx: closing(() => gate.wait()) }
    app.post('/user', { ...on('user'), params, returns: User }, (_, call) => {
      // A promise nobody awaits goes on while the dependency closes.
      void gate.reached.then(() => {
        user.password_hash = SECRET
        gate.open()
      })
      call.background(() => user.tags.push(SECRET))
      return user
    })
    return { app }
  }
  const seen = await everywhere(build, async (surface) => {
    const { value } = await surface.call('user')
    await settled()
    return value
  })
  expect(seen).toEqual(alike(ann()))
})
