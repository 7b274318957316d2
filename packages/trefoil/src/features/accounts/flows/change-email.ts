import { accountsProblems } from '../accounts-problems.ts'
import type { FlowStep } from '../flow-step.ts'
import { readAddress } from '../identifier.ts'
import { mailSent } from './accepted.ts'
import { mailRate } from './mail-rate.ts'
import { sessionIn, tidySessions } from './password/set-password.ts'
import { refuseAnonymous } from './refuse-anonymous.ts'
import { provePresence, signedIn } from './signed-in.ts'
import { MEMBERS, params } from './step-options.ts'
import { sweepSoon } from './sweep-soon.ts'

const DAY = 86_400_000

/** Asks for another address. The answer is the same whether it is somebody's; the mailbox is told, or nobody. */
export const changeEmail: FlowStep = {
  flow: 'change_email',
  name: 'change_email',
  method: 'POST',
  path: '/change-email',
  proof: 'fresh-session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    const { accounts, challenges, mails, data } = house
    routes.post(
      path,
      {
        ...MEMBERS,
        ...mailRate(house),
        name: 'change_email',
        description: 'Ask for another address; a mail proves that it is yours.',
        params: { email: params.email, current_password: params.optionalPassword },
        status: 202,
        problems: [
          'invalid_address',
          'login_bad_credentials',
          'account_locked',
          'fresh_login_required',
        ],
      },
      async ({ email, current_password: password }, call) => {
        const member = await signedIn(house, call)
        const { account } = member
        refuseAnonymous(account)
        const address = readAddress(email)
        if (address === null) throw accountsProblems.problem('invalid_address')
        await provePresence(house, call, member, password)
        const holder = await accounts.byIdentifier({ kind: 'email', text: address })
        const unit = await call.resolve(data.db)
        const id = await challenges.issue(unit, {
          purpose: 'change_email',
          mail: holder === null ? 'change_email' : 'nobody',
          accountId: account.id,
          address,
          details: { locale: account.locale },
          lifetime: DAY,
        })
        await mails.challenge(unit, id)
        sweepSoon(house, call)
        return mailSent('If the address can be yours, a mail is on its way to it')
      },
    )
  },
}

/**
 * Takes the link and the session that asked for it: by the link alone, somebody else could have my mailbox put in the
 * place of theirs by a click of mine, and by the session alone a mailbox that is not theirs.
 */
export const confirmEmail: FlowStep = {
  flow: 'change_email',
  name: 'confirm_change_email',
  method: 'POST',
  path: '/change-email/confirm',
  proof: 'mailbox',
  owner: 'caller',
  after: ['change_email'],
  register(routes, path, house) {
    const { accounts, challenges, mails, sessions, data, mfa } = house
    routes.post(
      path,
      {
        ...MEMBERS,
        name: 'confirm_change_email',
        description: 'Prove the other address by the token of its link; all other sessions end.',
        params: { token: params.token },
        problems: ['invalid_link'],
      },
      async ({ token }, call) => {
        const { account, session, mode, clientId } = await signedIn(house, call)
        const { id } = account
        const unit = await call.resolve(data.db)
        const challenge = await challenges.consumeLink(unit, 'change_email', token)
        const before = await accounts.findIn(unit, id)
        // A throw takes the unit back: whoever tries another's link does not use it up.
        if (challenge === null || before === null || challenge.accountId !== before.id) {
          throw accountsProblems.problem('invalid_link')
        }
        const { address: email } = challenge
        const change = { email, endsSessions: true }
        const epoch = await accounts.claim(unit, id, change, account.epoch)
        if (epoch === null) throw accountsProblems.problem('invalid_link')
        // Those of the old mailbox as well, which would open the account still.
        await challenges.removeOfAccount(unit, id)
        await challenges.removeOfAddress(unit, email, 'verify_email')
        if (before.email !== null) {
          const { locale, email: address } = before
          await mails.notice(unit, { kind: 'email_changed', address, locale })
        }
        const answer = await sessions.begin(call, {
          account: { ...before, epoch },
          methods: [],
          pass: mfa.keep({ ...before, epoch }, session),
          mode,
          clientId,
          deviceToken: null,
        })
        tidySessions(house, call, unit, account, sessionIn(answer))
        return answer
      },
    )
  },
}
