import type { FlowStep } from '../flow-step.ts'
import { unkept } from '../flows/accepted.ts'
import { confirmRate } from '../flows/mail-rate.ts'
import { JSON_STRANGERS, params, STRANGERS } from '../flows/step-options.ts'
import { finishLogin, waitingLogin } from '../mfa/finish-login.ts'
import { passkeyParams } from './passkey-fields.ts'
import { secondFactorPasskey } from './passkey-proof.ts'

/** Names the passkeys of the account: to whoever has shown its first proof. */
const start: FlowStep = {
  flow: 'passkey_second_factor',
  name: 'start_passkey_second_factor',
  method: 'POST',
  path: '/passkeys/second-factor/start',
  proof: 'pre-token',
  owner: 'caller',
  after: ['login', 'register_passkey'],
  register(routes, path, house) {
    const { passkeys, clients } = house
    if (passkeys === null) return
    routes.post(
      path,
      {
        ...STRANGERS,
        ...confirmRate(house),
        name: 'start_passkey_second_factor',
        description: 'Ask for a passkey that finishes a login.',
        params: {
          pre_token: passkeyParams.preToken,
          client_id: params.word,
          client_secret: params.optionalSecret,
        },
        problems: [
          'invalid_pre_token',
          'account_disabled',
          'passkey_missing',
          'passkey_wrong_origin',
          'client_credentials_required',
          'invalid_client_credentials',
        ],
      },
      async ({ pre_token: preToken, client_id, client_secret }, call) => {
        const clientId = clients.check(client_id, client_secret)?.id ?? null
        const { account, step } = await waitingLogin(house, call, 'second_factor', {
          preToken,
          clientId,
        })
        const { id: scope } = step
        const asked = { purpose: 'passkey_second_factor', account, scope, device: null } as const
        return unkept(await passkeys.ask(call, asked))
      },
    )
  },
}

/** A wrong one is counted as a wrong code is (LOCK-5). */
const finish: FlowStep = {
  flow: 'passkey_second_factor',
  name: 'passkey_second_factor',
  method: 'POST',
  path: '/passkeys/second-factor',
  proof: 'pre-token',
  owner: 'caller',
  after: ['start_passkey_second_factor'],
  register(routes, path, house) {
    const { passkeys, clients, sessions } = house
    if (passkeys === null) return
    routes.post(
      path,
      {
        ...JSON_STRANGERS,
        ...confirmRate(house),
        name: 'passkey_second_factor',
        description: 'Finish a login by the answer of a passkey.',
        params: {
          pre_token: passkeyParams.preToken,
          step: passkeyParams.step,
          response: passkeyParams.signed,
          trust_device: passkeyParams.trust,
          client_id: params.word,
          client_secret: params.optionalSecret,
          device_token: params.optionalSecret,
        },
        problems: [
          'invalid_pre_token',
          'invalid_code',
          'account_locked',
          'account_disabled',
          'client_credentials_required',
          'invalid_client_credentials',
        ],
      },
      async (args, call) => {
        const { pre_token: preToken, step, response, trust_device: trust = false } = args
        const clientId = clients.check(args.client_id, args.client_secret)?.id ?? null
        const device = args.device_token ?? (await call.resolve(sessions.deviceCookie))
        const request = { preToken, clientId, device, trust }
        return finishLogin(house, call, request, secondFactorPasskey(passkeys, step, response))
      },
    )
  },
}

/** A passkey where a login waits for a second factor. */
export const PASSKEY_SECOND_FACTOR_STEPS: readonly FlowStep[] = [start, finish]
