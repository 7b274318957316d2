import { randomBytes } from 'node:crypto'
import { type Call, path as pathParam } from '../../../../index.ts'
import type { AccountsHouse } from '../../accounts-house.ts'
import { accountsProblems } from '../../accounts-problems.ts'
import { textField } from '../../fields.ts'
import type { LoginWish } from '../oidc-client.ts'
import { orProblem } from '../provider-problems.ts'
import type { TripCookies } from './trip-cookie.ts'
import type { NewTrip } from './trip-store.ts'

/** What stands in the path. */
export const PROVIDER: ReturnType<typeof pathParam<ReturnType<typeof textField>>> = pathParam(
  textField(64),
)
/** Remembers a way to the provider. @returns where the browser goes, and the cookies that bring it back */
export async function beginTrip(
  { providers }: AccountsHouse,
  call: Call,
  trip: Omit<NewTrip, 'holder' | 'shownAt'>,
  wish: LoginWish = { maxAge: null },
): Promise<{
  readonly url: string
  readonly cookies: ReturnType<TripCookies['set']>
}> {
  const client = providers.client(trip.provider)
  const holder = randomBytes(32).toString('base64url')
  const secrets = await providers.trips.begin({ ...trip, holder, shownAt: null })
  const url = await orProblem(call, trip.provider, client.loginUrl(secrets, wish))
  const over = await call.resolve(providers.cookies.room)
  return { url, cookies: { ...over, ...providers.cookies.set(secrets.state, holder) } }
}

/** @throws Problem `redirect_not_allowed` */
export function targetOf({ providers }: AccountsHouse, next: string | undefined): string {
  if (next === undefined) return providers.targets.usual
  const target = providers.targets.check(next)
  if (target === null) throw accountsProblems.problem('redirect_not_allowed')
  return target
}
