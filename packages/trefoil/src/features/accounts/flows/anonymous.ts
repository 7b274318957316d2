import { randomUUID } from 'node:crypto'
import { field, HttpError, reply } from '../../../index.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { optionalField, textField } from '../fields.ts'
import type { FlowStep } from '../flow-step.ts'
import { readAddress, readUsername } from '../identifier.ts'
import { anonymousRate, mailRate } from './mail-rate.ts'
import { ownAccount, ownSession } from './own-session.ts'
import { ADDRESS, BY_FORM, MODE, PASSWORD } from './step-fields.ts'

const HOUR = 3_600_000
const DAY = 86_400_000
/** After its session is over nobody can come back to it: this much later what hangs on it is nobody's any more. */
const KEPT = 30 * DAY
/** Accounts that one sweep removes at most. */
const BATCH = 500

const NAME = field(optionalField(textField(256)), { optional: true })
const LOCALE = field(optionalField(textField(64)), { optional: true })

/** A session of nobody: an account without an address, whose subject stays when it registers. */
export const signInAnonymously: FlowStep = {
  flow: 'anonymous',
  name: 'sign_in_anonymously',
  method: 'POST',
  path: '/anonymous',
  proof: 'nothing',
  owner: 'nobody',
  after: [],
  register(routes, path, house) {
    const { accounts, sessions, data, clock, values } = house
    if (!values.anonymous) return
    const sweep = sweeper(house)
    routes.post(
      path,
      {
        ...BY_FORM,
        ...anonymousRate(house),
        name: this.name,
        public: true,
        params: { mode: MODE },
      },
      async ({ mode = 'bearer' }, call) => {
        const unit = await call.resolve(data.db)
        const id = randomUUID()
        await accounts.create(unit, {
          id,
          kind: 'anonymous',
          tenant: null,
          email: null,
          username: null,
          // Those of whoever registers are for people.
          roles: [],
          locale: null,
          password: null,
          now: clock.now(),
        })
        const account = await accounts.findIn(unit, id)
        if (account === null) throw new HttpError(503, 'Try again')
        call.background(sweep)
        return sessions.begin(call, {
          account,
          methods: [],
          mode,
          clientId: null,
          deviceToken: null,
        })
      },
    )
  },
}

/** As `register`, for whoever has an anonymous session: the account that is proved is that one. */
export const registerAnonymous: FlowStep = {
  flow: 'anonymous',
  name: 'register_anonymous',
  method: 'POST',
  path: '/anonymous/register',
  proof: 'session',
  owner: 'caller',
  after: ['sign_in_anonymously'],
  register(routes, path, house) {
    const { accounts, passwords, challenges, mails, data, values } = house
    if (!values.anonymous) return
    routes.post(
      path,
      {
        ...BY_FORM,
        ...mailRate(house),
        name: this.name,
        guards: [ownSession],
        params: { email: ADDRESS, password: PASSWORD, username: NAME, locale: LOCALE },
        status: 202,
        problems: ['invalid_address', 'invalid_username', 'password_weak', 'registration_closed'],
      },
      async ({ email, password: given, username: name, locale }, call) => {
        const account = await ownAccount(house, call)
        if (account.kind !== 'anonymous') {
          throw new HttpError(403, 'This account has registered already')
        }
        if (values.registration === 'closed') throw accountsProblems.problem('registration_closed')
        const address = readAddress(email)
        if (address === null) throw accountsProblems.problem('invalid_address')
        const username = name === undefined || !values.usernames ? null : readUsername(name)
        if (name !== undefined && username === null) {
          throw accountsProblems.problem('invalid_username')
        }
        const password = await passwords.accept(given, {
          flow: 'register',
          context: username === null ? [address] : [address, username],
          signal: call.signal,
        })
        const holder = await accounts.byIdentifier({ kind: 'email', text: address })
        const unit = await call.resolve(data.db)
        const id = await challenges.issue(unit, {
          purpose: 'verify_email',
          mail: holder === null ? 'verify_email' : 'already_registered',
          accountId: account.id,
          address,
          details: { username, locale: locale ?? null },
          password: holder === null ? password : null,
          lifetime: DAY,
        })
        await mails.challenge(unit, id)
        return reply({ detail: 'A mail is on its way to this address' })
      },
    )
  },
}

/** Removes, at most once an hour in a process, accounts whose sessions were over long ago. */
function sweeper({ accounts, data, clock, values }: AccountsHouse): () => Promise<void> {
  let sweptAt = Number.NEGATIVE_INFINITY
  return async () => {
    const now = clock.now()
    if (now - sweptAt < HOUR) return
    sweptAt = now
    await data.unit((unit) =>
      accounts.sweepAnonymous(unit, now - values.sessionLifetime - KEPT, BATCH),
    )
  }
}
