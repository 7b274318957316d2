// FND-17: error handlers, the closing of dependencies, streams and background work have bounds of
// their own, and none of them turns a refusal into an answer.

import { createApp, dependency, HttpError, handle, Problem, reply, stream } from 'trefoil'
import { AuthContext, guard, inputGuard } from 'trefoil/auth'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { eventually } from '../attacks/eventually.ts'
import {
  ALL,
  alike,
  backgroundAlways,
  type CallOptions,
  ENV,
  everywhere,
  Gate,
  type Json,
  Lines,
  NETWORK_IDS,
  on,
  oneSurface,
  settled,
  within,
} from './surfaces.ts'

const TOKEN = { token: 'ann' }

function newApp(more: object = {}) {
  const options = {
    name: 'fnd-17',
    env: ENV,
    log: { logger: new Lines().logger },
    auth: [
      {
        authenticate: ({ bearer }: { readonly bearer: string | null }) =>
          bearer === null ? null : new AuthContext({ subject: bearer }),
        surfaces: ALL,
      },
    ],
    approval: ({ token }: { readonly token: string }) => token === 'granted',
    ...more,
  }
  return createApp(options)
}

describe('FND-17: an error handler sees what the developer’s code threw, and no refusal', () => {
  type Case = readonly [action: string, args: Json, options: CallOptions, code: string]
  const cases: Readonly<Record<string, Case>> = {
    'no credential': ['pay', { amount: 1 }, {}, 'AUTHENTICATION_ERROR'],
    'a denied guard': ['denied', {}, TOKEN, 'ACCESS_DENIED'],
    'a guard that fails': ['broken', {}, TOKEN, 'ACCESS_DENIED'],
    'a bad argument': ['pay', { amount: 'x' }, TOKEN, 'VALIDATION_ERROR'],
    'a guard with input': ['late', { amount: 1 }, TOKEN, 'ACCESS_DENIED'],
    'a missing approval': ['pay', { amount: 1 }, TOKEN, 'approval_required'],
    'a forged approval': ['pay', { amount: 1 }, { ...TOKEN, approval: 'x' }, 'approval_denied'],
    'a deadline in the handler': ['hang', {}, TOKEN, 'TIMEOUT'],
    'a deadline that the handler heeds': ['heed', {}, TOKEN, 'TIMEOUT'],
    'a deadline in a dependency': ['stuck', {}, TOKEN, 'TIMEOUT'],
  }
  const build = () => {
    const seen: string[] = []
    const app = newApp()
    const catching = (name: string) => (error: unknown) => {
      seen.push(`${name}: ${error instanceof Problem ? error.code : String(error)}`)
      return reply({ fine: true }, { status: 200 })
    }
    app.onError(Problem, catching('Problem'))
    app.onError(Error, catching('Error'))
    const deny = guard({ name: 'Deny', check: () => false })
    const broken = guard({
      name: 'Broken',
      check: () => {
        throw new Error('down')
      },
    })
    const late = inputGuard({ name: 'Late', check: async () => false })
    const amount = z.number()
    const T = { timeout: '150ms' } as const
    app.post('/pay', { ...on('pay'), needsApproval: ALL, params: { amount } }, () => 1)
    app.post('/denied', { ...on('denied'), guards: [deny] }, () => 1)
    app.post('/broken', { ...on('broken'), guards: [broken] }, () => 1)
    app.post('/late', { ...on('late'), guards: [late], params: { amount } }, () => 1)
    app.post('/hang', { ...on('hang'), ...T }, () => new Promise(() => {}))
    app.post('/heed', { ...on('heed'), ...T }, (_, call) => aborted(call.signal))
    const stuck = dependency(() => new Promise(() => {}), { name: 'stuck' })
    app.post('/stuck', { ...on('stuck'), ...T, params: { stuck } }, () => 1)
    app.post('/thrown', on('thrown'), () => {
      throw new HttpError(409, 'mine')
    })
    app.post('/odd', on('odd'), () => {
      throw new RangeError('odd')
    })
    app.post('/leave', on('leave'), async (_, call) => {
      seen.push('waiting')
      await aborted(call.signal)
    })
    return { app, seen }
  }

  test.each(Object.keys(cases))('%s', async (name) => {
    const [action, args, options, code] = cases[name] ?? ['', {}, {}, '']
    const answers = await everywhere(build, async (surface, { seen }) => {
      const { problem } = await surface.call(action, args, options)
      await settled()
      return { code: problem?.['code'], seen }
    })
    expect(answers).toEqual(alike({ code, seen: [] }))
  })

  test('a caller that left is nobody to answer', async () => {
    const answers = await everywhere(build, async (surface, { seen }) => {
      const leaving = new AbortController()
      const answer = surface.call('leave', {}, { ...TOKEN, signal: leaving.signal })
      await eventually(() => expect(seen).toContain('waiting'))
      leaving.abort()
      await answer
      await surface.server.close()
      await settled()
      return seen
    })
    expect(answers).toEqual(alike(['waiting']))
  })

  test('its own failures it does see', async () => {
    const answers = await everywhere(build, async (surface, { seen }) => {
      await surface.call('thrown', {}, TOKEN)
      await surface.call('odd', {}, TOKEN)
      return seen
    })
    expect(answers).toEqual(alike(['Problem: http_error', 'Error: RangeError: odd']))
  })
})

/** Rejects with the reason when the signal aborts. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

test('FND-17: an error handler that hangs is ended by the deadline', async () => {
  const build = () => {
    const app = newApp()
    const errorHandlers = [handle(RangeError, () => new Promise(() => {}))]
    app.post('/odd', { ...on('odd'), errorHandlers, timeout: '200ms' }, () => {
      throw new RangeError('odd')
    })
    return { app }
  }
  const seen = await everywhere(build, async (surface) => {
    const answer = surface.call('odd', {}, TOKEN)
    return answer.then(
      ({ problem }) => problem?.['code'],
      (error: Error) => error.message.replace(/http\S+/, ''),
    )
  })
  expect(seen).toEqual(alike('TIMEOUT'))
})

describe('FND-17: closing has a bound of its own', () => {
  const closing = (close: () => unknown) =>
    dependency(
      async function* () {
        try {
          yield {}
        } finally {
          await close()
        }
      },
      { name: 'tx' },
    )

  test('limits.close ends a closing that hangs, and the answer is thrown away', async () => {
    const build = () => {
      const app = newApp({ limits: { close: '200ms' } })
      const tx = closing(() => new Promise(() => {}))
      app.post('/pay', { ...on('pay'), params: { tx } }, () => ({ paid: true }))
      app.post('/odd', { ...on('odd'), params: { tx } }, () => {
        throw new HttpError(409, 'mine')
      })
      return { app }
    }
    const seen = await everywhere(build, async (surface) => {
      const paid = await surface.call('pay', {}, TOKEN)
      const odd = await surface.call('odd', {}, TOKEN)
      return [paid.ok, paid.problem?.['code'], odd.ok]
    })
    expect(seen).toEqual(alike([false, 'INTERNAL_ERROR', false]))
  })

  test('the others are closed although one hangs', async () => {
    const build = () => {
      const closed: string[] = []
      const app = newApp({ limits: { close: '200ms' } })
      const first = closing(() => closed.push('first'))
      const hung = closing(() => new Promise(() => {}))
      app.post('/pay', { ...on('pay'), params: { first, hung } }, () => 1)
      return { app, closed }
    }
    const seen = await everywhere(build, async (surface, { closed }) => {
      await surface.call('pay', {}, TOKEN)
      await settled()
      return closed
    })
    expect(seen).toEqual(alike(['first']))
  })

  test('a commit is not interrupted by the deadline of the call', async () => {
    const build = () => {
      const gate = new Gate()
      const app = newApp()
      const tx = closing(() => gate.wait())
      app.post('/pay', { ...on('pay'), timeout: '200ms', params: { tx } }, () => 'paid')
      app.post('/hang', { ...on('hang'), timeout: '300ms' }, () => new Promise(() => {}))
      return { app, gate }
    }
    const seen = await everywhere(build, async (surface, { gate }) => {
      const answer = surface.call('pay', {}, TOKEN)
      await within(gate.reached, 'the closing')
      // When a longer deadline that began later has passed, this one has too.
      await surface.call('hang', {}, TOKEN)
      gate.open()
      return (await answer).value
    })
    expect(seen).toEqual(alike('paid'))
  })
})

describe('FND-17: a stream on HTTP is under a deadline too', () => {
  const build = (where: 'route' | 'app', hang: 'first' | 'second') => () => {
    const gate = new Gate()
    const told: string[] = []
    const db = dependency(
      async function* () {
        try {
          yield {}
          told.push('commit')
        } catch (error) {
          told.push('rollback')
          throw error
        }
      },
      { name: 'db' },
    )
    const timeout = { timeout: '200ms' } as const
    const app = newApp(where === 'app' ? { limits: timeout } : {})
    const own = where === 'route' ? timeout : {}
    app.post('/pieces', { ...on('pieces'), ...own, params: { db } }, () =>
      stream(
        (async function* () {
          if (hang === 'first') await gate.wait()
          yield 'one,'
          if (hang === 'second') await gate.wait()
          yield 'two'
        })(),
      ),
    )
    app.post('/hang', { ...on('hang'), timeout: '300ms' }, () => new Promise(() => {}))
    return { app, gate, told }
  }

  test.each([
    ['route', 'first'],
    ['route', 'second'],
    ['app', 'first'],
  ] as const)('the %s’s own cuts it before its %s piece', async (where, hang) => {
    const built = build(where, hang)()
    const ended = await oneSurface('http', built, async (surface) => {
      const { ok, raw } = await surface
        .call('pieces', {}, TOKEN)
        .catch((error: Error) => ({ ok: false, raw: error.message }))
      await eventually(() => expect(built.told).not.toEqual([]))
      built.gate.open()
      return { ok, hung: raw.includes('nothing came') }
    })
    expect({ ...ended, told: built.told }).toEqual({ ok: false, hung: false, told: ['rollback'] })
  })

  test('the app’s ends with the first piece: what comes after may take its time', async () => {
    const built = build('app', 'second')()
    const value = await oneSurface('http', built, async (surface) => {
      const answer = surface.call('pieces', {}, TOKEN)
      await within(built.gate.reached, 'the first piece')
      await surface.call('hang', {}, TOKEN)
      built.gate.open()
      return (await answer).value
    })
    expect({ value, told: built.told }).toEqual({ value: 'one,two', told: ['commit'] })
  })
})

describe('FND-17: background work is done only after an answer that stands', () => {
  const ways: Readonly<Record<string, readonly [runs: boolean]>> = {
    'a value': [true],
    'a reply of 201': [true],
    // Looks like a success, and everything was rolled back.
    'a handled error': [false],
    'a thrown error': [false],
    'a thrown HttpError': [false],
    'a reply of 500': [false],
    'a reply of 404': [false],
    'a broken promise of returns': [false],
    'a value with no JSON form': [false],
    'a closing that fails': [false],
    'a deadline': [false],
  }
  const build = (name: string, always: boolean) => () => {
    const ran: string[] = []
    const app = newApp()
    const tx = dependency(
      async function* () {
        yield {}
        if (name === 'a closing that fails') throw new Error('no commit')
      },
      { name: 'tx' },
    )
    const errorHandlers = [handle(RangeError, () => 'handled')]
    const returns = z.unknown().refine((value) => value !== 'broken')
    const options = {
      ...on('work'),
      params: { tx },
      errorHandlers,
      returns,
      timeout: '300ms' as const,
    }
    app.post('/work', options, (_, call): unknown => {
      const task = () => ran.push('task')
      if (always) backgroundAlways(call, task)
      else call.background(task)
      switch (name) {
        case 'a reply of 201':
          return reply(1, { status: 201 })
        case 'a handled error':
          throw new RangeError('x')
        case 'a thrown error':
          throw new Error('x')
        case 'a thrown HttpError':
          throw new HttpError(404, 'x')
        case 'a reply of 500':
          return reply(1, { status: 500 })
        case 'a reply of 404':
          return reply(1, { status: 404 })
        case 'a broken promise of returns':
          return 'broken'
        case 'a value with no JSON form':
          return { n: 1n }
        case 'a deadline':
          return new Promise(() => {})
        default:
          return 1
      }
    })
    return { app, ran }
  }

  test.each(Object.keys(ways))('after %s', async (name) => {
    const [runs] = ways[name] ?? [false]
    const seen = await everywhere(build(name, false), async (surface, { ran }) => {
      await surface.call('work', {}, TOKEN)
      // A stopping server waits for what it still has to do.
      await surface.server.close()
      await settled()
      return ran.length
    })
    expect(seen).toEqual(alike(runs ? 1 : 0))
  })

  test.each(Object.keys(ways))('always, when asked for so, after %s', async (name) => {
    const seen = await everywhere(build(name, true), async (surface, { ran }) => {
      await surface.call('work', {}, TOKEN)
      await eventually(() => expect(ran).toHaveLength(1)).catch(() => {})
      return ran.length
    })
    expect(seen).toEqual(alike(1))
  })

  test('and a caller that left is no answer that stands', async () => {
    const makes = () => {
      const ran: string[] = []
      const gate = new Gate()
      const app = newApp()
      app.post('/leave', on('leave'), async (_, call) => {
        call.background(() => ran.push('task'))
        void gate.wait()
        await aborted(call.signal)
      })
      return { app, ran, gate }
    }
    const seen = await everywhere(
      makes,
      async (surface, { ran, gate }) => {
        const leaving = new AbortController()
        const answer = surface.call('leave', {}, { ...TOKEN, signal: leaving.signal })
        await within(gate.reached, 'the handler')
        leaving.abort()
        await answer
        await surface.server.close()
        await settled()
        return ran
      },
      NETWORK_IDS,
    )
    expect(seen).toEqual(alike([], NETWORK_IDS))
  })
})
