import { query, redirect } from '../../../../index.ts'
import { accountsProblems } from '../../accounts-problems.ts'
import { formField, textField, wordField } from '../../fields.ts'
import type { FlowStep } from '../../flow-step.ts'
import { providerRate } from '../../flows/mail-rate.ts'
import { beginTrip, PROVIDER, targetOf } from './begin-trip.ts'
import { PRIVATE } from './hand-over.ts'

/** RFC 7636 §4.2: SHA-256, base64url. */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/

/** Seconds; not 0, which some providers take for nothing. */
const ASKED = 10

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
          fresh: query(formField(wordField(['true', 'false'])), { optional: true }),
        },
        problems: [
          'provider_not_configured',
          'provider_unavailable',
          'redirect_not_allowed',
          'code_challenge_required',
        ],
      },
      async ({ provider, next, mode = 'cookie', code_challenge: challenge = '', fresh }, call) => {
        house.providers.client(provider)
        if (mode === 'bearer' && !CHALLENGE.test(challenge)) {
          throw accountsProblems.problem('code_challenge_required')
        }
        const trip = {
          kind: 'login' as const,
          provider,
          accountId: null,
          next: targetOf(house, next),
          mode,
          challenge: mode === 'bearer' ? challenge : null,
          epoch: null,
          session: null,
        }
        const wish = { maxAge: fresh === 'true' ? ASKED : null }
        const { url, cookies } = await beginTrip(house, call, trip, wish)
        return redirect(url, { status: 303, allowExternal: true, headers: PRIVATE, cookies })
      },
    )
  },
}
