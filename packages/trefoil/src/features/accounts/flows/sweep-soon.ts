import type { Call } from '../../../index.ts'
import type { AccountsHouse } from '../accounts-house.ts'

/**
 * For steps that send something to a mailbox: anybody can have that done for any address, and what is over is not kept.
 * Once an hour, after the answer.
 */
export function sweepSoon({ challenges }: AccountsHouse, call: Call): void {
  if (challenges.isToBeSwept()) call.background(({ signal }) => challenges.sweep(signal))
}
