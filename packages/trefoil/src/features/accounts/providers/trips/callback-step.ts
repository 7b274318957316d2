import { type Call, query } from '../../../../index.ts'
import type { AccountsHouse } from '../../accounts-house.ts'
import { accountsProblems } from '../../accounts-problems.ts'
import { formField, textField } from '../../fields.ts'
import type { FlowStep } from '../../flow-step.ts'
import { providerRate } from '../../flows/mail-rate.ts'
import { enterByProvider } from '../enter-by-provider.ts'
import { linkByProvider } from '../link-by-provider.ts'
import { orProblem } from '../provider-problems.ts'
import { withQuery } from '../return-targets.ts'
import { PROVIDER } from './begin-trip.ts'
import { goOn, hand, signIn } from './hand-over.ts'
import type { Trip } from './trip-store.ts'

/** RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6. What else a provider says goes no further. */
const ERRORS: ReadonlySet<string> = new Set([
  'access_denied',
  'invalid_request',
  'unauthorized_client',
  'unsupported_response_type',
  'invalid_scope',
  'temporarily_unavailable',
  'interaction_required',
  'login_required',
  'account_selection_required',
  'consent_required',
])

const SECRET = { sensitive: true } as const

/** Where a provider sends the browser back to (S-OA-2). */
export const oauthCallback: FlowStep = {
  flow: 'oauth',
  name: 'oauth_callback',
  method: 'GET',
  path: '/oauth/{provider}/callback',
  proof: 'provider',
  owner: 'caller',
  after: ['oauth_login'],
  register(routes, path, house) {
    const { providers, sessions } = house
    if (providers.names.length === 0) return
    const word = (most: number) => query(formField(textField(most)), { ...SECRET, optional: true })
    routes.get(
      path,
      {
        public: true,
        changes: true,
        ...providerRate(house),
        name: 'oauth_callback',
        description: 'Where a provider sends the browser back to.',
        params: {
          provider: PROVIDER,
          code: word(4096),
          state: word(256),
          iss: word(2048),
          error: word(256),
          browser: providers.cookies.sent,
          device: sessions.deviceCookie,
        },
        problems: [
          'provider_not_configured',
          'invalid_state',
          'invalid_nonce',
          'provider_answer_refused',
          'provider_unavailable',
          'oidc_userinfo_failed',
          'no_email',
          'unverified_email',
          'link_required',
          'identity_taken',
          'registration_closed',
          'account_disabled',
          'fresh_login_required',
        ],
      },
      async ({ provider, code, state = '', iss, error, browser, device }, call) => {
        const client = providers.client(provider)
        // Before anything is used up: who comes for good afterwards is to be signed in.
        if (isLook(call)) throw accountsProblems.problem('invalid_state')
        const holder = browser(providers.cookies.nameOf(state))
        const trip = await findTrip(house, { provider, state, holder })
        if (trip === null || holder === null) throw accountsProblems.problem('invalid_state')
        const clear = providers.cookies.clear(state)
        if (error !== undefined) {
          const said = ERRORS.has(error) ? error : 'server_error'
          return goOn(withQuery(trip.next, { oauth_error: said }), clear)
        }
        const answer = new URLSearchParams({ code: code ?? '', state })
        if (iss !== undefined) answer.set('iss', iss)
        const identity = await orProblem(call, provider, client.identify(answer, trip.secrets))
        if (trip.kind === 'link') {
          await linkByProvider(house, call, trip, { provider, identity })
          return goOn(trip.next, clear)
        }
        const { trustsEmail } = client.values
        const account = await house.data.unit(
          (unit) => enterByProvider(house, unit, { provider, trustsEmail, identity }),
          call.signal,
        )
        if (account.disabledAt !== null) throw accountsProblems.problem('account_disabled')
        const shown = { ...trip, shownAt: identity.shownAt }
        if (trip.mode === 'bearer') return hand(house, account, shown, clear)
        return signIn(house, call, account, { trip: shown, device, clear })
      },
    )
  },
}

/** HEAD, which is answered from GET, and a browser that loads ahead of its person. */
function isLook({ request: { method, headers } }: Call): boolean {
  return method === 'HEAD' || /^prefetch/i.test(headers.get('sec-purpose') ?? '')
}

async function findTrip(
  { providers: { trips } }: AccountsHouse,
  { provider, state, holder }: { provider: string; state: string; holder: string | null },
): Promise<Trip | null> {
  if (holder === null || state === '') return null
  const login = await trips.consume('login', state, provider, holder)
  return login ?? (await trips.consume('link', state, provider, holder))
}
