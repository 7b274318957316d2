import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { BackgroundCall, Call } from '../../contract/call/call.ts'
import { dependency } from '../../contract/call/dependency.ts'
import { type CallOptions, startCall } from '../call.fixture.ts'
import { traced } from '../dependencies/dependency.fixture.ts'
import { BackgroundTasks } from './background-tasks.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const never = () => new Promise<never>(() => {})

/** A call that has been answered, whose handler did this. */
async function answered(handle: (call: Call) => unknown, app: CallOptions['app'] = {}) {
  const handler = (_: unknown, call: Call) => handle(call)
  const started = startCall({ action: { handler }, app })
  const outcome = await started.outcome
  started.inbound.done()
  const { background } = started.call.site.app
  return { ...started, outcome, background }
}

describe('P-BG-1: the tasks of a call', () => {
  test('run one after another, in the order in which they were added, sync or async', async () => {
    const log: string[] = []
    const { background } = await answered((call) => {
      call.background(async () => {
        log.push('first began')
        await after(10)
        log.push('first ended')
      })
      call.background(() => void log.push('second'))
      call.background(async () => void log.push('third'))
    })
    expect(log).toEqual(['first began'])
    const idle = background.idle().then(() => log.push('idle'))
    await vi.advanceTimersByTimeAsync(10)
    await idle
    expect(log).toEqual(['first began', 'first ended', 'second', 'third', 'idle'])
  })

  test('a failing one is logged with its request and its action, and the next one runs', async () => {
    const boom = new Error('boom')
    const ran: string[] = []
    const { background, log } = await answered((call) => {
      call.background(() => {
        throw boom
      })
      call.background(() => void ran.push('next'))
    })
    await background.idle()
    expect(ran).toEqual(['next'])
    expect(log).toEqual([
      {
        level: 'error',
        message: 'Background task failed',
        fields: {
          err: boom,
          request_id: 'r1',
          call_id: 'c1',
          action: 'test.action',
          source: 'api',
          subject: null,
        },
      },
    ])
  })

  test('W-16d: idle waits for what a task adds, too', async () => {
    const log: string[] = []
    const { background } = await answered((call) => {
      call.background(async (task) => {
        task.background(() => after(10).then(() => void log.push('added')))
        await after(10)
        log.push('first')
      })
    })
    const idle = background.idle().then(() => log.push('idle'))
    await vi.advanceTimersByTimeAsync(20)
    await idle
    expect(log).toEqual(['first', 'added', 'idle'])
  })

  test('what a failed task has added is dropped, unless it is for always', async () => {
    const log: string[] = []
    const { background } = await answered((call) => {
      call.background((task) => {
        task.background(() => void log.push('dropped'))
        task.background(() => void log.push('always'), { always: true })
        throw new Error('no')
      })
    })
    await background.idle()
    expect(log).toEqual(['always'])
  })
})

describe('PW-35: a task has dependencies of its own', () => {
  test('opened anew, closed before the next task, and never those of its call', async () => {
    const log: string[] = []
    const tx = traced('tx', log)
    const { background } = await answered(async (call) => {
      await call.resolve(tx)
      call.background(async (task) => void log.push(`has ${await task.resolve(tx)}`))
      call.background(async (task) => void log.push(`next has ${await task.resolve(tx)}`))
    })
    await background.idle()
    expect(log).toEqual([
      ...['open tx', 'commit tx'],
      ...['open tx', 'has tx', 'commit tx'],
      ...['open tx', 'next has tx', 'commit tx'],
    ])
  })

  test('told the error when it throws', async () => {
    const log: string[] = []
    const tx = traced('tx', log)
    const { background } = await answered((call) => {
      call.background(async (task) => {
        await task.resolve(tx)
        throw new Error('boom')
      })
    })
    await background.idle()
    expect(log).toEqual(['open tx', 'rollback tx: boom'])
  })

  test('one that hangs while it closes is left after the time for closing, and said to have failed', async () => {
    const stuck = dependency(
      async function* () {
        yield 1
        await never()
      },
      { name: 'stuck' },
    )
    const closes = { closeTimeout: 100 }
    const { background, log } = await answered((call) => {
      call.background((task) => task.resolve(stuck))
    }, closes)
    await vi.advanceTimersByTimeAsync(100)
    await background.idle()
    expect(log.map(({ message }) => message)).toEqual(['Background task failed'])
  })

  test('and its view is over when it has ended', async () => {
    const kept: BackgroundCall[] = []
    const { background } = await answered((call) => {
      call.background((task) => void kept.push(task))
    })
    await background.idle()
    const [task] = kept as [BackgroundCall]
    expect(() => task.background(() => {})).toThrow('after the call had ended')
    await expect(task.resolve(traced('tx', []))).rejects.toThrow('after the call had ended')
  })

  test('what is over with the call says so: its request and its arguments', async () => {
    const seen: string[] = []
    const { background } = await answered((call) => {
      call.background((task) => {
        for (const member of ['args', 'request']) {
          try {
            seen.push(String(Reflect.get(task, member)))
          } catch (error) {
            seen.push((error as Error).message)
          }
        }
      })
    })
    await background.idle()
    const over =
      'was read in background work, where the call is over; take what the task needs of it before'
    expect(seen).toEqual([`call.args ${over}`, `call.request ${over}`])
  })
})

describe('bounds', () => {
  test('so many tasks at a time, those of other calls included', async () => {
    const background = new BackgroundTasks({ running: 2, waiting: 100 })
    let running = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++running)
      await after(10)
      running--
    }
    for (let count = 0; count < 3; count++) {
      await answered(
        (call) => {
          call.background(work)
          call.background(work)
        },
        { background },
      )
    }
    await vi.advanceTimersByTimeAsync(1000)
    await background.idle()
    expect([most, running]).toEqual([2, 0])
  })

  test('one too many is refused before the answer, and what failed gives its places back', async () => {
    const background = new BackgroundTasks({ running: 1, waiting: 2 })
    const add = (count: number, failure: Error | null) => (call: Call) => {
      for (let added = 0; added < count; added++) call.background(() => {})
      if (failure !== null) throw failure
    }
    const full = await answered(add(3, null), { background })
    expect(full.outcome).toMatchObject({
      kind: 'problem',
      problem: { code: 'unavailable', detail: 'Too much background work is waiting' },
    })
    const failed = await answered(add(2, new Error('x')), { background })
    expect(failed.outcome).toMatchObject({ problem: { code: 'INTERNAL_ERROR' } })
    const good = await answered(add(2, null), { background })
    expect(good.outcome).toMatchObject({ kind: 'answer' })
    await background.idle()
    expect((await answered(add(2, null), { background })).outcome).toMatchObject({ kind: 'answer' })
  })

  test('a rehearsal takes no place and runs nothing', async () => {
    const background = new BackgroundTasks({ running: 1, waiting: 1 })
    const ran: string[] = []
    const handler = (_: unknown, call: Call) => {
      for (let count = 0; count < 5; count++) call.background(() => void ran.push('task'))
    }
    const { outcome } = startCall({ action: { handler }, app: { background }, rehearse: true })
    expect(await outcome).toMatchObject({ kind: 'answer' })
    expect(background.accept()).toBe(true)
    expect(ran).toEqual([])
  })
})

describe('giving up', () => {
  test('names what runs and what waits, aborts the signal, and takes back what is open', async () => {
    const trace: string[] = []
    const tx = traced('tx', trace)
    const background = new BackgroundTasks({ running: 1, waiting: 100 })
    const hanging = await answered(
      (call) => {
        call.background(async (task) => {
          await task.resolve(tx)
          task.signal.addEventListener('abort', () => trace.push('aborted'))
          task.background(() => void trace.push('never'))
          await never()
        })
        call.background(() => void trace.push('never'))
      },
      { background },
    )
    const waiting = await answered((call) => call.background(() => void trace.push('never')), {
      background,
    })
    await vi.advanceTimersByTimeAsync(1)
    const idle = background.idle()
    const { closed, ...left } = background.giveUp()
    expect(left).toEqual({ running: 1, waiting: 2 })
    await closed
    await idle
    expect(trace).toEqual(['open tx', 'aborted', 'rollback tx: The server is stopping'])
    expect([...hanging.log, ...waiting.log].map(({ message }) => message)).toEqual([
      'Background task did not end before shutdown',
      'Background task had not begun before shutdown',
      'Background task had not begun before shutdown',
    ])
    // What comes now is named, too.
    const late = await answered((call) => call.background(() => void trace.push('late')), {
      background,
    })
    expect(late.log.map(({ message }) => message)).toEqual([
      'Background task had not begun before shutdown',
    ])
    background.resume()
    await answered((call) => call.background(() => void trace.push('again')), { background })
    expect(trace.at(-1)).toBe('again')
  })
})
