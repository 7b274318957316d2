import { hash } from 'node:crypto'
import { accountsProblems } from '../../accounts-problems.ts'
import type { FlowStep } from '../../flow-step.ts'
import { beginSession } from '../../flows/begin-session.ts'
import { providerRate } from '../../flows/mail-rate.ts'
import { params, STRANGERS } from '../../flows/step-options.ts'
import { entryOf } from './hand-over.ts'

/** A session for a code, for whoever began (S-OA-5). */
export const oauthExchange: FlowStep = {
  flow: 'oauth',
  name: 'oauth_exchange',
  method: 'POST',
  path: '/oauth/exchange',
  proof: 'provider',
  owner: 'caller',
  after: ['oauth_callback'],
  register(routes, path, house) {
    const { providers, sessions, accounts } = house
    if (providers.names.length === 0) return
    routes.post(
      path,
      {
        ...STRANGERS,
        ...providerRate(house),
        name: 'oauth_exchange',
        description: 'Get a session for the code that a login with a provider ended with.',
        params: {
          code: params.token,
          code_verifier: params.optionalSecret,
          browser: providers.cookies.sent,
          device: sessions.deviceCookie,
        },
        problems: ['invalid_code', 'account_disabled'],
      },
      async ({ code, code_verifier: verifier, browser, device }, call) => {
        const cookie = browser(providers.cookies.nameOf(code))
        const holder = verifier === undefined ? cookie : challengeOf(verifier)
        const trip =
          holder === null ? null : await providers.trips.consume('exchange', code, '', holder)
        const account = trip?.accountId == null ? null : await accounts.find(trip.accountId)
        if (trip === null || account === null || account.epoch !== trip.epoch) {
          throw accountsProblems.problem('invalid_code')
        }
        return house.data.unit(
          (unit) => beginSession(house, call, unit, account, entryOf(account, trip, device)),
          call.signal,
        )
      },
    )
  },
}

function challengeOf(verifier: string): string {
  return hash('sha256', verifier, 'base64url')
}
