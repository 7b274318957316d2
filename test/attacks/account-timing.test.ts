// Who attacks: whoever measures how long answers take, to find out who has an account (ENUM-1).
import process from 'node:process'
import { expect, test, vi } from 'vitest'
import {
  addressOf,
  appOfStates,
  FLOWS,
  type FlowName,
  forgetTries,
} from '../accounts/account-states.ts'
import { timingGate, timingReport } from './timing-gate.ts'

/** 200 find a millisecond on a quiet machine; `npm run timing` takes 1,500, which find it on any. */
const ROUNDS = Number(process.env['TREFOIL_RUNS'] ?? 200)
/** Hashes of other figures take another time by their nature, and are left out. */
const STATES = ['wrong', 'unknown', 'disabled', 'unverified', 'no password'] as const
/** Visits after which tries are forgotten: nobody is locked. */
const FORGET = 4 * STATES.length

vi.setConfig({ testTimeout: 60_000 + ROUNDS * 1_200 })

test.each(['login', 'register', 'forgot', 'resend'] as const)(
  'ENUM-1: the time of %s tells no state from another',
  async (flow: FlowName) => {
    const apps: Awaited<ReturnType<typeof appOfStates>>[] = []
    const verdict = await timingGate({
      states: STATES,
      rounds: ROUNDS,
      prepare: async () => {
        const it = await appOfStates()
        apps.push(it)
        return async (state, visit) => {
          if (visit % FORGET === 0) await forgetTries(it)
          const [path, body] = FLOWS[flow](addressOf(state))
          await it.post(path, body)
        }
      },
    })
    for (const it of apps) await it[Symbol.asyncDispose]()
    expect(verdict.red, timingReport(verdict)).toEqual([])
  },
)
