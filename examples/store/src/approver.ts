import { definePart, hookDecider, type Part } from 'trefoil/parts'
import type { Approvals } from './approval.ts'

/**
 * Decides approvals. A part and not the option `approval`, whose hook is asked about tokens alone: this
 * one also remembers what was refused, so that `npm run approve` shows it to whoever approves.
 */
export function approver(approvals: Approvals): Part {
  const decider = hookDecider(({ token, argumentsHash, auth }) =>
    auth === null ? false : approvals.redeem(token, argumentsHash, auth.subject, Date.now()),
  )
  return definePart({
    name: 'approver',
    approval: {
      async decide(request) {
        const { action, args, argumentsHash, auth, token } = request
        if (token === null && auth !== null) {
          const { subject } = auth
          const call = { hash: argumentsHash, subject, action, args: JSON.stringify(args) }
          await approvals.ask({ ...call, askedAt: Date.now() })
        }
        return decider.decide(request)
      },
    },
  })
}
