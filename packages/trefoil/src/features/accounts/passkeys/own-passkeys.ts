import { HttpError, reply } from '../../../index.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { FlowStep } from '../flow-step.ts'
import { unkept } from '../flows/accepted.ts'
import { sessionIn, tidySessions } from '../flows/password/set-password.ts'
import { refuseAnonymous } from '../flows/refuse-anonymous.ts'
import { type SignedIn, signedIn } from '../flows/signed-in.ts'
import { JSON_MEMBERS, MEMBERS, params } from '../flows/step-options.ts'
import { CODE_PARAMS } from '../mfa/code-params.ts'
import type { StoredFactor } from '../mfa/factor.ts'
import { proveForChange, useUp } from '../mfa/prove-change.ts'
import { removeFactor } from '../mfa/remove-factor.ts'
import { enablePasskey, passkeysOf, preparePasskey, shownNew } from './enable-passkey.ts'
import { passkeyParams, readName } from './passkey-fields.ts'
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

const list: FlowStep = {
  flow: 'passkeys',
  name: 'list_passkeys',
  method: 'GET',
  path: '/passkeys',
  proof: 'session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    if (house.passkeys === null) return
    routes.get(
      path,
      { name: 'list_passkeys', description: 'List your passkeys.' },
      async (_, call) => {
        const { account } = await signedIn(house, call)
        const all = passkeysOf(await house.factors.confirmed(account.id))
        return unkept({ passkeys: all.map(shownOf) })
      },
    )
  },
}

const rename: FlowStep = {
  flow: 'passkeys',
  name: 'rename_passkey',
  method: 'POST',
  path: '/passkeys/{passkey_id}/name',
  proof: 'session',
  owner: 'caller',
  after: ['register_passkey'],
  register(routes, path, house) {
    const { passkeys, factors, data } = house
    if (passkeys === null) return
    const { passkeyId, newName } = passkeyParams
    routes.post(
      path,
      {
        ...MEMBERS,
        name: 'rename_passkey',
        description: 'Call a passkey something else.',
        params: { passkey_id: passkeyId, name: newName },
        problems: ['passkey_not_found'],
      },
      async ({ passkey_id: id, name }, call) => {
        const { account } = await signedIn(house, call)
        const called = readName(name)
        if (called === null) throw new HttpError(400, 'A name has letters in it')
        const found = await ownOf(house, account.id, id)
        const unit = await call.resolve(data.db)
        if (!(await factors.rename(unit, account.id, id, called))) throw notFound()
        return unkept(shownOf({ ...found, name: called }))
      },
    )
  },
}

/** By POST: a DELETE has no body to put a code in. */
const remove: FlowStep = {
  flow: 'passkeys',
  name: 'remove_passkey',
  method: 'POST',
  path: '/passkeys/{passkey_id}/remove',
  proof: 'fresh-session',
  owner: 'caller',
  after: ['register_passkey'],
  register(routes, path, house) {
    const { passkeys, factors } = house
    if (passkeys === null) return
    routes.post(
      path,
      {
        ...MEMBERS,
        name: 'remove_passkey',
        description: 'Remove a passkey; all other sessions end.',
        params: {
          passkey_id: passkeyParams.passkeyId,
          code: CODE_PARAMS.optionalCode,
        },
        problems: [
          'passkey_not_found',
          'invalid_code',
          'account_locked',
          'fresh_login_required',
          'mfa_enforced',
        ],
      },
      async ({ passkey_id: id, code }, call) => {
        const member = await signedIn(house, call)
        const confirmed = await factors.confirmed(member.account.id)
        const passkey = passkeysOf(confirmed).find((one) => one.id === id)
        // Before anything is proved, and by the account as well as by the id (GHSA-4vcf-q4xf-f48m).
        if (passkey === undefined) throw notFound()
        const shown = { password: undefined, code }
        const proved = await proveForChange(house, call, member, confirmed, shown)
        return removeFactor(house, call, member, passkey, proved)
      },
    )
  },
}

/** Passkeys of whoever is signed in. */
export const OWN_PASSKEY_STEPS: readonly FlowStep[] = [
  startRegistration,
  register,
  list,
  rename,
  remove,
]

function askedOf({ account, session }: SignedIn): Asked {
  return { purpose: 'passkey_register', account, scope: session.id, device: null }
}

/** Nothing that signs, and nothing that others could ask the device for. */
function shownOf({ id, name, details, createdAt, usedAt }: StoredFactor): object {
  return {
    id,
    name,
    synced: details['synced'] === true,
    created_at: new Date(createdAt).toISOString(),
    last_used_at: usedAt === null ? null : new Date(usedAt).toISOString(),
  }
}

/** @throws Problem `passkey_not_found`, the same for another's and for none */
async function ownOf(house: AccountsHouse, accountId: string, id: string): Promise<StoredFactor> {
  const all = passkeysOf(await house.factors.ofAccount(accountId))
  const found = all.find((one) => one.id === id)
  if (found === undefined) throw notFound()
  return found
}

function notFound(): Error {
  return accountsProblems.problem('passkey_not_found')
}
