import type { TransactionPort } from '../../contract/ports/transaction.ts'
import type { CallState } from '../call-state.ts'
import { callOf } from '../views/handler-call.ts'
import type { Joining } from './dependency-scope.ts'

/** The parts that take part in the unit of work of a call; `null` where no part does. */
export function joiningOf(
  ports: readonly TransactionPort[],
): ((state: CallState) => Joining) | null {
  if (ports.length === 0) return null
  return (state) => ({
    async begin(unit) {
      for (const port of ports) await port.begin(callOf(state), unit)
    },
    async beforeCommit(unit) {
      for (const port of ports) await port.beforeCommit(callOf(state), unit)
    },
  })
}
