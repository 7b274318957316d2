import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { type PoolEnd, WorkerPool } from './worker-pool.ts'
import type { WorkerExit, WorkerListening, WorkerProgram } from './worker-processes.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** A worker that listens and ends when the test or the pool says so. */
class Program implements WorkerProgram {
  readonly #listening = Promise.withResolvers<WorkerListening>()
  readonly #end = Promise.withResolvers<WorkerExit>()
  readonly listening: Promise<WorkerListening> = this.#listening.promise
  readonly exited: Promise<WorkerExit> = this.#end.promise
  readonly asked: string[] = []
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly pid: number

  constructor(pid: number, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.pid = pid
    this.args = args
    this.env = env
  }

  listen(port = 4000): void {
    const url = `http://127.0.0.1:${port}`
    this.#listening.resolve({ url, port, app: 'shop', label: './app.ts#app', stopsWithin: 1000 })
  }

  end(code: number | null, signal: string | null = null): void {
    this.#end.resolve({ code, signal })
  }

  stop(): void {
    this.asked.push('stop')
  }

  kill(): void {
    this.asked.push('kill')
    this.end(null, 'SIGKILL')
  }
}

interface Pool {
  readonly pool: WorkerPool
  readonly programs: Program[]
  readonly said: string[]
  readonly started: Promise<WorkerListening | null>
  /** `null` while it goes on. */
  ended(): PoolEnd | null
  at(index: number): Program
}

function start(count: number, port = 4000): Pool {
  const programs: Program[] = []
  const said: string[] = []
  const say = (fields: object | string, message?: string) => {
    said.push(`${message} ${JSON.stringify(fields)}`)
  }
  const pool = new WorkerPool({
    count,
    port,
    start: (args, env) => {
      const program = new Program(100 + programs.length, args, env)
      programs.push(program)
      return program
    },
    args: (wanted) => [`--port=${wanted}`],
    env: (number) => ({ NUMBER: `${number}` }),
    log: { debug: say, info: say, warn: say, error: say },
    clock: systemClock,
  })
  let end: PoolEnd | null = null
  void pool.ended.then((value) => {
    end = value
  })
  return {
    pool,
    programs,
    said,
    started: pool.start(),
    ended: () => end,
    at: (index) => programs[index] ?? expect.fail(`there is no worker ${index}`),
  }
}

async function settle(milliseconds = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
}

/** All of them listen. */
async function running(count: number, port?: number): Promise<Pool> {
  const pool = start(count, port)
  pool.at(0).listen()
  await settle()
  for (const program of pool.programs.slice(1)) program.listen()
  await settle()
  return pool
}

describe('start', () => {
  test('the first alone, then the others, each with its number', async () => {
    const { programs, started, at } = start(3)
    await settle(1000)
    expect(programs).toHaveLength(1)
    at(0).listen()
    await settle()
    expect(programs.map(({ env }) => env)).toEqual([
      { NUMBER: '1' },
      { NUMBER: '2' },
      { NUMBER: '3' },
    ])
    at(1).listen()
    at(2).listen()
    expect(await started).toMatchObject({ port: 4000, app: 'shop' })
  })

  test('what the first one ends with is what the program ends with, and it is not tried again', async () => {
    const { programs, started, at, ended, said } = start(3)
    at(0).end(2)
    expect(await started).toBeNull()
    await settle(600_000)
    expect(ended()).toEqual({ exit: 2, failure: null })
    expect(programs).toHaveLength(1)
    expect(said).toEqual([])
  })

  test.each([
    [0, null, 'The first worker ended before it listened'],
    [null, 'SIGSEGV', 'The first worker was ended by SIGSEGV before it listened'],
  ])('a first one that ends without a word (%s, %s)', async (code, signal, failure) => {
    const { started, at, ended } = start(2)
    at(0).end(code, signal)
    expect(await started).toBeNull()
    expect(ended()).toEqual({ exit: 1, failure })
  })

  test('a first one that never listens is ended after a minute', async () => {
    const { at, started, ended, said } = start(2)
    await settle(59_999)
    expect(at(0).asked).toEqual([])
    await settle(1)
    expect(at(0).asked).toEqual(['kill'])
    expect(await started).toBeNull()
    expect(ended()?.exit).toBe(1)
    expect(said[0]).toContain('did not listen within 60000 ms')
  })

  test('one of the others that cannot start is tried again, and all the same the pool has started', async () => {
    const { at, started, programs, ended } = start(2)
    at(0).listen()
    await settle()
    at(1).end(1)
    expect(await started).toMatchObject({ port: 4000 })
    await settle(249)
    expect(programs).toHaveLength(2)
    await settle(1)
    expect(programs).toHaveLength(3)
    expect(ended()).toBeNull()
  })
})

describe('workers that end', () => {
  test('have another in their place at once, then after longer and longer', async () => {
    const { programs, at } = await running(2)
    at(1).end(null, 'SIGKILL')
    await settle()
    expect(programs).toHaveLength(3)
    expect(at(2).env).toEqual({ NUMBER: '2' })
    const waits: number[] = []
    for (let index = 2; index < 12; index++) {
      at(index).listen()
      await settle()
      at(index).end(1)
      await settle()
      let waited = 0
      while (programs.length === index + 1) {
        await settle(250)
        waited += 250
      }
      waits.push(waited)
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000])
  })

  test('after a minute of service the end is the first again', async () => {
    const { programs, at } = await running(1)
    at(0).end(1)
    await settle()
    at(1).listen()
    await settle(60_000)
    at(1).end(1)
    await settle()
    expect(programs).toHaveLength(3)
  })

  test('the pool gives up when nobody serves and five starts in a row failed', async () => {
    const { programs, at, ended } = await running(1)
    at(0).end(1)
    for (let index = 1; index <= 5; index++) {
      await settle(30_000)
      expect(ended()).toBeNull()
      at(index).end(2)
      await settle()
    }
    expect(ended()).toEqual({
      exit: 1,
      failure: expect.stringContaining('No worker starts any more'),
    })
    await settle(600_000)
    expect(programs).toHaveLength(6)
  })

  test('it goes on for as long as one serves', async () => {
    const { programs, at, ended } = await running(2)
    at(1).end(1)
    for (let index = 2; index <= 12; index++) {
      await settle(30_000)
      at(index).end(2)
      await settle()
    }
    expect(programs.length).toBeGreaterThan(12)
    expect(ended()).toBeNull()
  })
})

describe('port 0', () => {
  const ports = ({ programs }: Pool) => programs.map(({ args }) => args[0])

  test('the first chooses it; it is named once nobody listens there any more', async () => {
    const pool = await running(2, 0)
    pool.at(0).end(null, 'SIGKILL')
    await settle()
    expect(ports(pool)).toEqual(['--port=0', '--port=0', '--port=0'])
    pool.at(1).end(null, 'SIGKILL')
    pool.at(2).end(null, 'SIGKILL')
    await settle(1000)
    expect(ports(pool).slice(3)).toEqual(['--port=4000', '--port=4000'])
  })

  test('a worker that came to listen elsewhere is ended, and another one has the port', async () => {
    const pool = await running(2, 0)
    pool.at(0).end(null, 'SIGKILL')
    await settle()
    pool.at(1).end(null, 'SIGKILL')
    await settle()
    pool.at(2).listen(5555)
    await settle()
    expect(pool.at(2).asked).toEqual(['kill'])
    expect(ports(pool).at(-1)).toBe('--port=4000')
  })
})

describe('stop', () => {
  test('asks all at once and waits for the last', async () => {
    const { pool, at, ended } = await running(2)
    pool.stop()
    pool.stop()
    expect([at(0).asked, at(1).asked]).toEqual([['stop'], ['stop']])
    at(0).end(0)
    await settle()
    expect(ended()).toBeNull()
    at(1).end(0)
    await settle()
    expect(ended()).toEqual({ exit: 0, failure: null })
  })

  test('one that does not end in its time is killed, and that is no good end', async () => {
    const { pool, at, ended } = await running(2)
    pool.stop()
    at(0).end(0)
    await settle(999)
    expect(at(1).asked).toEqual(['stop'])
    await settle(1)
    expect(at(1).asked).toEqual(['stop', 'kill'])
    expect(ended()).toEqual({ exit: 1, failure: '1 of 2 workers did not end well' })
  })

  test('nobody is started any more', async () => {
    const { pool, at, programs, ended } = await running(2)
    at(0).end(1)
    await settle()
    pool.stop()
    at(1).end(0)
    // It was starting, and had nothing to end.
    at(2).end(143)
    await settle(60_000)
    expect(programs).toHaveLength(3)
    expect(ended()).toEqual({ exit: 0, failure: null })
  })

  test('while the first starts', async () => {
    const { pool, at, started, ended, programs } = start(2)
    pool.stop()
    expect(at(0).asked).toEqual(['stop'])
    at(0).end(143)
    expect(await started).toBeNull()
    await settle(60_000)
    expect(ended()).toEqual({ exit: 0, failure: null })
    expect(programs).toHaveLength(1)
  })
})

describe('roll', () => {
  test('a new one listens before the old is asked, one place after the other', async () => {
    const { pool, at, programs, ended } = await running(2)
    pool.roll()
    await settle()
    expect(programs).toHaveLength(3)
    expect(at(0).asked).toEqual([])
    at(2).listen()
    await settle()
    expect(at(0).asked).toEqual(['stop'])
    expect(programs).toHaveLength(3)
    at(0).end(0)
    await settle()
    expect(programs).toHaveLength(4)
    at(3).listen()
    await settle()
    at(1).end(0)
    await settle(600_000)
    expect(programs).toHaveLength(4)
    expect(ended()).toBeNull()
  })

  test('new code that does not start leaves the old where it is', async () => {
    const { pool, at, programs, said } = await running(2)
    pool.roll()
    await settle()
    at(2).end(2)
    await settle(600_000)
    expect(at(0).asked).toEqual([])
    expect(at(1).asked).toEqual([])
    expect(programs).toHaveLength(3)
    expect(said.at(-1)).toContain('the restart is given up')
  })

  test('asked for three times meanwhile, it is done once more', async () => {
    const { pool, at, programs } = await running(1)
    pool.roll()
    pool.roll()
    pool.roll()
    await settle()
    at(1).listen()
    await settle()
    at(0).end(0)
    await settle()
    expect(programs).toHaveLength(3)
    at(2).listen()
    await settle()
    at(1).end(0)
    await settle(60_000)
    expect(programs).toHaveLength(3)
  })

  test('a place that waits for its next worker has one and no more', async () => {
    const { pool, at, programs } = await running(1)
    at(0).end(1)
    await settle()
    at(1).end(1)
    await settle()
    pool.roll()
    await settle()
    expect(programs).toHaveLength(3)
    at(2).listen()
    await settle(600_000)
    expect(programs).toHaveLength(3)
  })

  test('an old one that ends by itself meanwhile is not replaced twice', async () => {
    const { pool, at, programs } = await running(1)
    pool.roll()
    await settle()
    at(0).end(null, 'SIGKILL')
    await settle(60_000 - 1)
    at(1).listen()
    await settle(600_000)
    expect(programs).toHaveLength(2)
  })
})
