import type { Reply } from '../../../index.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { FlowStep } from '../flow-step.ts'
import { unkept } from '../flows/accepted.ts'
import { beginSession } from '../flows/begin-session.ts'
import { confirmRate } from '../flows/mail-rate.ts'
import { identifierOf } from '../flows/signed-in.ts'
import { JSON_STRANGERS, params } from '../flows/step-options.ts'
import { passkeyParams } from './passkey-fields.ts'
import type { Asked } from './passkeys.ts'

/** Nobody is named: whoever asks learns nothing about who has an account, or a passkey. */
const startLogin: FlowStep = {
  flow: 'passkey_login',
  name: 'start_passkey_login',
  method: 'POST',
  path: '/passkeys/login/start',
  proof: 'nothing',
  owner: 'nobody',
  after: [],
  register(routes, path, house) {
    const { passkeys, sessions } = house
    if (passkeys === null) return
    routes.post(
      path,
      {
        ...JSON_STRANGERS,
        ...confirmRate(house),
        name: 'start_passkey_login',
        description: 'Ask for a passkey: what navigator.credentials.get() is given.',
        problems: ['passkey_wrong_origin'],
      },
      async (_, call) => {
        const device = await call.resolve(sessions.deviceCookie)
        return unkept(await passkeys.ask(call, askedBy(device)))
      },
    )
  },
}

/**
 * Signs in by a passkey alone: the device was there, and has looked at the person. Not held back by a lock of the
 * password: nobody guesses a signature, and whoever locks an account by guessing would lock its owner out.
 */
const login: FlowStep = {
  flow: 'passkey_login',
  name: 'passkey_login',
  method: 'POST',
  path: '/passkeys/login',
  proof: 'passkey',
  owner: 'caller',
  after: ['start_passkey_login', 'register_passkey'],
  register(routes, path, house) {
    const { passkeys, sessions, accounts, data } = house
    if (passkeys === null) return
    const { step, signed } = passkeyParams
    routes.post(
      path,
      {
        ...JSON_STRANGERS,
        ...confirmRate(house),
        name: 'passkey_login',
        description: 'Sign in by the answer of a passkey.',
        params: {
          step,
          response: signed,
          mode: params.mode,
          device_token: params.optionalSecret,
        },
        problems: ['passkey_refused', 'account_disabled', 'MFA_REQUIRED'],
      },
      async ({ step, response, mode = 'bearer', device_token }, call): Promise<Reply<unknown>> => {
        const cookie = await call.resolve(sessions.deviceCookie)
        const proof = await passkeys.prove(call, askedBy(cookie), step, response)
        if (proof === null) throw accountsProblems.problem('passkey_refused')
        const unit = await call.resolve(data.db)
        const isUsed = await proof.useUp(unit)
        const account = await accounts.findIn(unit, proof.accountId)
        const identifier = account === null ? null : identifierOf(account)
        if (!isUsed || account === null || identifier === null) {
          throw accountsProblems.problem('passkey_refused')
        }
        return beginSession(house, call, unit, account, {
          methods: ['passkey'],
          mode,
          identifier,
          device: device_token ?? cookie,
          failure: 'passkey_refused',
          uses: null,
        })
      },
    )
  },
}

/** Signing in by a passkey. */
export const PASSKEY_LOGIN_STEPS: readonly FlowStep[] = [startLogin, login]

function askedBy(device: string | null): Asked {
  return { purpose: 'passkey_login', account: null, scope: '', device }
}
