// FND-16: the deadline in each await of the lifecycle. After it has passed, nothing of the
// developer's starts any more, whatever was being waited for, and the caller is told TIMEOUT.

import { createApp, dependency, handle, type Middleware, Problem } from 'trefoil'
import { AuthContext, guard, inputGuard } from 'trefoil/auth'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { RawConnection } from '../attacks/raw-connection.ts'
import {
  ALL,
  alike,
  ENV,
  everywhere,
  Gate,
  Lines,
  on,
  oneSurface,
  type Surface,
  type SurfaceId,
  settled,
  within,
} from './surfaces.ts'

/** Every await, in the order of the lifecycle. */
const POINTS = [
  'authenticator',
  'onAuthenticated',
  'first guard',
  'second guard',
  'validator of a',
  'validator of b',
  'first guard with input',
  'second guard with input',
  'approval hook',
  'outer middleware',
  'inner middleware',
  'nested dependency',
  'dependency',
  'dependency that resolves',
  'last dependency',
  'handler',
  'handler that resolves',
  'inner middleware, after next',
  'outer middleware, after next',
  'validator of returns',
] as const
type Point = (typeof POINTS)[number]

/** Points at which nobody can say that nothing was done, and those at which everybody can. */
const BEFORE_EXECUTE = POINTS.slice(0, POINTS.indexOf('outer middleware'))
const AFTER_HANDLER = POINTS.slice(POINTS.indexOf('handler'))

/** Longer ones are for a machine that was too busy to reach the point in time. */
const TIMEOUTS = ['200ms', '1s', '4s'] as const

class Trace {
  readonly starts: string[] = []
  /** What began after the caller had been answered. */
  readonly late: string[] = []
  isOver = false
  opened = 0
  closed = 0
  readonly gate = new Gate()
  wasReached = false
  readonly #point: Point

  constructor(point: Point) {
    this.#point = point
  }

  /** The first statement of everything the developer wrote. */
  async begins(name: string): Promise<void> {
    this.starts.push(name)
    if (this.isOver) this.late.push(name)
    await this.waits(name)
  }

  async waits(name: string): Promise<void> {
    if (name !== this.#point) return
    this.wasReached = true
    await this.gate.wait()
  }
}

function build(point: Point, timeout: string) {
  const trace = new Trace(point)
  const passing = (name: string, needsInput: boolean) =>
    (needsInput ? inputGuard : guard)({
      name: name.replaceAll(' ', '_'),
      check: async () => {
        await trace.begins(name)
        return true
      },
    })
  const wrapping =
    (name: string): Middleware =>
    async (_, next) => {
      await trace.begins(name)
      const value = await next()
      await trace.waits(`${name}, after next`)
      return value
    }
  const opening = (name: string, uses: Parameters<typeof dependency>[1] = {}) =>
    dependency(
      async function* () {
        trace.opened++
        try {
          await trace.begins(name)
          yield name
        } finally {
          trace.closed++
        }
      },
      { ...uses, name },
    )
  const checked = (name: string) =>
    z.string().refine(async () => {
      await trace.begins(name)
      return true
    })
  const nested = opening('nested dependency')
  const outer = opening('dependency', { uses: { nested } })
  const hidden = opening('hidden dependency')
  const resolving = dependency(
    async (_, call) => {
      await trace.begins('dependency that resolves')
      return call.resolve(hidden)
    },
    { name: 'resolving' },
  )
  const last = opening('last dependency')
  const own = opening('dependency of the handler')
  const app = createApp({
    name: 'deadlines',
    env: ENV,
    log: { logger: new Lines().logger },
    auth: [
      {
        authenticate: async (_request) => {
          await trace.begins('authenticator')
          return new AuthContext({ subject: 'ann' })
        },
        onAuthenticated: async () => {
          await trace.begins('onAuthenticated')
          return undefined
        },
        surfaces: ALL,
      },
    ],
    approval: async () => {
      await trace.begins('approval hook')
      return true
    },
  })
  app.post(
    '/pay',
    {
      ...on('pay'),
      timeout,
      needsApproval: ALL,
      guards: [
        passing('first guard', false),
        passing('second guard', false),
        passing('first guard with input', true),
        passing('second guard with input', true),
      ],
      middleware: [wrapping('outer middleware'), wrapping('inner middleware')],
      errorHandlers: [
        handle(Problem, () => trace.begins('error handler of problems')),
        handle(Error, () => trace.begins('error handler')),
      ],
      params: {
        a: checked('validator of a'),
        b: checked('validator of b'),
        outer,
        resolving,
        last,
      },
      returns: z.object({
        paid: z.boolean().refine(async () => {
          await trace.begins('validator of returns')
          return true
        }),
      }),
    },
    async (_, call) => {
      await trace.begins('handler')
      call.background(() => trace.begins('background task'))
      await trace.waits('handler that resolves')
      await call.resolve(own)
      return { paid: true }
    },
  )
  return { app, trace }
}

interface Ending {
  readonly code: unknown
  readonly started: unknown
  readonly retryable: unknown
  readonly late: readonly string[]
  readonly open: number
}

async function interrupt(surface: Surface, trace: Trace): Promise<Ending> {
  const answer = await surface.call('pay', { a: 'a', b: 'b' }, { approval: 'granted' })
  trace.isOver = true
  trace.gate.open()
  await settled()
  const { code, started, retryable } = answer.problem ?? {}
  const open = trace.opened - trace.closed
  return { code: code ?? answer.raw, started, retryable, late: trace.late, open }
}

/** The ending of a call whose deadline passes at one point. */
async function endings(point: Point): Promise<Partial<Record<SurfaceId, Ending>>> {
  for (const timeout of TIMEOUTS) {
    let wasReached = true
    const seen = await everywhere(
      () => build(point, timeout),
      async (surface, { trace }) => {
        const ending = await interrupt(surface, trace)
        wasReached &&= trace.wasReached
        return ending
      },
    )
    if (wasReached) return seen
  }
  throw new Error(`nobody waits at '${point}'`)
}

describe('FND-16: nothing starts after the deadline has passed', () => {
  test.each(POINTS)('in: %s', async (point) => {
    const seen = await endings(point)
    const facts = Object.entries(seen).map(([id, { code, late }]) => [id, { code, late }])
    expect(Object.fromEntries(facts)).toEqual(alike({ code: 'TIMEOUT', late: [] }))
  })
})

describe('FND-16: what was opened is closed, though it came late', () => {
  const withDependencies = POINTS.slice(POINTS.indexOf('nested dependency'))
  test.each(withDependencies)('in: %s', async (point) => {
    const seen = await endings(point)
    const facts = Object.entries(seen).map(([id, { open }]) => [id, open])
    expect(Object.fromEntries(facts)).toEqual(alike(0))
  })
})

describe('FND-16: TIMEOUT says whether the handler had begun', () => {
  test.each(BEFORE_EXECUTE)('in: %s', async (point) => {
    const seen = await endings(point)
    const said = Object.entries(seen).map(([id, { started, retryable }]) => [
      id,
      { started, retryable },
    ])
    expect(Object.fromEntries(said)).toEqual(alike({ started: false, retryable: true }))
  })

  test.each(AFTER_HANDLER)('in: %s', async (point) => {
    const seen = await endings(point)
    const said = Object.entries(seen).map(([id, { started, retryable }]) => [
      id,
      { started, retryable },
    ])
    expect(Object.fromEntries(said)).toEqual(alike({ started: true, retryable: false }))
  })

  test('and is of one mind about what comes between', async () => {
    for (const point of ['outer middleware', 'dependency'] as const) {
      for (const { started, retryable } of Object.values(await endings(point))) {
        expect(typeof started).toBe('boolean')
        expect(retryable).toBe(!started)
      }
    }
  })
})

describe('FND-16: the deadline while a body arrives', () => {
  const bodies: Readonly<Record<string, readonly [path: string, body: string]>> = {
    http: ['/pay', '{"a":"a","b":"b"}'],
    mcp: [
      '/mcp',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pay","arguments":{"a":"a","b":"b"}}}',
    ],
    'cli-remote': ['/__trefoil__/actions/call', '{"action":"pay","arguments":{"a":"a","b":"b"}}'],
  }
  test.each(Object.keys(bodies))('%s', async (name) => {
    const [path, body] = bodies[name] ?? ['/', '']
    const starts: string[] = []
    const late: string[] = []
    let isOver = false
    const start = async (what: string) => {
      starts.push(what)
      if (isOver) late.push(what)
    }
    const app = createApp({
      name: 'bodies',
      env: ENV,
      publicSurfaces: ALL,
      limits: { timeout: '200ms' },
      log: { logger: new Lines().logger },
    })
    const a = z.string().refine(async () => {
      await start('validator')
      return true
    })
    app.post('/pay', { ...on('pay'), params: { a, b: a } }, () => start('handler'))
    const answer = await oneSurface('http', { app }, async ({ server }) => {
      const connection = new RawConnection(server.port)
      const head = [
        `POST ${path} HTTP/1.1`,
        'Host: localhost',
        'Content-Type: application/json',
        'Accept: application/json, text/event-stream',
        `Content-Length: ${body.length}`,
      ]
      connection.send(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 5)}`)
      const response = await within(connection.response(), 'an answer to half a body')
      isOver = true
      connection.send(body.slice(5))
      await settled()
      connection.vanish()
      return response
    })
    expect(answer?.body).toContain('TIMEOUT')
    expect(answer?.body.replaceAll(' ', '')).toContain('"started":false')
    expect({ starts, late }).toEqual({ starts: [], late: [] })
  })
})

describe('FND-16: the deadline between the pieces of a stream', () => {
  const COLLECTED = ['mcp-legacy', 'mcp-modern', 'cli-local', 'cli-remote'] as const
  test.each(['first', 'second'] as const)('before the %s piece', async (where) => {
    const make = () => {
      const gate = new Gate()
      const late: string[] = []
      const state = { isOver: false, open: 0 }
      const start = (what: string) => {
        if (state.isOver) late.push(what)
      }
      const db = dependency(
        async function* () {
          state.open++
          try {
            yield {}
          } finally {
            state.open--
          }
        },
        { name: 'db' },
      )
      const app = createApp({
        name: 'streams',
        env: ENV,
        publicSurfaces: ALL,
        log: { logger: new Lines().logger },
      })
      app.post(
        '/pieces',
        { ...on('pieces'), timeout: '200ms', params: { db } },
        async function* () {
          if (where === 'first') await gate.wait()
          yield 'one'
          start('the second piece')
          if (where === 'second') await gate.wait()
          yield 'two'
          start('the third piece')
          yield 'three'
        },
      )
      return { app, gate, late, state }
    }
    const seen = await everywhere(
      make,
      async (surface, { gate, late, state }) => {
        const { problem, raw } = await surface
          .call('pieces')
          .catch((error: unknown) => ({ problem: null, raw: String(error) }))
        state.isOver = true
        gate.open()
        await settled()
        const { code, started } = problem ?? {}
        return { code: code ?? raw, started, late, open: state.open }
      },
      COLLECTED,
    )
    expect(seen).toEqual(alike({ code: 'TIMEOUT', started: true, late: [], open: 0 }, COLLECTED))
  })
})
