import { reply } from '../../../../index.ts'
import type { AccountsHouse } from '../../accounts-house.ts'
import { accountsProblems } from '../../accounts-problems.ts'
import type { FlowStep } from '../../flow-step.ts'
import { confirmRate } from '../../flows/mail-rate.ts'
import { params, STRANGERS } from '../../flows/step-options.ts'
import { CODE_PARAMS } from '../code-params.ts'
import type { FactorKind } from '../factor.ts'
import { finishEnrolment, type WaitingLogin, waitingLogin } from '../finish-login.ts'
import { confirmSetup, enableTotp, startTotp } from './enrol-totp.ts'

/**
 * Whoever has a factor already shows that one: by the first proof alone nobody adds another beside it, whatever the policy
 * thinks of the one there is. And a policy that names factors is not met by another one, which would let in this once (MFA-7).
 *
 * @param kind what is to be set up
 * @throws Problem `mfa_factor_unavailable`
 */
export async function refuseSetup(
  { factors }: AccountsHouse,
  { account, step }: Pick<WaitingLogin, 'account' | 'step'>,
  kind: FactorKind,
): Promise<void> {
  const wanted = step.details['factors']
  const isWanted = !Array.isArray(wanted) || wanted.includes(kind)
  if (!isWanted || (await factors.confirmed(account.id)).length > 0) {
    throw accountsProblems.problem('mfa_factor_unavailable')
  }
}

const PROBLEMS = [
  'invalid_pre_token',
  'mfa_already_enabled',
  'mfa_factor_unavailable',
  'account_disabled',
  'client_credentials_required',
  'invalid_client_credentials',
] as const

/** For a login that has to have a second factor, and has none: as `start_mfa`, by the pre-token. */
const START_STEP: FlowStep = {
  flow: 'mfa',
  name: 'start_mfa_enrolment',
  method: 'POST',
  path: '/mfa/enrol/start',
  proof: 'pre-token',
  owner: 'mailbox',
  after: ['login'],
  register(routes, path, house) {
    const { word, optionalSecret } = params
    routes.post(
      path,
      {
        ...STRANGERS,
        ...confirmRate(house),
        name: 'start_mfa_enrolment',
        description: 'Begin to set up an authenticator app that a login asks for.',
        params: {
          pre_token: CODE_PARAMS.preToken,
          client_id: word,
          client_secret: optionalSecret,
        },
        problems: [...PROBLEMS, 'fresh_login_required'],
      },
      async (args, call) => {
        const client = house.clients.check(args.client_id, args.client_secret)
        const shown = { preToken: args.pre_token, clientId: client?.id ?? null }
        const waiting = await waitingLogin(house, call, 'enrol', shown)
        await refuseSetup(house, waiting, 'totp')
        return startTotp(house, call, waiting.account)
      },
    )
  },
}

/** As `confirm_mfa`, by the pre-token: the login that waited is finished by it. */
const CONFIRM_STEP: FlowStep = {
  flow: 'mfa',
  name: 'confirm_mfa_enrolment',
  method: 'POST',
  path: '/mfa/enrol/confirm',
  proof: 'pre-token',
  owner: 'mailbox',
  after: ['start_mfa_enrolment'],
  register(routes, path, house) {
    const { word, optionalSecret } = params
    const { code, preToken, flag } = CODE_PARAMS
    routes.post(
      path,
      {
        ...STRANGERS,
        ...confirmRate(house),
        name: 'confirm_mfa_enrolment',
        description:
          'Confirm an authenticator app that a login asks for: answers as the login, with recovery codes, shown once.',
        params: {
          pre_token: preToken,
          code,
          trust_device: flag,
          client_id: word,
          client_secret: optionalSecret,
          device_token: optionalSecret,
          device_cookie: house.sessions.deviceCookie,
        },
        problems: [...PROBLEMS, 'no_mfa_setup', 'invalid_code', 'account_locked'],
      },
      async (args, call) => {
        const client = house.clients.check(args.client_id, args.client_secret)
        const request = {
          preToken: args.pre_token,
          clientId: client?.id ?? null,
          device: args.device_token ?? args.device_cookie,
          trust: args.trust_device ?? false,
        }
        const waiting = await waitingLogin(house, call, 'enrol', request)
        const { account, identifier } = waiting
        await refuseSetup(house, waiting, 'totp')
        const tried = {
          identifier,
          client: call.client,
          device: request.device,
          factorOf: account.id,
          signal: call.signal,
        }
        const setup = await confirmSetup(house, call, account, args.code, tried)
        const answer = await finishEnrolment(house, call, request, waiting, 'totp', (unit) =>
          enableTotp(house, unit, account, setup),
        )
        return reply(Object.assign({ codes: setup.codes }, answer.value), answer.options)
      },
    )
  },
}

/** What a login is answered with `needs: 'enrol'` for. */
export const ENROL_STEPS: readonly FlowStep[] = [START_STEP, CONFIRM_STEP]
