import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { reply } from '../../contract/answer/reply.ts'
import type { Call } from '../../contract/call/call.ts'
import { dependency } from '../../contract/call/dependency.ts'
import type { Outcome } from '../../contract/call/outcome.ts'
import type { AuditPort } from '../../contract/ports/audit.ts'
import { HttpError } from '../../contract/problems/problem.ts'
import { isStream } from '../answer/stream.ts'
import { type CallOptions, problemOf, resultOf, startCall } from '../call.fixture.ts'
import { traced, using } from '../dependencies/dependency.fixture.ts'

/** What an audit log was told, one word an outcome. */
function auditing(log: string[], fail: (outcome: Outcome) => boolean = () => false): AuditPort {
  return {
    intent: () => {},
    outcome: async (_call, outcome) => {
      const word = outcome.kind === 'problem' ? outcome.problem.code : outcome.kind
      log.push(`audit ${word}`)
      if (fail(outcome)) throw new Error('audit is full')
    },
  }
}

/** Fails when it is closed, unless it is told of a failure. */
function failing(log: string[]) {
  return dependency(
    async function* () {
      yield 'failing'
      log.push('commit failed')
      throw new Error('disk full')
    },
    { name: 'failing' },
  )
}

describe('audit outcome', () => {
  test('DESIGN §3: inside the unit of work: before anything is committed', async () => {
    const log: string[] = []
    await resultOf({ app: { audit: [auditing(log)] }, action: using(traced('db', log)) })
    expect(log).toEqual(['open db', 'audit answer', 'commit db'])
  })

  test('DESIGN §3: is told again when closing fails, because the first was rolled back', async () => {
    const log: string[] = []
    const { outcome } = startCall({
      app: { audit: [auditing(log)] },
      action: using(traced('db', log), failing(log)),
    })
    expect(await outcome).toMatchObject({ problem: { code: 'INTERNAL_ERROR' } })
    expect(log).toEqual([
      'open db',
      'audit answer',
      'commit failed',
      'rollback db: disk full',
      'audit INTERNAL_ERROR',
    ])
  })

  test('W-13: one that fails rolls everything back, and is not told twice', async () => {
    const log: string[] = []
    const audit = [auditing(log, () => true)]
    expect(await problemOf({ app: { audit }, action: using(traced('db', log)) })).toMatchObject({
      code: 'INTERNAL_ERROR',
    })
    expect(log).toEqual(['open db', 'audit answer', 'rollback db: audit is full'])
  })

  test('keeps what the dependencies of a failed call are told', async () => {
    const log: string[] = []
    const handler = () => {
      throw new HttpError(404, 'gone')
    }
    await problemOf({
      app: { audit: [auditing(log, () => true)] },
      action: { ...using(traced('db', log)), handler },
    })
    expect(log).toEqual(['open db', 'audit http_error', 'rollback db: gone'])
  })

  test('of a stream is told after its last piece, before its dependencies close', async () => {
    const log: string[] = []
    async function* pieces(): AsyncGenerator<string> {
      yield 'a'
      log.push('last piece')
    }
    const outcome = await startCall({
      app: { audit: [auditing(log)] },
      action: { ...using(traced('db', log)), handler: pieces },
    }).outcome
    const body = outcome.kind === 'answer' ? outcome.answer.body : null
    if (!isStream(body)) throw new Error('no stream')
    for await (const piece of body) log.push(`piece ${String(piece)}`)
    expect(log).toEqual(['open db', 'piece a', 'last piece', 'audit answer', 'commit db'])
  })

  test('RPC-7: of a dry run says that it was one', async () => {
    const log: string[] = []
    const { outcome } = startCall({ surface: 'cli', dryRun: true, app: { audit: [auditing(log)] } })
    expect(await outcome).toEqual({ kind: 'dry-run' })
    expect(log).toEqual(['audit dry-run'])
  })
})

describe('its own bound', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  /** Closing takes this long. */
  function slow(ms: number, log: string[]) {
    return dependency(
      async function* () {
        yield 'slow'
        await new Promise((resolve) => setTimeout(resolve, ms))
        log.push('committed')
      },
      { name: 'slow' },
    )
  }

  test('FND-17: closing that takes too long throws the answer away, and goes on', async () => {
    const log: string[] = []
    const { outcome, log: lines } = startCall({
      app: { closeTimeout: 50 },
      action: using(slow(80, log)),
    })
    const seen = vi.fn()
    void Promise.resolve(outcome).then(seen)
    await vi.advanceTimersByTimeAsync(49)
    expect(seen).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(seen).toHaveBeenCalledOnce()
    expect(await outcome).toMatchObject({
      problem: {
        code: 'INTERNAL_ERROR',
        detail: 'The call could not be brought to its end in time; it may have been done',
      },
    })
    expect(log).toEqual([])
    expect(lines).toMatchObject([
      {
        level: 'error',
        message: 'Unhandled error',
        fields: { err: { name: 'ClosingTooLong' }, action: 'test.action' },
      },
    ])
    await vi.advanceTimersByTimeAsync(100)
    expect(log).toEqual(['committed'])
  })

  test('FND-17: in time there is nothing to be seen of it, and no timer stays', async () => {
    const log: string[] = []
    const result = resultOf({ app: { closeTimeout: 50 }, action: using(slow(40, log)) })
    await vi.advanceTimersByTimeAsync(40)
    expect(await result).toBe('done')
    expect(log).toEqual(['committed'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('FND-17: a commit is not interrupted by the deadline of the call', async () => {
    const log: string[] = []
    const result = resultOf({
      app: { closeTimeout: 500, clock: { now: () => 0, elapsed: () => 0 } },
      action: { ...using(slow(200, log)), timeout: 50 },
    })
    await vi.advanceTimersByTimeAsync(200)
    expect(await result).toBe('done')
  })
})

describe('leases', () => {
  /** A call with one lease of `admit` and one of `limits`. */
  function leased(log: string[], more: CallOptions = {}): CallOptions {
    const lease = (name: string) => ({
      release: (outcome: Outcome) => void log.push(`${name} ${outcome.kind}`),
    })
    return {
      ...more,
      app: {
        admit: [{ admit: () => lease('admit') }],
        limits: [{ take: async () => lease('limits') }],
        ...more.app,
      },
    }
  }

  test('are released once, with what became of the call, after everything was closed', async () => {
    const log: string[] = []
    await resultOf(leased(log, { action: using(traced('db', log)) }))
    expect(log).toEqual(['open db', 'commit db', 'admit answer', 'limits answer'])
  })

  test('are released with the failure of closing', async () => {
    const log: string[] = []
    await problemOf(leased(log, { action: using(failing(log)) }))
    expect(log).toEqual(['commit failed', 'admit problem', 'limits problem'])
  })

  test('of a refused call are released too, also where the second was refused', async () => {
    const log: string[] = []
    const limits = [{ take: () => new HttpError(429) }]
    await problemOf(leased(log, { app: { limits } }))
    expect(log).toEqual(['admit problem'])
  })

  test('one that cannot be released is logged, and keeps neither the other nor the answer', async () => {
    const log: string[] = []
    const broken = {
      release: () => {
        throw new Error('redis is gone')
      },
    }
    const started = startCall(leased(log, { app: { admit: [{ admit: () => broken }] } }))
    expect(await started.outcome).toMatchObject({ kind: 'answer' })
    expect(log).toEqual(['limits answer'])
    expect(started.log.map(({ message }) => message)).toEqual(['A lease could not be released'])
  })

  test('of a stream are held until its last piece', async () => {
    const log: string[] = []
    const handler = async function* (): AsyncGenerator<string> {
      yield 'a'
    }
    const outcome = await startCall(leased(log, { action: { handler } })).outcome
    const body = outcome.kind === 'answer' ? outcome.answer.body : null
    if (!isStream(body)) throw new Error('no stream')
    expect(log).toEqual([])
    for await (const _ of body);
    expect(log).toEqual(['admit answer', 'limits answer'])
  })
})

describe('FND-17: background work', () => {
  /** Which of two tasks ran after a call that ended like this. */
  async function ran(end: () => unknown, options: CallOptions = {}): Promise<string[]> {
    const log: string[] = []
    const { call, inbound, outcome } = startCall({
      ...options,
      action: {
        ...options.action,
        handler: (_args: unknown, call: Call) => {
          call.background(() => void log.push('mail'))
          call.background(() => void log.push('always'), { always: true })
          return end()
        },
      },
    })
    const ended = await outcome
    if (ended.kind === 'answer' && isStream(ended.answer.body)) {
      for await (const _ of ended.answer.body);
    }
    inbound.done()
    await call.site.app.background.idle()
    return log
  }

  const both = ['mail', 'always']
  const fail = () => {
    throw new HttpError(409)
  }

  test.each<[string, () => unknown, string[]]>([
    ['an answer', () => 'v', both],
    ['a redirect', () => reply(null, { status: 303 }), both],
    ['a 399', () => reply('x', { status: 399 }), both],
    ['a returned 400', () => reply('x', { status: 400 }), ['always']],
    ['a returned 500', () => reply('x', { status: 500 }), ['always']],
    ['a problem', fail, ['always']],
    ['what cannot be sent', () => new Map(), ['always']],
  ])('after %s', async (_, end, expected) => {
    expect(await ran(end)).toEqual(expected)
  })

  test('after a commit that failed', async () => {
    expect(await ran(() => 'v', { action: using(failing([])) })).toEqual(['always'])
  })

  test('after a stream whose dependencies did not close', async () => {
    async function* pieces(): AsyncGenerator<string> {
      yield 'a'
    }
    expect(await ran(pieces)).toEqual(both)
    await expect(ran(pieces, { action: using(failing([])) })).rejects.toMatchObject({
      code: 'INTERNAL_ERROR',
    })
  })

  test('is not taken from a handler that outlived its call', async () => {
    let late: (() => void) | null = null
    const handler = (_args: unknown, call: Call) => {
      late = () => call.background(() => {})
      return 'v'
    }
    await resultOf({ action: { handler } })
    expect(late).toThrow('call.background() was used after the call had ended')
  })
})

describe('hooks', () => {
  test('run after the dependencies, all of them; one that fails is logged and changes nothing', async () => {
    const log: string[] = []
    const started = startCall({
      action: {
        ...using(traced('db', log)),
        handler: () => {
          started.call.onClose(() => {
            log.push('first')
            throw new Error('no such file')
          })
          started.call.onClose(() => void log.push('second'))
          return 'v'
        },
        middleware: [(_call, next) => next()],
      },
    })
    expect(await started.outcome).toMatchObject({ kind: 'answer' })
    expect(log).toEqual(['open db', 'commit db', 'first', 'second'])
    expect(started.log.map(({ message }) => message)).toEqual(['Closing after a call failed'])
  })

  test('of work that outlived its call run at once', async () => {
    const { call, outcome } = startCall()
    await outcome
    const closed = vi.fn()
    call.onClose(closed)
    await Promise.resolve()
    expect(closed).toHaveBeenCalledOnce()
  })
})
