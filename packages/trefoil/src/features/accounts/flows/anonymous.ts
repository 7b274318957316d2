import { randomUUID } from 'node:crypto'
import { type BackgroundCall, HttpError } from '../../../index.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import type { FlowStep } from '../flow-step.ts'
import { mailSent } from './accepted.ts'
import { anonymousRate, mailRate } from './mail-rate.ts'
import { register } from './password/registration.ts'
import { signedIn } from './signed-in.ts'
import { MEMBERS, params, STRANGERS } from './step-options.ts'

const HOUR = 3_600_000
const DAY = 86_400_000
/** After its session is over nobody can come back to it: this much later what hangs on it is nobody's any more. */
const KEPT = 30 * DAY
/** Accounts that one unit removes at most. */
const BATCH = 500

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
        ...STRANGERS,
        ...anonymousRate(house),
        name: 'sign_in_anonymously',
        description: 'Sign in as nobody; whoever registers later stays the same.',
        params: { mode: params.mode },
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
    if (!house.values.anonymous) return
    const { email, password, word } = params
    routes.post(
      path,
      {
        ...MEMBERS,
        ...mailRate(house),
        name: 'register_anonymous',
        description: 'Register with an address and a password, and stay who you are.',
        params: { email, password, username: word, locale: word },
        status: 202,
        problems: [
          'password_weak',
          'registration_closed',
          'invalid_address',
          'invalid_username',
          'username_taken',
        ],
      },
      async ({ email, password, username, locale }, call) => {
        const { account } = await signedIn(house, call)
        if (account.kind !== 'anonymous') {
          throw new HttpError(403, 'This account has registered already')
        }
        await register(house, call, { email, password, username, locale, accountId: account.id })
        return mailSent('A mail is on its way: open the link in it')
      },
    )
  },
}

/** Removes, once an hour in a process, accounts whose sessions were over long ago, in units that nobody waits long for. */
function sweeper({
  accounts,
  data,
  clock,
  values,
}: AccountsHouse): (call: BackgroundCall) => Promise<void> {
  let sweptAt = Number.NEGATIVE_INFINITY
  return async ({ signal }) => {
    const now = clock.now()
    // A clock that was ahead must not keep it from that for as long.
    if (Math.abs(now - sweptAt) < HOUR) return
    sweptAt = now
    const before = now - values.sessionLifetime - KEPT
    let removed: number
    do {
      removed = await data.unit((unit) => accounts.sweepAnonymous(unit, before, BATCH), signal)
    } while (removed === BATCH && !signal.aborted)
  }
}
