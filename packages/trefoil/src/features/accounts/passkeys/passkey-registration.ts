import { reply } from '../../../index.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { FlowStep } from '../flow-step.ts'
import { unkept } from '../flows/accepted.ts'
import { sessionIn, tidySessions } from '../flows/password/set-password.ts'
import { refuseAnonymous } from '../flows/refuse-anonymous.ts'
import { type SignedIn, signedIn } from '../flows/signed-in.ts'
import { JSON_MEMBERS, MEMBERS, params } from '../flows/step-options.ts'
import { CODE_PARAMS } from '../mfa/code-params.ts'
import { proveForChange, refuseUseless, useUp } from '../mfa/prove-change.ts'
import { enablePasskey, passkeysOf, preparePasskey, shownNew } from './enable-passkey.ts'
import { passkeyParams } from './passkey-fields.ts'
import type { Asked } from './passkeys.ts'

/** Asks for a new passkey. Who is there shows it here; the answer is bound to this session. */
const startRegistration: FlowStep = {
  flow: 'passkeys',
  name: 'start_passkey_registration',
  method: 'POST',
  path: '/passkeys/register/start',
  proof: 'fresh-session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    const { passkeys, factors, data } = house
    if (passkeys === null) return
    routes.post(
      path,
      {
        ...MEMBERS,
        name: 'start_passkey_registration',
        description: 'Ask for a new passkey: what navigator.credentials.create() is given.',
        params: { current_password: params.optionalPassword, code: CODE_PARAMS.optionalCode },
        problems: [
          'login_bad_credentials',
          'invalid_code',
          'account_locked',
          'fresh_login_required',
          'mfa_factor_unavailable',
          'passkey_wrong_origin',
          'passkey_limit',
        ],
      },
      async ({ current_password: password, code }, call) => {
        const member = await signedIn(house, call)
        const { account } = member
        refuseAnonymous(account)
        const confirmed = await factors.confirmed(account.id)
        const known = passkeysOf(confirmed)
        if (known.length >= passkeys.most) throw accountsProblems.problem('passkey_limit')
        await refuseUseless(house, call, member, confirmed, 'passkey')
        const shown = { password, code }
        const proved = await proveForChange(house, call, member, confirmed, shown)
        const question = await passkeys.askForNew(call, { ...askedOf(member), account }, known)
        if (proved !== null) await useUp(await call.resolve(data.db), proved)
        return unkept(question)
      },
    )
  },
}

const register: FlowStep = {
  flow: 'passkeys',
  name: 'register_passkey',
  method: 'POST',
  path: '/passkeys/register',
  proof: 'session',
  owner: 'caller',
  after: ['start_passkey_registration'],
  register(routes, path, house) {
    const { passkeys, data, mfa, sessions } = house
    if (passkeys === null) return
    const { step, made, name } = passkeyParams
    routes.post(
      path,
      {
        ...JSON_MEMBERS,
        name: 'register_passkey',
        description:
          'Keep a passkey that was made; all other sessions end, and this one gets new tokens. With the first one come recovery codes, shown once.',
        params: { step, response: made, name },
        problems: ['passkey_refused', 'passkey_exists', 'passkey_limit', 'fresh_login_required'],
      },
      async ({ step, response, name }, call) => {
        const member = await signedIn(house, call)
        const { account, session, mode, clientId } = member
        const read = await passkeys.readNew(call, askedOf(member), step, response)
        if (read === null) throw accountsProblems.problem('passkey_refused')
        const passkey = await preparePasskey(house, call, account, read, name)
        const unit = await call.resolve(data.db)
        const { epoch, id } = await enablePasskey(house, unit, account, passkey)
        const now = { ...account, epoch }
        // A new id: whoever has stolen the session of before has nothing of this one. It has shown no more than that one:
        // of a passkey that is made nothing is signed.
        const answer = await sessions.begin(call, {
          account: now,
          methods: [],
          pass: mfa.keep(now, session),
          mode,
          clientId,
          deviceToken: null,
        })
        tidySessions(house, call, unit, account, sessionIn(answer))
        return reply(Object.assign(shownNew(passkey, id), answer.value), answer.options)
      },
    )
  },
}

/** A new passkey of whoever is signed in. */
export const PASSKEY_REGISTRATION_STEPS: readonly FlowStep[] = [startRegistration, register]

function askedOf({ account, session }: SignedIn): Asked {
  return { purpose: 'passkey_register', account, scope: session.id, device: null }
}
