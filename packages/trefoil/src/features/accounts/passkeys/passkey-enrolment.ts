import { accountsProblems } from '../accounts-problems.ts'
import type { FlowStep } from '../flow-step.ts'
import { unkept } from '../flows/accepted.ts'
import { confirmRate } from '../flows/mail-rate.ts'
import { JSON_STRANGERS, params, STRANGERS } from '../flows/step-options.ts'
import { finishEnrolment, waitingLogin } from '../mfa/finish-login.ts'
import { keepPasskey, passkeysOf } from './keep-passkey.ts'
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
    const { passkeys, clients, factors } = house
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
          'account_disabled',
          'passkey_wrong_origin',
          'client_credentials_required',
          'invalid_client_credentials',
        ],
      },
      async ({ pre_token: preToken, client_id, client_secret }, call) => {
        const clientId = clients.check(client_id, client_secret)?.id ?? null
        const { account, step } = await waitingLogin(house, call, 'enrol', { preToken, clientId })
        const known = passkeysOf(await factors.ofAccount(account.id))
        const asked = {
          purpose: 'passkey_register',
          account,
          scope: step.id,
          device: null,
        } as const
        return unkept(await passkeys.askForNew(call, asked, known))
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
    const { passkeys, clients, sessions, mails } = house
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
          'passkey_refused',
          'passkey_exists',
          'passkey_limit',
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
        const asked = {
          purpose: 'passkey_register',
          account,
          scope: step.id,
          device: null,
        } as const
        const made = await passkeys.readNew(call, asked, token, response)
        if (made === null) throw accountsProblems.problem('passkey_refused')
        const { email: address, locale } = account
        return finishEnrolment(house, call, request, waiting, {
          method: 'passkey',
          async useUp(unit) {
            await keepPasskey(house, unit, account.id, made, name)
            if (address !== null) {
              await mails.notice(unit, { kind: 'passkey_added', address, locale })
            }
            return true
          },
        })
      },
    )
  },
}

/** A passkey as the first second factor, where one is required. */
export const PASSKEY_ENROL_STEPS: readonly FlowStep[] = [start, finish]
