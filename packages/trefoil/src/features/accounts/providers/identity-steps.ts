import { path as pathParam, reply } from '../../../index.ts'
import type { StoredAccount } from '../account.ts'
import { tell } from '../account-events.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { textField } from '../fields.ts'
import type { FlowStep } from '../flow-step.ts'
import { NEVER_KEPT } from '../flows/accepted.ts'
import { sessionIn, tidySessions } from '../flows/password/set-password.ts'
import { refuseAnonymous } from '../flows/refuse-anonymous.ts'
import { signedIn } from '../flows/signed-in.ts'
import { MEMBERS, params } from '../flows/step-options.ts'
import { CODE_PARAMS } from '../mfa/code-params.ts'
import { proveForChange, useUp } from '../mfa/prove-change.ts'
import { beginTrip, PROVIDER, targetOf } from './trips/begin-trip.ts'

/** Adds a way in by a provider, to whoever shows that the account is his. */
const linkIdentity: FlowStep = {
  flow: 'oauth',
  name: 'link_identity',
  method: 'POST',
  path: '/oauth/{provider}/link',
  proof: 'fresh-session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    if (house.providers.names.length === 0) return
    routes.post(
      path,
      {
        ...MEMBERS,
        name: 'link_identity',
        description: 'Add a provider to sign in with: answers with where the browser has to go.',
        params: {
          provider: PROVIDER,
          current_password: params.optionalPassword,
          code: CODE_PARAMS.optionalCode,
          next: params.word,
        },
        problems: [
          'provider_not_configured',
          'provider_unavailable',
          'redirect_not_allowed',
          'login_bad_credentials',
          'invalid_code',
          'account_locked',
          'fresh_login_required',
        ],
      },
      async ({ provider, current_password: password, code, next }, call) => {
        const member = await signedIn(house, call)
        const { account, session, mode } = member
        refuseAnonymous(account)
        house.providers.client(provider)
        const target = targetOf(house, next)
        const confirmed = await house.factors.confirmed(account.id)
        const proved = await proveForChange(house, call, member, confirmed, { password, code })
        if (proved !== null) await house.data.unit((unit) => useUp(unit, proved), call.signal)
        const { url, cookies } = await beginTrip(house, call, {
          kind: 'link',
          provider,
          accountId: account.id,
          next: target,
          mode,
          challenge: null,
          epoch: account.epoch,
          session: session.id,
        })
        return reply({ url }, { headers: NEVER_KEPT, cookies })
      },
    )
  },
}

const listIdentities: FlowStep = {
  flow: 'oauth',
  name: 'list_identities',
  method: 'GET',
  path: '/identities',
  proof: 'session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    if (house.providers.names.length === 0) return
    routes.get(
      path,
      { name: 'list_identities', description: 'List the providers that you sign in with.' },
      async (_, call) => {
        const { account } = await signedIn(house, call)
        const identities = await house.providers.identities.list(account.id)
        return {
          identities: identities.map(({ id, provider, issuer, linkedAt, usedAt }) => ({
            id,
            provider,
            issuer,
            linked_at: new Date(linkedAt).toISOString(),
            used_at: usedAt === null ? null : new Date(usedAt).toISOString(),
          })),
          providers: house.providers.names,
        }
      },
    )
  },
}

/** Takes a way in away. All other sessions end: one of them may be of whoever came by it. */
const unlinkIdentity: FlowStep = {
  flow: 'oauth',
  name: 'unlink_identity',
  method: 'POST',
  path: '/identities/{identity_id}/unlink',
  proof: 'fresh-session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    const { accounts, mails, providers, sessions, data } = house
    if (providers.names.length === 0) return
    routes.post(
      path,
      {
        ...MEMBERS,
        name: 'unlink_identity',
        description: 'Sign in with this provider no more; all other sessions end.',
        params: {
          identity_id: pathParam(textField(64)),
          current_password: params.optionalPassword,
          code: CODE_PARAMS.optionalCode,
        },
        problems: [
          'identity_not_found',
          'last_way_in',
          'login_bad_credentials',
          'invalid_code',
          'account_locked',
          'fresh_login_required',
        ],
      },
      async ({ identity_id: id, current_password: password, code }, call) => {
        const member = await signedIn(house, call)
        const { account, session, mode, clientId } = member
        const confirmed = await house.factors.confirmed(account.id)
        const proved = await proveForChange(house, call, member, confirmed, { password, code })
        const unit = await call.resolve(data.db)
        // First, so that two who take away the last two wait for each other.
        const change = { endsSessions: true }
        const epoch = await accounts.change(
          unit,
          account.id,
          change,
          house.clock.now(),
          account.epoch,
        )
        if (epoch === null) throw accountsProblems.problem('fresh_login_required')
        await useUp(unit, proved)
        const all = await providers.identities.listIn(unit, account.id)
        const gone = all.find((one) => one.id === id)
        if (gone === undefined) throw accountsProblems.problem('identity_not_found')
        const left = all.filter((one) => one.id !== id)
        if (
          !hasOtherWay(
            house,
            account,
            left.map(({ issuer }) => issuer),
          )
        ) {
          throw accountsProblems.problem('last_way_in')
        }
        await providers.identities.remove(unit, account.id, id)
        const { email: address, locale } = account
        if (address !== null)
          await mails.notice(unit, { kind: 'provider_unlinked', address, locale })
        const answer = await sessions.begin(call, {
          account: { ...account, epoch },
          methods: [],
          // Who is signed in shows no more and no less by it than before.
          pass: house.mfa.keep({ ...account, epoch }, session),
          mode,
          clientId,
          deviceToken: null,
        })
        tidySessions(house, call, unit, account, sessionIn(answer))
        await tell(house, unit, 'provider.unlinked', account, { provider: gone.provider })
        return answer
      },
    )
  },
}

/** A password is one, a mailbox by which one is set, and a provider that the app still has. */
function hasOtherWay(
  { providers }: AccountsHouse,
  { password, email }: Pick<StoredAccount, 'password' | 'email'>,
  issuers: readonly string[],
): boolean {
  if (password !== null || email !== null) return true
  const configured = providers.names.map((name) => providers.client(name).values.issuer)
  return issuers.some((issuer) => configured.some((one) => isSame(one, issuer)))
}

/** With and without a slash behind the host. */
function isSame(one: string, other: string): boolean {
  return new URL(one).href === new URL(other).href
}

export const IDENTITY_STEPS: readonly FlowStep[] = [linkIdentity, listIdentities, unlinkIdentity]
