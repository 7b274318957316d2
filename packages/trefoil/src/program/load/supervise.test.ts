import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ChildProgram } from '../terminal/io.ts'
import { supervise } from './supervise.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** A child that ends when the test or the supervisor says so. */
class Child implements ChildProgram {
  readonly #end = Promise.withResolvers<number | null>()
  readonly exited: Promise<number | null> = this.#end.promise
  readonly asked: string[] = []

  end(code: number | null): void {
    this.#end.resolve(code)
  }

  stop(): void {
    this.asked.push('stop')
  }

  kill(): void {
    this.asked.push('kill')
    this.end(null)
  }
}

function start() {
  const children: Child[] = []
  const said: string[] = []
  let change = (): void => undefined
  let stop = (): void => undefined
  const state = { watching: true, listening: true }
  const exit = supervise(
    {
      startChild: () => {
        const child = new Child()
        children.push(child)
        return child
      },
      watch: (_directories, listener) => {
        change = listener
        return () => {
          state.watching = false
        }
      },
      onStop: (listener) => {
        stop = listener
        return () => {
          state.listening = false
        }
      },
      stderr: { write: (text) => said.push(text.trim()), isTerminal: false },
    },
    { args: ['dev'], env: {}, directories: ['.'] },
  )
  return { children, said, state, exit, change: () => change(), stop: () => stop() }
}

async function settle(milliseconds = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
}

describe('CLI-21: dev restarts its child', () => {
  test('once for several changes in a row, and only after the first has ended', async () => {
    const { children, change } = start()
    change()
    await settle(60)
    change()
    await settle(60)
    expect(children[0]?.asked).toEqual([])
    await settle(60)
    expect(children[0]?.asked).toEqual(['stop'])
    expect(children).toHaveLength(1)
    children[0]?.end(0)
    await settle()
    expect(children).toHaveLength(2)
    await settle(10_000)
    expect(children).toHaveLength(2)
  })

  test('a child that does not end is ended', async () => {
    const { children, change } = start()
    change()
    await settle(100)
    await settle(2999)
    expect(children[0]?.asked).toEqual(['stop'])
    await settle(1)
    expect(children[0]?.asked).toEqual(['stop', 'kill'])
    expect(children).toHaveLength(2)
  })

  test('a child that failed is started again at the next change', async () => {
    const { children, said, change } = start()
    children[0]?.end(1)
    await settle(10_000)
    expect(children).toHaveLength(1)
    expect(said).toEqual(['trefoil: waiting for a change'])
    change()
    await settle(100)
    expect(children).toHaveLength(2)
  })

  test('a child that ends well ends the program', async () => {
    const { children, exit, state } = start()
    children[0]?.end(0)
    expect(await exit).toBe(0)
    expect(state).toEqual({ watching: false, listening: false })
  })

  test.each([0, 1, null])('asked to stop, it waits for the child (%s) and ends', async (code) => {
    const { children, exit, state, stop } = start()
    stop()
    await settle()
    expect(children[0]?.asked).toEqual(['stop'])
    expect(state.watching).toBe(true)
    children[0]?.end(code)
    expect(await exit).toBe(0)
    expect(children).toHaveLength(1)
    expect(state).toEqual({ watching: false, listening: false })
  })

  test('asked to stop while it waits for a change, it ends', async () => {
    const { children, exit, stop } = start()
    children[0]?.end(1)
    await settle()
    stop()
    expect(await exit).toBe(0)
  })
})
