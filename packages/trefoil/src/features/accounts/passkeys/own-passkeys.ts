import { HttpError } from '../../../index.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { FlowStep } from '../flow-step.ts'
import { unkept } from '../flows/accepted.ts'
import { signedIn } from '../flows/signed-in.ts'
import { MEMBERS } from '../flows/step-options.ts'
import { CODE_PARAMS } from '../mfa/code-params.ts'
import type { StoredFactor } from '../mfa/factor.ts'
import { proveForChange } from '../mfa/prove-change.ts'
import { removeFactor } from '../mfa/remove-factor.ts'
import { passkeysOf } from './enable-passkey.ts'
import { passkeyParams, readName } from './passkey-fields.ts'

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

/** Passkeys of whoever is signed in: those there are. */
export const OWN_PASSKEY_STEPS: readonly FlowStep[] = [list, rename, remove]

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
