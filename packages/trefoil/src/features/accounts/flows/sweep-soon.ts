import type { Call } from '../../../index.ts'
import type { AccountsHouse } from '../accounts-house.ts'

/**
 * For steps that leave behind what will be over: what is sent to a mailbox, which anybody can have done for any address, and
 * devices that are trusted. Once an hour, after the answer.
 */
export function sweepSoon({ challenges, trusted }: AccountsHouse, call: Call): void {
  if (!challenges.isToBeSwept()) return
  call.background(async ({ signal }) => {
    await challenges.sweep(signal)
    await trusted.sweep(signal)
  })
}
