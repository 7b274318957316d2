import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { BackgroundTasks } from '../engine/background/background-tasks.ts'
import { handOver } from '../engine/background/hand-over.ts'
import { type LogLine, startCall } from '../engine/call.fixture.ts'
import { NO_LIMITS, shutDown } from './shut-down.ts'
import { Lifecycle } from './start-stop.ts'

const LIMITS = { background: 1000, hooks: 2000 }
let told: string[]
let log: readonly LogLine[]
let lifecycle: Lifecycle<object>
let background: BackgroundTasks
let start: (task: () => unknown) => void

beforeEach(async () => {
  vi.useFakeTimers()
  told = []
  const begun = startCall()
  background = begun.call.site.app.background
  start = (task) => {
    background.accept()
    begun.call.addTask(task, true)
    handOver(begun.call, true)
    begun.inbound.done()
  }
  log = begun.log
  lifecycle = new Lifecycle({ state: {} })
})
afterEach(() => {
  vi.useRealTimers()
})

const never = () => new Promise(() => {})

/** What it ends with, and after how many milliseconds. */
async function ending(limits = LIMITS): Promise<readonly [unknown, number]> {
  const began = Date.now()
  const over = shutDown(background, lifecycle, limits).then(
    () => 'ended',
    (error: Error) => error.message,
  )
  const ended = over.then((text) => [text, Date.now() - began] as const)
  await vi.advanceTimersByTimeAsync(60_000)
  return Promise.race([ended, Promise.resolve(['still waiting', 60_000] as const)])
}

describe('FND-18: nothing in a shutdown is awaited without a bound', () => {
  test('hooks and background work that end leave no timer behind', async () => {
    lifecycle.onShutdown(() => void told.push('hook'))
    await lifecycle.start()
    start(() => new Promise<void>((resolve) => setTimeout(resolve, 500)))
    expect(await ending()).toEqual(['ended', 500])
    expect(told).toEqual(['hook'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('background work that hangs is named, and the hooks run', async () => {
    lifecycle.onShutdown(() => void told.push('hook'))
    await lifecycle.start()
    start(never)
    const message = 'Shutdown failed: 1 background task(s) did not end within 1000 ms'
    expect(await ending()).toEqual([message, 1000])
    expect(told).toEqual(['hook'])
    expect(log).toMatchObject([
      {
        level: 'error',
        message: 'Background task did not end before shutdown',
        fields: { request_id: 'r1', call_id: 'c1', action: 'test.action' },
      },
    ])
  })

  test('hooks have their time together; those after one that hangs still run', async () => {
    lifecycle.onStartup(() => async () => {
      told.push('undone')
      await new Promise((resolve) => setTimeout(resolve, 50))
    })
    lifecycle.onShutdown(() => void told.push('last'))
    lifecycle.onShutdown(function alsoHangs() {
      return never()
    })
    lifecycle.onShutdown(() => {
      throw new Error('broken')
    })
    lifecycle.onShutdown(function hangs() {
      return never()
    })
    await lifecycle.start()
    const failures = [
      "shutdown hook 'hangs' did not end within 2000 ms",
      'broken',
      "shutdown hook 'alsoHangs' did not end within 2000 ms",
    ]
    expect(await ending()).toEqual([`Shutdown failed: ${failures.join('; ')}`, 2150])
    expect(told).toEqual(['last', 'undone'])
  })

  test('what a hook throws when nobody waits any longer is no unhandled rejection', async () => {
    lifecycle.onShutdown(async function late() {
      await new Promise((resolve) => setTimeout(resolve, 3000))
      throw new Error('late')
    })
    await lifecycle.start()
    const message = "Shutdown failed: shutdown hook 'late' did not end within 2000 ms"
    expect(await ending()).toEqual([message, 2000])
  })

  test('an app that is shut down by its owner takes the time it needs', async () => {
    lifecycle.onShutdown(() => new Promise((resolve) => setTimeout(resolve, 50_000)))
    await lifecycle.start()
    expect(await ending(NO_LIMITS)).toEqual(['ended', 50_000])
  })
})
