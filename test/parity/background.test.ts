// P-BG-1, P-BG-2, PW-35: work after the answer, with dependencies of its own, on every surface.
import { createApp, dependency, HttpError } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { currentCall } from 'trefoil/current-call'
import { serve } from 'trefoil/node'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { eventually } from '../attacks/eventually.ts'
import {
  ALL,
  alike,
  ENV,
  everywhere,
  Gate,
  type Json,
  Lines,
  on,
  SURFACE_IDS,
  type SurfaceId,
  settled,
  surfaceOf,
  within,
} from '../findings/surfaces.ts'

function site(limits: object = {}) {
  const lines = new Lines()
  const trace: string[] = []
  const gate = new Gate()
  const tx = dependency(
    async function* () {
      trace.push('open')
      try {
        yield 'tx'
        trace.push('commit')
      } catch (error) {
        trace.push(`rollback: ${(error as Error).message}`)
        throw error
      }
    },
    { name: 'tx' },
  )
  const app = createApp({
    name: 'background',
    env: ENV,
    limits: { background: limits },
    log: { logger: lines.logger },
    auth: [{ authenticate: (_request) => new AuthContext({ subject: 'ann' }), surfaces: ALL }],
  })
  return { app, lines, trace, gate, tx }
}

/** What the loggers were told at `error`, with the call that each line is of. */
function errors(lines: Lines): readonly unknown[] {
  return lines
    .at('error')
    .map(({ message, fields: { action, subject, request_id } }) => [
      message,
      action,
      subject,
      typeof request_id,
    ])
}

describe('P-BG-2, PW-35: after the answer', () => {
  test('the caller has it while the tasks wait; then they run in order, with values of their own', async () => {
    const build = () => {
      const built = site()
      const { app, trace, gate, tx } = built
      app.post('/work', { ...on('work'), params: { tx } }, (_, call) => {
        call.background(async (task) => {
          await gate.wait()
          trace.push(`first: ${await task.resolve(tx)}`)
        })
        call.background(() => trace.push('second'))
        call.background(async () => trace.push('third'))
        trace.push('handler')
        return 'answer'
      })
      return built
    }
    const seen = await everywhere(build, async (surface, { trace, gate }) => {
      const { value } = await surface.call('work')
      await within(gate.reached, 'the first task')
      const before = [...trace]
      gate.open()
      await eventually(() => expect(trace).toContain('third'))
      return [value, before, trace.slice(before.length)]
    })
    const before = ['open', 'handler', 'commit']
    const after = ['open', 'first: tx', 'commit', 'second', 'third']
    expect(seen).toEqual(alike(['answer', before, after]))
  })

  test('a task that throws is rolled back and logged with its call; the next one runs', async () => {
    const build = () => {
      const built = site()
      const { app, trace, tx } = built
      app.post('/work', on('work'), (_, call) => {
        call.background(async (task) => {
          await task.resolve(tx)
          throw new Error('boom')
        })
        call.background(() => trace.push('next'))
        return 1
      })
      return built
    }
    const seen = await everywhere(build, async (surface, { trace, lines }) => {
      const { ok } = await surface.call('work')
      await eventually(() => expect(trace).toContain('next'))
      return [ok, trace, errors(lines)]
    })
    const line = ['Background task failed', 'work', 'ann', 'string']
    expect(seen).toEqual(alike([true, ['open', 'rollback: boom', 'next'], [line]]))
  })

  test('says who called and by what; the request and its arguments are over', async () => {
    const build = () => {
      const built = site()
      const seen: Json[] = []
      const { app } = built
      app.post('/work', on('work'), (_, call) => {
        const { requestId, callId } = call
        call.background((task) => {
          const missing = ['request', 'args', 'headers'].filter((member) => {
            try {
              return Reflect.get(task, member) === undefined
            } catch {
              return true
            }
          })
          seen.push({
            subject: task.auth?.subject,
            action: task.action.name,
            source: task.source,
            isSame: task.requestId === requestId && task.callId === callId,
            current: currentCall() === (task as unknown),
            own: (task as unknown) !== call,
            client: Object.keys(task.client),
            missing,
          })
        })
        return 1
      })
      return { ...built, seen }
    }
    const seen = await everywhere(build, async (surface, { seen: told }) => {
      await surface.call('work')
      await eventually(() => expect(told).toHaveLength(1))
      return told.map(({ source, ...rest }) => ({ ...rest, source: source === surface.source }))
    })
    const told = {
      subject: 'ann',
      action: 'work',
      source: true,
      isSame: true,
      current: true,
      own: true,
      client: ['address', 'userAgent'],
      missing: ['request', 'args', 'headers'],
    }
    expect(seen).toEqual(alike([told]))
  })

  test('P-BG-1: not after a call that failed, unless it is for always', async () => {
    const build = () => {
      const built = site()
      const { app, trace, tx } = built
      app.post('/work', { ...on('work'), params: { tx } }, (_, call) => {
        call.background(() => trace.push('never'))
        call.background(() => trace.push('always'), { always: true })
        throw new HttpError(409, 'no')
      })
      return built
    }
    const seen = await everywhere(build, async (surface, { trace }) => {
      await surface.call('work')
      await eventually(() => expect(trace).toContain('always'))
      await settled()
      return trace
    })
    expect(seen).toEqual(alike(['open', 'rollback: no', 'always']))
  })

  test('a task may add tasks: they run after it, with their own dependencies', async () => {
    const build = () => {
      const built = site()
      const { app, trace, tx } = built
      app.post('/work', on('work'), (_, call) => {
        call.background(async (task) => {
          await task.resolve(tx)
          task.background(async (added) => trace.push(`added: ${await added.resolve(tx)}`))
          trace.push('first')
        })
        return 1
      })
      return built
    }
    const seen = await everywhere(build, async (surface, { trace }) => {
      await surface.call('work')
      await eventually(() => expect(trace).toHaveLength(6))
      return trace
    })
    expect(seen).toEqual(alike(['open', 'first', 'commit', 'open', 'added: tx', 'commit']))
  })

  test('one too many is told to its caller, and its call is taken back', async () => {
    const build = () => {
      const built = site({ waiting: 1 })
      const { app, trace, tx } = built
      app.post('/work', { ...on('work'), params: { tx } }, (_, call) => {
        call.background(() => trace.push('never'))
        call.background(() => trace.push('never'))
        return 1
      })
      app.post('/one', on('one'), (_, call) => {
        call.background(() => trace.push('one'))
        return 1
      })
      return built
    }
    const seen = await everywhere(build, async (surface, { trace }) => {
      const { problem } = await surface.call('work')
      // The place of the first was given back.
      const { ok } = await surface.call('one')
      await eventually(() => expect(trace).toContain('one'))
      return [problem?.['code'], ok, trace]
    })
    const full = 'rollback: Too much background work is waiting'
    expect(seen).toEqual(alike(['unavailable', true, ['open', full, 'one']]))
  })

  test('a task that never ends: the server stops, names it, and takes back what it had open', async () => {
    const build = () => {
      const built = site()
      const { app, trace, gate, tx } = built
      app.onShutdown(() => void trace.push('shutdown'))
      app.post('/work', on('work'), (_, call) => {
        call.background(async (task) => {
          await task.resolve(tx)
          task.signal.addEventListener('abort', () => trace.push('aborted'))
          await gate.wait()
        })
        call.background(() => trace.push('never'))
        return 1
      })
      return built
    }
    // By hand: what `close` fails with is what is looked at.
    const stopped = async (id: SurfaceId) => {
      const { app, trace, gate, lines } = build()
      const server = await serve(app, { port: 0, signals: false, drainTimeout: '200ms' })
      await surfaceOf(id, app, server).call('work')
      await within(gate.reached, 'the task')
      const ended = await server.close().then(
        () => 'closed',
        (error: Error) => error.message.replace(/within \d+ ms/, 'in time'),
      )
      gate.open()
      await settled()
      return [id, [ended, trace, errors(lines)]]
    }
    const seen = Object.fromEntries(await Promise.all(SURFACE_IDS.map(stopped)))
    const ended =
      'Shutdown failed: 2 background task(s) did not end in time; 1 of them had not begun'
    const trace = ['open', 'aborted', 'rollback: The server is stopping', 'shutdown']
    const lines = [
      ['Background task did not end before shutdown', 'work', 'ann', 'string'],
      ['Background task had not begun before shutdown', 'work', 'ann', 'string'],
    ]
    expect(seen).toEqual(alike([ended, trace, lines]))
  })
})

describe('in tests', () => {
  test('P-TST-1: after client.idle() every task has ended', async () => {
    const { app, trace, tx } = site()
    app.post('/work', on('work'), (_, call) => {
      call.background(async (task) => {
        await settled()
        trace.push(`task: ${await task.resolve(tx)}`)
      })
      return 1
    })
    const fake = dependency(() => 'fake', { name: 'fake' })
    await using client = testClient(app, { override: [[tx, fake, { resolved: true }]] })
    await client.idle()
    for (const call of [
      () => client.http.post('/work'),
      () => client.mcp.callTool('work'),
      () => client.cli.call('work'),
    ]) {
      await call()
      await client.idle()
      // What stands in for a dependency stands in for it here, too.
      expect(trace.splice(0)).toEqual(['task: fake'])
    }
  })
})
