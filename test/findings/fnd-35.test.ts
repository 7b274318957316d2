// FND-35: middleware that loses the handler's value is told so; a `next()` nobody awaits is
// awaited by the engine. With the types of 0.2 a middleware that does not return does not even
// compile: `app.use(async (_, next) => { await next() })` is an error, hence the casts below.
import { createApp, dependency, HttpError, type Middleware } from 'trefoil'
import { describe, expect, test } from 'vitest'
import {
  ALL,
  alike,
  ENV,
  everywhere,
  Gate,
  Lines,
  on,
  runModule,
  settled,
  within,
} from './surfaces.ts'

// Named, so that the log can name them.
async function awaitsAndForgets(_: unknown, next: () => Promise<unknown>): Promise<void> {
  await next()
}
function callsAndForgets(_: unknown, next: () => Promise<unknown>): void {
  void next()
}
async function callsAndForgetsLater(_: unknown, next: () => Promise<unknown>): Promise<void> {
  void next()
}
async function passesOn(_: unknown, next: () => Promise<unknown>): Promise<unknown> {
  return next()
}
const FORGETFUL = { awaitsAndForgets, callsAndForgets, callsAndForgetsLater } as const
type Name = keyof typeof FORGETFUL
// The keys of the table above.
const NAMES = Object.keys(FORGETFUL) as Name[]

/** The types of 0.2 refuse what these tests are about. */
const untyped = (middleware: unknown) => middleware as Middleware

function newApp(lines: Lines) {
  return createApp({ name: 'fnd-35', env: ENV, publicSurfaces: ALL, log: { logger: lines.logger } })
}

type Placing = (app: ReturnType<typeof newApp>, middleware: Middleware) => void
const answer = () => ({ fine: true })
const PLACINGS: Readonly<Record<string, Placing>> = {
  'on the app': (app, middleware) => {
    app.use(middleware)
    app.post('/work', on('work'), answer)
  },
  'on a route': (app, middleware) => {
    app.post('/work', { ...on('work'), middleware: [middleware] }, answer)
  },
  'on a group': (app, middleware) => {
    const group = app.group('', { middleware: [middleware] })
    group.post('/work', on('work'), answer)
  },
  'inside another': (app, middleware) => {
    app.use(passesOn)
    app.post('/work', { ...on('work'), middleware: [middleware] }, answer)
  },
  'around another': (app, middleware) => {
    app.use(middleware)
    app.post('/work', { ...on('work'), middleware: [passesOn] }, answer)
  },
}

describe('FND-35: a value that middleware loses is an error that names it', () => {
  describe.each(Object.keys(PLACINGS))('%s', (placing) => {
    test.each(NAMES)('%s', async (name) => {
      const build = () => {
        const lines = new Lines()
        const app = newApp(lines)
        PLACINGS[placing]?.(app, untyped(FORGETFUL[name]))
        return { app, lines }
      }
      const seen = await everywhere(build, async (surface, { lines }) => {
        const { ok, problem, raw } = await surface.call('work')
        const text = lines
          .at('error')
          .map(({ fields, message }) => {
            const error = fields['error'] ?? fields['err']
            return `${message} ${String(error)} ${JSON.stringify(fields)}`
          })
          .join()
        return {
          code: ok ? `answered ${raw.slice(-60)}` : problem?.['code'],
          middleware: text.includes(name),
          action: text.includes('work'),
        }
      })
      expect(seen).toEqual(alike({ code: 'INTERNAL_ERROR', middleware: true, action: true }))
    })
  })
})

describe('FND-35: what middleware may do', () => {
  const build = (middleware: unknown, handler: () => unknown) => () => {
    const lines = new Lines()
    const app = newApp(lines)
    app.use(untyped(middleware))
    app.post('/work', on('work'), handler)
    return { app, lines }
  }
  const fine: Readonly<
    Record<string, readonly [middleware: unknown, handler: () => unknown, value: unknown]>
  > = {
    'answer without calling next': [() => 'short cut', answer, 'short cut'],
    'answer with nothing without calling next': [() => undefined, answer, null],
    'forget a next that gave nothing': [awaitsAndForgets, () => undefined, null],
    'answer with another value': [
      async (_: unknown, next: () => Promise<unknown>) => [await next()],
      answer,
      [{ fine: true }],
    ],
    'answer with null on purpose': [
      async (_: unknown, next: () => Promise<unknown>) => {
        await next()
        return null
      },
      answer,
      null,
    ],
    'catch a failure and answer': [
      (_: unknown, next: () => Promise<unknown>) => next().catch(() => 'instead'),
      () => {
        throw new Error('x')
      },
      'instead',
    ],
  }
  test.each(Object.keys(fine))('%s', async (name) => {
    const [middleware, handler, value] = fine[name] ?? [null, answer, null]
    const seen = await everywhere(build(middleware, handler), async (surface, { lines }) => {
      const { ok, value: answered } = await surface.call('work')
      return { ok, value: answered ?? null, errors: lines.at('error').length }
    })
    expect(seen).toEqual(alike({ ok: true, value, errors: 0 }))
  })
})

describe('FND-35: a next() nobody awaits', () => {
  const early = (_: unknown, next: () => Promise<unknown>): string => {
    void next()
    return 'early'
  }
  const later = async (_: unknown, next: () => Promise<unknown>): Promise<string> => {
    void next()
    return 'early'
  }
  test.each([
    ['forgotten', callsAndForgets],
    ['forgotten by an async one', callsAndForgetsLater],
    ['overtaken', early],
    ['overtaken by an async one', later],
  ] as const)('%s: its failure is the call’s', async (_, middleware) => {
    const build = () => {
      const app = newApp(new Lines())
      app.use(untyped(middleware))
      app.post('/work', on('work'), async () => {
        await settled()
        throw new HttpError(409, 'Already shipped', { code: 'shipped' })
      })
      return { app }
    }
    const seen = await everywhere(
      build,
      async (surface) => (await surface.call('work')).problem?.['code'],
    )
    expect(seen).toEqual(alike('shipped'))
  })

  test('is over before anything is closed', async () => {
    const build = () => {
      const order: string[] = []
      const gate = new Gate()
      const tx = dependency(
        async function* () {
          yield {}
          order.push('closed')
        },
        { name: 'tx' },
      )
      const app = newApp(new Lines())
      app.use(early)
      app.post('/work', { ...on('work'), params: { tx } }, async () => {
        await gate.wait()
        order.push('handler done')
        return 'late'
      })
      return { app, order, gate }
    }
    const seen = await everywhere(build, async (surface, { order, gate }) => {
      const answered = surface.call('work')
      await within(gate.reached, 'the handler')
      await settled()
      gate.open()
      await answered
      return order
    })
    expect(seen).toEqual(alike(['handler done', 'closed']))
  })

  test.each(['undefined', "'early'"])('the process survives; returned: %s', async (returned) => {
    const { code, out } = await runModule(`
      import { createApp } from 'trefoil'
      const silent = () => {}
      const logger = { debug: silent, info: silent, warn: silent, error: silent }
      const app = createApp({ env: {}, publicSurfaces: ['api', 'mcp', 'cli'], log: { logger } })
      app.use((_, next) => { next(); return ${returned} })
      app.get('/work', async () => { throw new Error('unheard') })
      const { status } = await app.fetch(new Request('http://localhost/work'))
      await new Promise((resolve) => setImmediate(resolve))
      console.log(status)
    `)
    expect({ code, out: out.trim() }).toEqual({ code: 0, out: '500' })
  })
})
