import { reply } from '../../../index.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { FlowStep } from '../flow-step.ts'
import { unkept } from '../flows/accepted.ts'
import { confirmRate } from '../flows/mail-rate.ts'
import { JSON_STRANGERS, params, STRANGERS } from '../flows/step-options.ts'
import { refuseSetup } from '../mfa/codes/enrol-steps.ts'
import { finishEnrolment, waitingLogin } from '../mfa/finish-login.ts'
import { enablePasskey, preparePasskey, shownNew } from './enable-passkey.ts'
import { passkeyParams } from './passkey-fields.ts'

/** For a login that has to have a second factor, and whose account has none. */
const start: FlowStep = {
  flow: 'passkey_enrolment',
  name: 'start_passkey_enrolment',
  method: 'POST',
  path: '/passkeys/enrol/start',
  proof: 'pre-token',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    const { passkeys, clients } = house
    if (passkeys === null) return
    routes.post(
      path,
      {
        ...STRANGERS,
        ...confirmRate(house),
        name: 'start_passkey_enrolment',
        description: 'Ask for a new passkey that finishes a login which has to have one.',
        params: {
          pre_token: passkeyParams.preToken,
          client_id: params.word,
          client_secret: params.optionalSecret,
        },
        problems: [
          'invalid_pre_token',
          'mfa_factor_unavailable',
          'account_disabled',
          'passkey_wrong_origin',
          'client_credentials_required',
          'invalid_client_credentials',
        ],
      },
      async ({ pre_token: preToken, client_id, client_secret }, call) => {
        const clientId = clients.check(client_id, client_secret)?.id ?? null
        const waiting = await waitingLogin(house, call, 'enrol', { preToken, clientId })
        const { account, step } = waiting
        await refuseSetup(house, waiting, 'passkey')
        const asked = {
          purpose: 'passkey_register',
          account,
          scope: step.id,
          device: null,
        } as const
        return unkept(await passkeys.askForNew(call, asked, []))
      },
    )
  },
}

const finish: FlowStep = {
  flow: 'passkey_enrolment',
  name: 'passkey_enrolment',
  method: 'POST',
  path: '/passkeys/enrol',
  proof: 'pre-token',
  owner: 'caller',
  after: ['start_passkey_enrolment'],
  register(routes, path, house) {
    const { passkeys, clients, sessions } = house
    if (passkeys === null) return
    routes.post(
      path,
      {
        ...JSON_STRANGERS,
        ...confirmRate(house),
        name: 'passkey_enrolment',
        description: 'Keep a passkey that was made, and finish the login by it.',
        params: {
          pre_token: passkeyParams.preToken,
          step: passkeyParams.step,
          response: passkeyParams.made,
          name: passkeyParams.name,
          client_id: params.word,
          client_secret: params.optionalSecret,
          device_token: params.optionalSecret,
        },
        problems: [
          'invalid_pre_token',
          'mfa_factor_unavailable',
          'passkey_refused',
          'passkey_exists',
          'passkey_limit',
          'fresh_login_required',
          'account_disabled',
          'client_credentials_required',
          'invalid_client_credentials',
        ],
      },
      async ({ pre_token: preToken, step: token, response, name, ...args }, call) => {
        const clientId = clients.check(args.client_id, args.client_secret)?.id ?? null
        const device = args.device_token ?? (await call.resolve(sessions.deviceCookie))
        const request = { preToken, clientId, device, trust: false }
        const waiting = await waitingLogin(house, call, 'enrol', request)
        const { account, step } = waiting
        await refuseSetup(house, waiting, 'passkey')
        const asked = {
          purpose: 'passkey_register',
          account,
          scope: step.id,
          device: null,
        } as const
        const made = await passkeys.readNew(call, asked, token, response)
        if (made === null) throw accountsProblems.problem('passkey_refused')
        const passkey = await preparePasskey(house, call, account, made, name)
        let id = ''
        const answer = await finishEnrolment(
          house,
          call,
          request,
          waiting,
          'passkey',
          async (unit) => {
            const enabled = await enablePasskey(house, unit, account, passkey)
            id = enabled.id
            return enabled.epoch
          },
        )
        return reply(Object.assign(shownNew(passkey, id), answer.value), answer.options)
      },
    )
  },
}

/** A passkey as the first second factor, where one is required. */
export const PASSKEY_ENROL_STEPS: readonly FlowStep[] = [start, finish]
