import type { FlowStep } from '../flow-step.ts'
import { confirmRate } from '../flows/mail-rate.ts'
import { signedIn } from '../flows/signed-in.ts'
import { MEMBERS } from '../flows/step-options.ts'
import { CODE_PARAMS } from './code-params.ts'
import { proveCode } from './prove-code.ts'
import { stepUp } from './step-up.ts'

/**
 * Whoever is signed in shows a second factor once more, by a code, and has a session of now in the place of that of before.
 * A code in a mail does not do: the session was begun by the mailbox, or the mailbox is open beside it.
 */
export const STEP_UP_STEP: FlowStep = {
  flow: 'mfa',
  name: 'step_up',
  method: 'POST',
  path: '/mfa/step-up',
  proof: 'session',
  owner: 'caller',
  after: ['confirm_mfa'],
  register(routes, path, house) {
    const { optionalCode } = CODE_PARAMS
    routes.post(
      path,
      {
        ...MEMBERS,
        ...confirmRate(house),
        name: 'step_up',
        description:
          'Show a second factor once more: answers as a login, with a new session in the place of this one.',
        params: { code: optionalCode, recovery_code: optionalCode },
        problems: ['mfa_not_enabled', 'invalid_code', 'account_locked', 'fresh_login_required'],
      },
      async ({ code, recovery_code }, call) => {
        const member = await signedIn(house, call)
        const typed = recovery_code ?? code ?? ''
        return stepUp(house, call, member, {
          check: (account) =>
            proveCode(house, { account, call, typed, allowed: ['totp', 'recovery'], step: null }),
        })
      },
    )
  },
}
