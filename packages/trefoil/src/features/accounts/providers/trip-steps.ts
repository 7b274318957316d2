import { hash, randomBytes } from 'node:crypto'
import {
  type Call,
  Problem,
  path as pathParam,
  query,
  type Reply,
  redirect,
  reply,
} from '../../../index.ts'
import type { StoredAccount } from '../account.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { formField, textField, wordField } from '../fields.ts'
import type { FlowStep } from '../flow-step.ts'
import { beginSession, type Entry } from '../flows/begin-session.ts'
import { providerRate } from '../flows/mail-rate.ts'
import { identifierOf } from '../flows/signed-in.ts'
import { params, STRANGERS } from '../flows/step-options.ts'
import { enterByProvider } from './enter-by-provider.ts'
import { linkByProvider } from './link-by-provider.ts'
import { orProblem } from './provider-problems.ts'
import { withQuery } from './return-targets.ts'
import type { NewTrip, Trip } from './trip-store.ts'

/** What stands in the path. */
export const PROVIDER: ReturnType<typeof pathParam<ReturnType<typeof textField>>> = pathParam(
  textField(64),
)
/** Nothing of a login is for another site to learn, or for a cache to keep. */
const PRIVATE = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' } as const
/** RFC 7636 §4.2: SHA-256, base64url. */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/
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
/** Of a session that a provider opened; RFC 8176 has no word for it. */
const METHODS: readonly string[] = ['federated']

const SECRET = { sensitive: true } as const

/** Remembers a way to the provider. @returns where the browser goes, and the cookies that bring it back */
export async function beginTrip(
  { providers }: AccountsHouse,
  call: Call,
  trip: Omit<NewTrip, 'holder'>,
): Promise<{
  readonly url: string
  readonly cookies: ReturnType<AccountsHouse['providers']['cookies']['set']>
}> {
  const client = providers.client(trip.provider)
  const holder = randomBytes(32).toString('base64url')
  const secrets = await providers.trips.begin({ ...trip, holder })
  const url = await orProblem(call, trip.provider, client.loginUrl(secrets))
  return { url, cookies: providers.cookies.set(secrets.state, holder) }
}

/** @throws Problem `redirect_not_allowed` */
export function targetOf({ providers }: AccountsHouse, next: string | undefined): string {
  if (next === undefined) return providers.targets.usual
  const target = providers.targets.check(next)
  if (target === null) throw accountsProblems.problem('redirect_not_allowed')
  return target
}

/** Sends a browser to a provider (S-OA-1). */
export const oauthLogin: FlowStep = {
  flow: 'oauth',
  name: 'oauth_login',
  method: 'GET',
  path: '/oauth/{provider}/login',
  proof: 'nothing',
  owner: 'nobody',
  after: [],
  register(routes, path, house) {
    if (house.providers.names.length === 0) return
    routes.get(
      path,
      {
        public: true,
        ...providerRate(house),
        name: 'oauth_login',
        description: 'Sign in with a provider: sends the browser there.',
        params: {
          provider: PROVIDER,
          next: query(formField(textField(2048)), { optional: true }),
          mode: query(formField(wordField(['bearer', 'cookie'])), { optional: true }),
          code_challenge: query(formField(textField(128)), { optional: true }),
        },
        problems: [
          'provider_not_configured',
          'provider_unavailable',
          'redirect_not_allowed',
          'code_challenge_required',
        ],
      },
      async ({ provider, next, mode = 'cookie', code_challenge: challenge = '' }, call) => {
        house.providers.client(provider)
        if (mode === 'bearer' && !CHALLENGE.test(challenge)) {
          throw accountsProblems.problem('code_challenge_required')
        }
        const { url, cookies } = await beginTrip(house, call, {
          kind: 'login',
          provider,
          accountId: null,
          next: targetOf(house, next),
          mode,
          challenge: mode === 'bearer' ? challenge : null,
          epoch: null,
          session: null,
        })
        return redirect(url, { status: 303, allowExternal: true, headers: PRIVATE, cookies })
      },
    )
  },
}

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
        if (trip.mode === 'bearer') return hand(house, account, trip, clear)
        return signIn(house, call, account, { trip, device, clear })
      },
    )
  },
}

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
          (unit) => beginSession(house, call, unit, account, entryOf(account, trip.mode, device)),
          call.signal,
        )
      },
    )
  },
}

async function findTrip(
  { providers: { trips } }: AccountsHouse,
  { provider, state, holder }: { provider: string; state: string; holder: string | null },
): Promise<Trip | null> {
  if (holder === null || state === '') return null
  const login = await trips.consume('login', state, provider, holder)
  return login ?? (await trips.consume('link', state, provider, holder))
}

/** The session by cookies; where something else has to be shown first, a code for it. */
async function signIn(
  house: AccountsHouse,
  call: Call,
  account: StoredAccount,
  { trip, device, clear }: { trip: Trip; device: string | null; clear: Cookies },
): Promise<Reply<unknown>> {
  try {
    const answer = await house.data.unit(
      (unit) => beginSession(house, call, unit, account, entryOf(account, 'cookie', device)),
      call.signal,
    )
    return reply(answer, {
      status: 303,
      headers: { ...PRIVATE, location: trip.next },
      cookies: clear,
    })
  } catch (error) {
    if (!Problem.is(error) || error.code !== 'MFA_REQUIRED') throw error
    // What it hands out is not to stand in an address: the browser asks for it by the code.
    return hand(house, account, trip, clear, { mfa: 'required' })
  }
}

/** Sends the browser on with a code, which is worth nothing without the verifier, or the cookie. */
async function hand(
  { providers }: AccountsHouse,
  account: StoredAccount,
  { next, mode, challenge }: Trip,
  clear: Cookies,
  more: Readonly<Record<string, string>> = {},
): Promise<Reply<unknown>> {
  const holder = challenge ?? randomBytes(32).toString('base64url')
  const { state: code } = await providers.trips.begin({
    kind: 'exchange',
    provider: '',
    holder,
    accountId: account.id,
    next,
    mode,
    challenge: null,
    epoch: account.epoch,
    session: null,
  })
  const cookies = challenge === null ? providers.cookies.set(code, holder) : {}
  return goOn(withQuery(next, { ...more, oauth_code: code }), { ...clear, ...cookies })
}

type Cookies = ReturnType<AccountsHouse['providers']['cookies']['clear']>

function goOn(location: string, cookies: Cookies): Reply<null> {
  return redirect(location, { status: 303, allowExternal: true, headers: PRIVATE, cookies })
}

function entryOf(account: StoredAccount, mode: Entry['mode'], device: string | null): Entry {
  return {
    methods: METHODS,
    mode,
    identifier: identifierOf(account),
    device,
    failure: 'invalid_state',
    uses: null,
  }
}

function challengeOf(verifier: string): string {
  return hash('sha256', verifier, 'base64url')
}
