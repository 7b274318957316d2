import { type Call, reply } from '../../../../index.ts'
import type { StoredAccount } from '../../account.ts'
import { tell } from '../../account-events.ts'
import type { AccountsHouse } from '../../accounts-house.ts'
import { accountsProblems } from '../../accounts-problems.ts'
import type { FlowStep } from '../../flow-step.ts'
import { readAddress } from '../../identifier.ts'
import { mailSent, NEVER_KEPT } from '../accepted.ts'
import { confirmRate, mailRate } from '../mail-rate.ts'
import { params, STRANGERS } from '../step-options.ts'
import { sweepSoon } from '../sweep-soon.ts'
import { acceptFor, setPassword, tidySessions } from './set-password.ts'

/** Milliseconds for which a link to a new password is good. */
const RESET_LIFETIME = 30 * 60_000

const forgotPassword: FlowStep = {
  flow: 'reset_password',
  name: 'forgot_password',
  method: 'POST',
  path: '/forgot-password',
  proof: 'nothing',
  owner: 'mailbox',
  after: ['verify_email'],
  register(routes, path, house) {
    const { email } = params
    routes.post(
      path,
      {
        ...STRANGERS,
        ...mailRate(house),
        name: 'forgot_password',
        description: 'Ask for a link to a new password; it goes to the mailbox of the account.',
        params: { email },
        status: 202,
        problems: ['invalid_address'],
      },
      async ({ email }, call) => {
        const address = readAddress(email)
        if (address === null) throw accountsProblems.problem('invalid_address')
        await sendReset(house, call, address)
        return mailSent('If this address has an account, a mail is on its way')
      },
    )
  },
}

/** One statement more and one job, whoever it is: what nobody may have is sent to nobody (ENUM-1). */
async function sendReset(house: AccountsHouse, call: Call, address: string): Promise<void> {
  const { accounts, challenges, data, mails } = house
  const account = await accounts.byIdentifier({ kind: 'email', text: address })
  const isOpen = account !== null && account.disabledAt === null
  const unit = await call.resolve(data.db)
  const id = await challenges.issue(unit, {
    purpose: 'reset_password',
    mail: isOpen ? 'reset_password' : 'nobody',
    accountId: isOpen ? account.id : null,
    address,
    lifetime: RESET_LIFETIME,
  })
  await mails.challenge(unit, id)
  sweepSoon(house, call)
}

const resetPassword: FlowStep = {
  flow: 'reset_password',
  name: 'reset_password',
  method: 'POST',
  path: '/reset-password',
  proof: 'mailbox',
  owner: 'mailbox',
  after: ['forgot_password'],
  register(routes, path, house) {
    const { token, password } = params
    routes.post(
      path,
      {
        ...STRANGERS,
        ...confirmRate(house),
        name: 'reset_password',
        description: 'Set a new password by the token of the link that was sent.',
        params: { token, password, device_token: params.optionalSecret },
        problems: ['invalid_link', 'password_weak', 'account_locked'],
      },
      async ({ token, password, device_token }, call) => {
        const device = device_token ?? (await call.resolve(house.sessions.deviceCookie))
        const account = await accountOfLink(house, token)
        if (account === null) return refuseLink(house, call)
        // Before the link is used up: whoever chose a weak one tries again with the same mail.
        const accepted = await acceptFor(house, call, account, password, 'reset')
        const unit = await call.resolve(house.data.db)
        const used = await house.challenges.consumeLink(unit, 'reset_password', token)
        // It was good a moment ago: nobody guessed, and nothing is waited for while others wait for the unit.
        if (used === null || (await setPassword(house, unit, account, accepted)) === null) {
          throw accountsProblems.problem('invalid_link')
        }
        // What strangers guessed does not keep out who has the mailbox, nor what he guessed himself before he asked for it.
        await forgetTries(house, account, device)
        tidySessions(house, call, unit, account, null)
        await tell(house, unit, 'password.reset', account)
        return reply({ detail: 'The password is set: sign in' }, { headers: NEVER_KEPT })
      },
    )
  },
}

/** `null` where the link opens nothing: also one that was sent to an address which the account has no more. */
async function accountOfLink(house: AccountsHouse, token: string): Promise<StoredAccount | null> {
  const link = await house.challenges.readLink('reset_password', token)
  const account = await house.accounts.find(link?.accountId ?? '')
  if (link === null || account === null || account.email !== link.address) return null
  return account.disabledAt === null ? account : null
}

/**
 * Counted against the address that it came from, as any guess is (LOCK-5). Never before the link was looked at: one that
 * is good is let in whatever strangers did, from here or elsewhere (LOCK-7).
 */
async function refuseLink({ locks }: AccountsHouse, call: Call): Promise<never> {
  const tried = { identifier: null, client: call.client, device: null, signal: call.signal }
  await locks.attempt(tried, async () => ({ isRight: false, value: null }))
  throw accountsProblems.problem('invalid_link')
}

async function forgetTries(
  { locks }: AccountsHouse,
  account: StoredAccount,
  device: string | null,
): Promise<void> {
  const { email, username } = account
  if (email !== null) await locks.forget({ kind: 'email', text: email }, device)
  if (username !== null) await locks.forget({ kind: 'username', text: username }, device)
}

/** A new password by a mail. */
export const RESET_STEPS: readonly FlowStep[] = [forgotPassword, resetPassword]
