import { expect, test } from 'vitest'
import { inTwoProcesses } from './several-processes.ts'

/**
 * What two processes that share a database must not do to each other.
 *
 * @param newUrl of a database that nobody has used
 */
export function sharedStoreChecks(newUrl: () => string | Promise<string>): void {
  test('SW-28 P-MWL-4: of 1,000 calls to two processes exactly the 100 of the rate pass', async () => {
    const said = await inTwoProcesses(await newUrl(), 'rates', 500)
    // Each has made one before, to start.
    expect(sum(said)).toBe(98)
    expect(said.map(([, others]) => others)).toEqual([[], []])
  })

  test('LOCK-1: 500 wrong guesses at two processes are five hashes', async () => {
    const said = await inTwoProcesses(await newUrl(), 'guesses', 250)
    const pairs = said.map(([pair]) => pair as readonly [number, number])
    expect(pairs.reduce((all, [hashes]) => all + hashes, 0)).toBe(5)
    expect(pairs.reduce((all, [, locked]) => all + locked, 0)).toBe(495)
  })

  test('LOCK-2: 50 right ones at two processes all get in', async () => {
    expect(await inTwoProcesses(await newUrl(), 'logins', 25)).toEqual([[[25, 0]], [[25, 0]]])
  })

  test('a token that two processes spend is spent once', async () => {
    expect(sum(await inTwoProcesses(await newUrl(), 'spent', 50))).toBe(1)
  })

  test('SW-15: a refresh token that two processes rotate is rotated once, and all have its answer', async () => {
    const said = await inTwoProcesses(await newUrl(), 'refresh', 50)
    expect(sum(said)).toBe(1)
    const kinds = new Set(said.flatMap(([, kinds]) => kinds as readonly string[]))
    kinds.delete('rotated')
    expect([...kinds]).toEqual([expect.stringMatching(/^\d+-\d+$/)])
  })

  test('tasks of one owner are so many over two processes', async () => {
    expect(sum(await inTwoProcesses(await newUrl(), 'tasks', 50))).toBe(20)
  })
}

function sum(said: readonly (readonly unknown[])[]): number {
  return said.reduce((all, [count]) => all + Number(count), 0)
}
