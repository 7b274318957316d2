// FND-59: the options of a reply are read once, at the answer; and how a call ended is the
// outcome's to say, not the iterator's: a stream that was cut never looks complete.
import { createApp, dependency, type ReplyOptions, reply, stream } from 'trefoil'
import { describe, expect, test } from 'vitest'
import {
  ALL,
  alike,
  ENV,
  everywhere,
  Gate,
  Lines,
  on,
  Records,
  settled,
  within,
} from './surfaces.ts'

function newApp(more: object = {}) {
  const options = {
    name: 'fnd-59',
    env: ENV,
    publicSurfaces: ALL,
    log: { logger: new Lines().logger },
    ...more,
  }
  return createApp(options)
}

/** Options as the handler's code holds them: it may write to them. */
interface Held {
  status: number
  headers: Record<string, string | string[]>
  cookies: Record<string, string | null | { value: string; path: string }>
  meta: Record<string, unknown>
}
const held = (): Held => ({
  status: 201,
  headers: { 'x-order': 'o1', 'x-list': ['a', 'b'] },
  cookies: { theme: 'dark', seen: { value: '1', path: '/a' } },
  meta: { invoice: 'i1' },
})

const CHANGES: Readonly<Record<string, (options: Held) => void>> = {
  'the status': (options) => {
    options.status = 500
  },
  'a status that is none': (options) => {
    options.status = 99
  },
  'a header': (options) => {
    options.headers['x-order'] = 'changed'
  },
  'a header more': (options) => {
    options.headers['x-planted'] = 'changed'
  },
  'a header that splits the answer': (options) => {
    options.headers['x-order'] = 'changed\r\nset-cookie: planted=1'
  },
  'a list of values': (options) => {
    const list = options.headers['x-list']
    if (Array.isArray(list)) list.push('changed')
  },
  'the headers altogether': (options) => {
    options.headers = { 'x-planted': 'changed' }
  },
  'a cookie': (options) => {
    options.cookies['theme'] = 'changed'
  },
  'a cookie more': (options) => {
    options.cookies['planted'] = 'changed'
  },
  'an option of a cookie': (options) => {
    const { seen } = options.cookies
    if (typeof seen === 'object' && seen !== null) seen.value = 'changed'
  },
  'the cookies altogether': (options) => {
    options.cookies = { planted: 'changed' }
  },
}

/** An app whose dependency changes the options while it closes. */
function changing(change: (options: Held) => void) {
  return () => {
    const options = held()
    const app = newApp()
    const tx = dependency(
      async function* () {
        yield {}
        await Promise.resolve()
        change(options)
      },
      { name: 'tx' },
    )
    app.post('/work', { ...on('work'), params: { tx } }, () => reply({ fine: true }, options))
    return { app }
  }
}

describe('FND-59: what closes after the answer changes nothing of it', () => {
  describe.each(Object.keys(CHANGES))('%s', (name) => {
    const build = changing(CHANGES[name] ?? (() => {}))

    test('over HTTP', async () => {
      const { http } = await everywhere(
        build,
        async (surface) => {
          const { status, value, headers } = await surface.call('work')
          return {
            status,
            value,
            order: headers.get('x-order'),
            list: headers.get('x-list'),
            planted: headers.get('x-planted'),
            cookies: headers.getSetCookie().map((line) => line.split(';')[0]),
          }
        },
        ['http'],
      )
      expect(http).toEqual({
        status: 201,
        value: { fine: true },
        order: 'o1',
        list: 'a, b',
        planted: null,
        cookies: ['theme=dark', 'seen=1'],
      })
    })

    test('for agents and the CLI', async () => {
      const ids = ['mcp-legacy', 'mcp-modern', 'cli-local', 'cli-remote'] as const
      const seen = await everywhere(
        build,
        async (surface) => {
          const { ok, value, document } = await surface.call('work')
          const { status_code: status, isError }: Record<string, unknown> = { ...Object(document) }
          return { ok, value, status: status ?? isError }
        },
        ids,
      )
      const fine = { ok: true, value: { fine: true } }
      expect(seen).toEqual({
        ...alike({ ...fine, status: false }, ['mcp-legacy', 'mcp-modern']),
        ...alike({ ...fine, status: 201 }, ['cli-local', 'cli-remote']),
      })
    })
  })

  test('nor does what one call does to options that calls share', async () => {
    const build = () => {
      const options = held()
      const gate = new Gate()
      const app = newApp()
      const tx = dependency(
        async function* () {
          yield {}
          await gate.wait()
        },
        { name: 'tx' },
      )
      app.post('/work', { ...on('work'), params: { tx } }, () => reply({ fine: true }, options))
      app.post('/spoil', on('spoil'), () => {
        options.status = 500
        options.headers['x-order'] = 'changed'
        return null
      })
      return { app, gate }
    }
    const seen = await everywhere(build, async (surface, { gate }) => {
      const answer = surface.call('work')
      await within(gate.reached, 'the closing')
      await surface.call('spoil')
      gate.open()
      const { ok, headers } = await answer
      return [ok, headers.get('x-order') ?? 'o1']
    })
    expect(seen).toEqual(alike([true, 'o1']))
  })

  test('nor a getter: every option is read once', async () => {
    const build = () => {
      const reads: string[] = []
      const counting = (name: string, values: readonly unknown[]) => ({
        get: () => {
          reads.push(name)
          return values[Math.min(reads.filter((read) => read === name).length, values.length) - 1]
        },
        enumerable: true,
      })
      const app = newApp()
      app.post('/work', on('work'), () => {
        // `reply()` itself looks at them; what counts is that nobody looks again later.
        const options = Object.defineProperties(
          {},
          {
            status: counting('status', [201, 201, 500]),
            headers: counting('headers', [
              { 'x-order': 'o1' },
              { 'x-order': 'o1' },
              { 'x-order': 'changed' },
            ]),
          },
        )
        // An object with these two options.
        return reply({ fine: true }, options as ReplyOptions)
      })
      return { app, reads }
    }
    const seen = await everywhere(build, async (surface, { reads }) => {
      const { ok, headers } = await surface.call('work')
      const twice = reads.filter((name) => name === 'status').length <= 2
      return [ok, headers.get('x-order') ?? 'o1', twice]
    })
    expect(seen).toEqual(alike([true, 'o1', true]))
  })

  test('nor the facts for the record', async () => {
    const build = () => {
      const options = held()
      const records = new Records()
      const app = newApp({ log: { onCall: records.onCall, logger: new Lines().logger } })
      const tx = dependency(
        async function* () {
          yield {}
          options.meta['invoice'] = 'changed'
        },
        { name: 'tx' },
      )
      app.post('/work', { ...on('work'), params: { tx } }, () => reply({ fine: true }, options))
      return { app, records }
    }
    const seen = await everywhere(build, async (surface, { records }) => {
      await surface.call('work')
      const [record] = await records.atLeast(1)
      return record?.meta
    })
    expect(seen).toEqual(alike({ invoice: 'i1' }))
  })
})

describe('FND-59: a stream that was cut does not look complete', () => {
  const COLLECTED = ['mcp-legacy', 'mcp-modern', 'cli-local', 'cli-remote'] as const
  /** Sources that end politely when they are told to: they look as if they were done. */
  const polite: Readonly<Record<string, (signal: AbortSignal) => AsyncIterable<string>>> = {
    'a source that heeds the signal': (signal) =>
      (async function* () {
        yield 'half of it'
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      })(),
    'a source that finishes when it is closed': () => {
      const closed = Promise.withResolvers<IteratorResult<string>>()
      let isFirst = true
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => {
            if (!isFirst) return closed.promise
            isFirst = false
            return Promise.resolve({ done: false as const, value: 'half of it' })
          },
          return: () => {
            const done = { done: true as const, value: undefined }
            closed.resolve(done)
            return Promise.resolve(done)
          },
        }),
      }
    },
    'a source that swallows the abort': (signal) =>
      (async function* () {
        yield 'half of it'
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        }).catch(() => {})
        yield ', and a last word'
      })(),
  }
  const build = (name: string) => () => {
    const told: string[] = []
    const app = newApp()
    const tx = dependency(
      async function* () {
        try {
          yield {}
          told.push('commit')
        } catch (error) {
          told.push('rollback')
          throw error
        }
      },
      { name: 'tx' },
    )
    app.post('/work', { ...on('work'), timeout: '200ms', params: { tx } }, (_, call) =>
      stream(polite[name]?.(call.signal) ?? []),
    )
    return { app, told }
  }

  test.each(Object.keys(polite))('collected: %s', async (name) => {
    const seen = await everywhere(
      build(name),
      async (surface, { told }) => {
        const { ok, problem, raw } = await surface
          .call('work')
          .catch((error: Error) => ({ ok: false, problem: null, raw: error.message }))
        await settled()
        return { ok, code: problem?.['code'], half: raw.includes('half of it'), told }
      },
      COLLECTED,
    )
    const ending = { ok: false, code: 'TIMEOUT', half: false, told: ['rollback'] }
    expect(seen).toEqual(alike(ending, COLLECTED))
  })

  test.each(Object.keys(polite))('over HTTP, a route’s own deadline: %s', async (name) => {
    const seen = await everywhere(
      build(name),
      async (surface, { told }) => {
        const { ok } = await surface.call('work').catch(() => ({ ok: false }))
        await settled()
        return { ok, told }
      },
      ['http'],
    )
    expect(seen).toEqual(alike({ ok: false, told: ['rollback'] }, ['http']))
  })
})
