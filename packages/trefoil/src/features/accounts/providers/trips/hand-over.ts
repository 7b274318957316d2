import { randomBytes } from 'node:crypto'
import { type Call, Problem, type Reply, redirect, reply } from '../../../../index.ts'
import type { StoredAccount } from '../../account.ts'
import type { AccountsHouse } from '../../accounts-house.ts'
import { beginSession, type Entry } from '../../flows/begin-session.ts'
import { identifierOf } from '../../flows/signed-in.ts'
import { withQuery } from '../return-targets.ts'
import type { TripCookies } from './trip-cookie.ts'
import type { Trip } from './trip-store.ts'

/** Nothing of a login is for another site to learn, or for a cache to keep. */
export const PRIVATE: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
}
/** Of a session that a provider opened; RFC 8176 has no word for it. */
const METHODS: readonly string[] = ['federated']

/** The session by cookies; where something else has to be shown first, a code for it. */
export async function signIn(
  house: AccountsHouse,
  call: Call,
  account: StoredAccount,
  { trip, device, clear }: { trip: Trip; device: string | null; clear: Cookies },
): Promise<Reply<unknown>> {
  try {
    const answer = await house.data.unit(
      (unit) => beginSession(house, call, unit, account, entryOf(account, trip, device)),
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
export async function hand(
  { providers }: AccountsHouse,
  account: StoredAccount,
  { next, mode, challenge, shownAt }: Trip,
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
    shownAt,
  })
  const cookies = challenge === null ? providers.cookies.set(code, holder) : {}
  return goOn(withQuery(next, { ...more, oauth_code: code }), { ...clear, ...cookies })
}

type Cookies = ReturnType<TripCookies['clear']>

/** Sends the browser where it was to go. */
export function goOn(location: string, cookies: Cookies): Reply<null> {
  return redirect(location, { status: 303, allowExternal: true, headers: PRIVATE, cookies })
}

/** How somebody is signed in whom a provider knows. */
export function entryOf(
  account: StoredAccount,
  { mode, shownAt }: Pick<Trip, 'mode' | 'shownAt'>,
  device: string | null,
): Entry {
  return {
    methods: METHODS,
    shownAt,
    mode,
    identifier: identifierOf(account),
    device,
    failure: 'invalid_state',
    uses: null,
  }
}
