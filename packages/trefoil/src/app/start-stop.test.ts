import { describe, expect, test } from 'vitest'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { Lifecycle } from './start-stop.ts'

function traced() {
  const log: string[] = []
  const app = { state: {} }
  const lifecycle = new Lifecycle(app)
  const says = (text: string) => () => void log.push(text)
  const fails = (text: string) => async () => {
    log.push(text)
    throw new Error(text)
  }
  return { log, app, lifecycle, says, fails }
}

describe('order', () => {
  test('LIFE-1: start-up as registered, shutdown newest first, each with the app', async () => {
    const { log, lifecycle, says, app } = traced()
    lifecycle.onStartup((given) => void log.push(`a up ${given === app}`))
    lifecycle.onShutdown(says('a down'))
    lifecycle.onStartup(async () => void log.push('b up'))
    lifecycle.onShutdown(says('b down'))
    await lifecycle.start()
    await lifecycle.stop()
    expect(log).toEqual(['a up true', 'b up', 'b down', 'a down'])
  })

  test('LIFE-1: what a start-up hook returns undoes it', async () => {
    const { log, lifecycle, says } = traced()
    lifecycle.onStartup(() => says('undo a'))
    lifecycle.onStartup(() => says('undo b'))
    await lifecycle.start()
    await lifecycle.stop()
    await lifecycle.start()
    await lifecycle.stop()
    expect(log).toEqual(['undo b', 'undo a', 'undo b', 'undo a'])
  })
})

describe('states', () => {
  test('LIFE-2: both are idempotent, and a stopped app can start again', async () => {
    const { log, lifecycle, says } = traced()
    lifecycle.onStartup(says('up'))
    lifecycle.onShutdown(says('down'))
    await lifecycle.stop()
    await Promise.all([lifecycle.start(), lifecycle.start()])
    expect(lifecycle.started).toBe(true)
    await lifecycle.start()
    await Promise.all([lifecycle.stop(), lifecycle.stop()])
    expect(lifecycle.started).toBe(false)
    await lifecycle.stop()
    expect(log).toEqual(['up', 'down'])
    await lifecycle.start()
    expect(log).toEqual(['up', 'down', 'up'])
  })

  test('LIFE-2: a stop during start-up waits for it, a start during shutdown starts again', async () => {
    const { log, lifecycle, says } = traced()
    lifecycle.onStartup(async () => {
      await Promise.resolve()
      log.push('up')
    })
    lifecycle.onShutdown(says('down'))
    const starting = lifecycle.start()
    const stopping = lifecycle.stop()
    await starting
    const again = lifecycle.start()
    await stopping
    await again
    expect(log).toEqual(['up', 'down', 'up'])
    expect(lifecycle.started).toBe(true)
  })

  test('LIFE-5: no hooks once start-up has begun', async () => {
    const { lifecycle } = traced()
    await lifecycle.start()
    const message = 'Cannot register lifecycle hooks after start-up has begun'
    expect(() => lifecycle.onStartup(() => {})).toThrow(new ImproperlyConfigured(message))
    expect(() => lifecycle.onShutdown(() => {})).toThrow(message)
  })
})

describe('failures', () => {
  test('LIFE-3, W-16b: a failing start-up undoes what was done, newest first, and nothing else', async () => {
    const { log, lifecycle, says, fails } = traced()
    for (const name of ['a', 'b']) {
      lifecycle.onStartup(says(`${name} up`))
      lifecycle.onShutdown(says(`${name} down`))
    }
    lifecycle.onStartup(fails('c up'))
    lifecycle.onShutdown(says('c down'))
    lifecycle.onStartup(says('d up'))
    await expect(lifecycle.start()).rejects.toThrow('c up')
    expect(log).toEqual(['a up', 'b up', 'c up', 'b down', 'a down'])
    expect(lifecycle.started).toBe(false)
    await lifecycle.stop()
    expect(log).toHaveLength(5)
    await expect(lifecycle.start()).rejects.toThrow('Cannot start an app after start-up failed')
  })

  test('W-16b: when undoing fails too, both failures are told', async () => {
    const { lifecycle, fails } = traced()
    lifecycle.onStartup(() => fails('undo'))
    lifecycle.onStartup(fails('up'))
    const error = await lifecycle.start().catch((caught: unknown) => caught)
    if (!(error instanceof AggregateError)) throw new Error('not an AggregateError')
    expect(error.errors.map(String)).toEqual(['Error: up', 'Error: undo'])
  })

  test('LIFE-4, W-16b: a failing shutdown hook skips none of the others', async () => {
    const { log, lifecycle, says, fails } = traced()
    lifecycle.onShutdown(says('a'))
    lifecycle.onShutdown(fails('b'))
    lifecycle.onShutdown(fails('c'))
    await lifecycle.start()
    const error = await lifecycle.stop().catch((caught: unknown) => caught)
    if (!(error instanceof AggregateError)) throw new Error('not an AggregateError')
    expect(error.message).toBe('Shutdown failed: c; b')
    expect(log).toEqual(['c', 'b', 'a'])
    await expect(lifecycle.stop()).resolves.toBeUndefined()
  })

  test('LIFE-3: a stop during a start-up that fails does not fail as well', async () => {
    const { lifecycle, fails } = traced()
    lifecycle.onStartup(fails('up'))
    const starting = lifecycle.start()
    const stopping = lifecycle.stop()
    await expect(starting).rejects.toThrow('up')
    await expect(stopping).resolves.toBeUndefined()
  })
})
