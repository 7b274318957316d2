import { expect, test } from 'vitest'
import { inTwoProcesses } from './several-processes.ts'

type Said = readonly [before: number, answers: Readonly<Record<string, number>>, looks: number]

/** @returns what both processes have answered together, and how often a secret was looked at */
async function together(
  url: string,
  what: string,
  count: number,
): Promise<{ readonly answers: Record<string, number>; readonly looks: number }> {
  const said = await inTwoProcesses(url, what, count, 'login-locks.process.ts')
  const answers: Record<string, number> = {}
  let looks = 0
  for (const [line] of said) {
    const [, counts, looked] = line as Said
    for (const [answer, times] of Object.entries(counts)) {
      answers[answer] = (answers[answer] ?? 0) + times
    }
    looks += looked
  }
  return { answers, looks }
}

/**
 * What two processes of an app must not do to each other's locks.
 *
 * @param newUrl of a database that nobody has used
 */
export function loginLockChecks(newUrl: () => string | Promise<string>): void {
  test.each(['guesses', 'spread'])(
    'LOCK-1, SW-06: 500 wrong %s at two processes are five looks at the password',
    async (what) => {
      const { answers, looks } = await together(await newUrl(), what, 250)
      expect(looks).toBe(5)
      expect((answers['429'] ?? 0) + (answers['wrong'] ?? 0)).toBe(500)
      // S-LOGIN-3: the fifth is refused itself, and with it those whose end was written after it.
      expect(answers['wrong'] ?? 0).toBeLessThan(5)
    },
  )

  test('LOCK-2: 50 right ones at two processes all get in', async () => {
    const { answers, looks } = await together(await newUrl(), 'logins', 25)
    expect({ answers, looks }).toEqual({ answers: { in: 50 }, looks: 50 })
  })

  test('LOCK-3: the owner gets in from a known device while the account is attacked', async () => {
    const { answers, looks } = await together(await newUrl(), 'attacked', 100)
    expect(answers['in']).toBe(40)
    expect(looks).toBe(45)
  })

  test('LOCK-6: what was counted outlives its process, restarted or not', async () => {
    const url = await newUrl()
    await together(url, 'guesses', 2)
    const { answers, looks } = await together(url, 'again', 25)
    expect(looks).toBe(1)
    // The status of a right one at each.
    expect(answers['right']).toBe(2 * 429)
  })
}
