import type { Call, Reply } from '../../../index.ts'
import { tell } from '../account-events.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { sessionIn } from '../flows/password/set-password.ts'
import { identifierOf, type SignedIn } from '../flows/signed-in.ts'
import { wrongCode } from './finish-login.ts'
import type { ProvedFactor, SecondFactorProof } from './second-factor-proof.ts'

/**
 * Has whoever is signed in show a second factor once more, for one thing: a change of factors, a decision. Counted with the
 * tries at the password and at logins (LOCK-5). What was right must be used up in the unit of what it is for.
 *
 * @param digest of what is decided by it, SHA-256 in base64url; `null` for nothing in particular
 * @throws Problem `invalid_code`, `account_locked`, and `mfa_not_enabled` for an account without a factor
 */
export async function proveFactor(
  { factors, locks }: AccountsHouse,
  call: Call,
  { account, session }: SignedIn,
  proof: SecondFactorProof,
  digest: string | null = null,
): Promise<ProvedFactor> {
  if ((await factors.confirmed(account.id)).length === 0) {
    throw accountsProblems.problem('mfa_not_enabled')
  }
  const tried = {
    identifier: identifierOf(account),
    client: call.client,
    device: null,
    session: session.id,
    factorOf: account.id,
    signal: call.signal,
  }
  const proved = await locks.attempt(tried, async () => {
    const found = await proof.check(account, call, null, digest)
    return { isRight: found !== null, value: found }
  })
  if (proved === null) throw wrongCode()
  return proved
}

/**
 * A new session in the place of this one, with a factor that was shown just now (SES-1): what `requireFreshAuth()` asks for.
 *
 * @returns the answer of a login
 * @throws Problem as {@link proveFactor}, and `fresh_login_required` where the account was changed meanwhile
 */
export async function stepUp(
  house: AccountsHouse,
  call: Call,
  member: SignedIn,
  proof: SecondFactorProof,
): Promise<Reply<unknown>> {
  const { accounts, clock, data, mfa, sessions } = house
  const { account, session, mode, clientId } = member
  const proved = await proveFactor(house, call, member, proof)
  const unit = await call.resolve(data.db)
  if (!(await proved.useUp(unit))) throw wrongCode()
  const now = clock.now()
  // Nothing is changed: whoever was changed meanwhile gets no session by what was read before.
  const epoch = await accounts.change(unit, account.id, { endsSessions: false }, now, account.epoch)
  if (epoch === null) throw accountsProblems.problem('fresh_login_required')
  const answer = await sessions.begin(call, {
    account,
    methods: [],
    pass: mfa.keep(account, session, [proved.method]),
    mode,
    clientId,
    deviceToken: null,
  })
  const methods = [proved.method]
  await tell(house, unit, 'login.stepped_up', account, { session: sessionIn(answer), methods })
  return answer
}
