import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { signedRank, timingGate, timingReport } from './timing-gate.ts'

/** Times as they are here: some milliseconds, now and then a lot more. The same in every run. */
function drawn(seed: number): () => number {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return () => {
    const noise = Math.sqrt(-2 * Math.log(next() + 1e-9)) * Math.cos(2 * Math.PI * next())
    const stalled = next() < 0.05 ? 12 * next() : 0
    return 6 + 0.6 * Math.exp(0.5 * noise) + stalled
  }
}

async function verdict(shift: number, seed: number, rounds = 200) {
  let now = 0
  const draw = drawn(seed)
  return timingGate({
    states: ['wrong', 'unknown', 'disabled'],
    rounds,
    time: () => now,
    prepare: () => async (state) => {
      now += draw() + (state === 'unknown' ? shift : 0)
    },
  })
}

test('ENUM-1: a millisecond that one state takes longer is found', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { red, runs } = await verdict(1, seed)
    expect([seed, red, runs.length]).toEqual([seed, ['unknown'], 2])
  }
  // So is one that it takes less.
  expect((await verdict(-1, 1)).red).toEqual(['unknown'])
})

test('ENUM-1: there is no alarm where there is no difference, and none over a tenth of a millisecond', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    expect([seed, (await verdict(0, seed)).red]).toEqual([seed, []])
    expect([seed, (await verdict(0.1, seed)).red]).toEqual([seed, []])
  }
})

test('an alarm that does not come again is none', async () => {
  let now = 0
  const draw = drawn(7)
  const runs: number[] = []
  const { red } = await timingGate({
    states: ['wrong', 'unknown'],
    time: () => now,
    prepare: (run) => {
      runs.push(run)
      return async (state) => {
        now += draw() + (run === 0 && state === 'unknown' ? 2 : 0)
      }
    },
  })
  expect([red, runs]).toEqual([[], [0, 1]])
})

test('no visit is measured before fifty were made, and each has a number of its own', async () => {
  const visits: number[] = []
  const { runs } = await timingGate({
    states: ['one', 'other'],
    rounds: 10,
    prepare: () => async (_, visit) => void visits.push(visit),
  })
  expect(visits).toHaveLength(50 + 2 * 10)
  expect(new Set(visits).size).toBe(visits.length)
  expect(runs[0]?.map(({ state }) => state)).toEqual(['other'])
})

test('the signed-rank test gives what tables have', () => {
  // n = 10, W = 8: 0.0488 by counting, 0.0527 by the approximation.
  expect(signedRank([-1, -2, -5, 3, 4, 6, 7, 8, 9, 10])).toBeCloseTo(0.0527, 2)
  expect(signedRank(Array.from({ length: 20 }, (_, n) => n + 1))).toBeLessThan(0.0001)
  expect(signedRank([1, -1, 2, -2, 3, -3])).toBeCloseTo(1, 6)
  expect(signedRank([0, 0, 0])).toBe(1)
})

/** A server that takes a millisecond longer on one path: the same recipe over a real connection. */
async function served(shift: number) {
  const server = createServer((incoming, response) => {
    const until = performance.now() + 0.4 + (incoming.url === '/unknown' ? shift : 0)
    while (performance.now() < until);
    response.end('no')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  onTestFinished(() => server.closeAllConnections())
  const { port } = server.address() as AddressInfo
  return (state: string) =>
    new Promise<void>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path: `/${state}` }, (answer) => {
        answer.resume().on('end', resolve)
      })
      sent.on('error', reject).end()
    })
}

test('ENUM-1: over HTTP a millisecond is found, and nothing where there is nothing', async () => {
  const longer = await served(1)
  const found = await timingGate({
    states: ['wrong', 'unknown'],
    rounds: 800,
    prepare: () => longer,
  })
  expect(found.red, timingReport(found)).toEqual(['unknown'])
  const same = await served(0)
  const none = await timingGate({ states: ['wrong', 'unknown'], rounds: 800, prepare: () => same })
  expect(none.red, timingReport(none)).toEqual([])
})
