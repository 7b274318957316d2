import { reply } from '../../../../index.ts'
import { accountsProblems } from '../../accounts-problems.ts'
import type { FlowStep } from '../../flow-step.ts'
import { NEVER_KEPT } from '../../flows/accepted.ts'
import { confirmRate, mailRate } from '../../flows/mail-rate.ts'
import { params, STRANGERS } from '../../flows/step-options.ts'
import { CODE_PARAMS } from '../code-params.ts'
import type { SecondFactor } from '../factor.ts'
import { finishLogin, waitingLogin } from '../finish-login.ts'
import type { Step } from '../steps/step-store.ts'
import { sendMailCode } from './mail-codes.ts'
import { proveCode } from './prove-code.ts'

const SECOND = 1000

/** What a login may be finished by; of a step that nobody can read it is nothing. */
function factorsOf({ details }: Step): readonly SecondFactor[] {
  const { factors } = details
  // Written by the gate.
  return Array.isArray(factors) ? (factors as readonly SecondFactor[]) : []
}

/** The end of a login that answered `MFA_REQUIRED`: a code of the app, one from a mail, or a recovery code. */
const VERIFY_STEP: FlowStep = {
  flow: 'mfa',
  name: 'verify_mfa',
  method: 'POST',
  path: '/mfa/verify',
  proof: 'pre-token',
  owner: 'mailbox',
  after: ['login'],
  register(routes, path, house) {
    const { word, optionalSecret } = params
    const { optionalCode, preToken, flag } = CODE_PARAMS
    routes.post(
      path,
      {
        ...STRANGERS,
        ...confirmRate(house),
        name: 'verify_mfa',
        description: 'Finish a login by a second factor and the pre-token of its first answer.',
        params: {
          pre_token: preToken,
          code: optionalCode,
          recovery_code: optionalCode,
          trust_device: flag,
          client_id: word,
          client_secret: optionalSecret,
          device_token: optionalSecret,
          device_cookie: house.sessions.deviceCookie,
        },
        problems: [
          'invalid_pre_token',
          'invalid_code',
          'account_disabled',
          'account_locked',
          'client_credentials_required',
          'invalid_client_credentials',
        ],
      },
      async (args, call) => {
        const client = house.clients.check(args.client_id, args.client_secret)
        const typed = args.recovery_code ?? args.code ?? ''
        const request = {
          preToken: args.pre_token,
          clientId: client?.id ?? null,
          device: args.device_token ?? args.device_cookie,
          trust: args.trust_device ?? false,
        }
        let codesLeft: number | null = null
        const left = (count: number) => {
          codesLeft = count
        }
        const answer = await finishLogin(house, call, request, {
          check(account, call, step) {
            const allowed = step === null ? [] : factorsOf(step)
            return proveCode(house, { account, call, typed, allowed, step, left })
          },
        })
        if (codesLeft === null) return answer
        return reply(Object.assign({}, answer.value, { recovery_codes_left: codesLeft }), {
          ...answer.options,
        })
      },
    )
  },
}

/** A code to the mailbox, for a login whose first proof was something else (SW-20). */
const SEND_STEP: FlowStep = {
  flow: 'mfa',
  name: 'send_mfa_code',
  method: 'POST',
  path: '/mfa/send_code',
  proof: 'pre-token',
  owner: 'mailbox',
  after: ['login'],
  register(routes, path, house) {
    if (!house.values.mfa.emailOtp.enabled) return
    const { word, optionalSecret } = params
    routes.post(
      path,
      {
        ...STRANGERS,
        ...mailRate(house),
        name: 'send_mfa_code',
        description: 'Have a code sent to the mailbox of the account, as second factor of a login.',
        params: {
          pre_token: CODE_PARAMS.preToken,
          client_id: word,
          client_secret: optionalSecret,
        },
        problems: [
          'invalid_pre_token',
          'mfa_factor_unavailable',
          'account_disabled',
          'client_credentials_required',
          'invalid_client_credentials',
        ],
      },
      async (args, call) => {
        const client = house.clients.check(args.client_id, args.client_secret)
        const shown = { preToken: args.pre_token, clientId: client?.id ?? null }
        const { account, step } = await waitingLogin(house, call, 'second_factor', shown)
        const { email } = account
        if (email === null || !factorsOf(step).includes('email')) {
          throw accountsProblems.problem('mfa_factor_unavailable')
        }
        const pause = await sendMailCode(house, call, { ...account, email }, step)
        const cooldown_seconds = Math.ceil(pause / SECOND)
        return reply({ sent: true, cooldown_seconds }, { headers: NEVER_KEPT })
      },
    )
  },
}

/** What finishes a login. */
export const VERIFY_STEPS: readonly FlowStep[] = [VERIFY_STEP, SEND_STEP]
