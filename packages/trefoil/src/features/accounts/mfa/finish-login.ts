import type { Call, Reply } from '../../../index.ts'
import { accountOf, type StoredAccount } from '../account.ts'
import { tell } from '../account-events.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { sessionIn } from '../flows/password/set-password.ts'
import { identifierOf } from '../flows/signed-in.ts'
import { sweepSoon } from '../flows/sweep-soon.ts'
import type { Identifier } from '../identifier.ts'
import type { LoginTry } from '../lockout/login-locks.ts'
import { describeDevice } from '../sessions/describe-device.ts'
import type { SessionMode } from '../sessions/login-sessions.ts'
import { told } from './mfa-gate.ts'
import type { ProvedFactor, SecondFactorProof } from './second-factor-proof.ts'
import { bindingOf, type Step, type StepPurpose } from './steps/step-store.ts'

/** Tries at one pre-token, of all factors together (MFA-3). */
const TRIES = 5

/** What whoever finishes a login sends beside the factor itself. */
export interface FinishRequest {
  readonly preToken: string
  /** Of a client that has shown who it is; `null` for none. */
  readonly clientId: string | null
  /** What the device was given by the lockout, as it came; `null` for nothing. */
  readonly device: string | null
  /** Its owner says that this device need not be asked again. */
  readonly trust: boolean
}

/** A login that waits, as it was read. */
export interface WaitingLogin {
  readonly step: Step
  /** As it is now, and with the epoch that it had. */
  readonly account: StoredAccount
  readonly identifier: Identifier | null
}

/**
 * A login that waits for more, for whoever shows its pre-token from where it was given; nothing is used up.
 *
 * @throws Problem `invalid_pre_token` for every other, whatever is wrong with it, and `account_disabled`
 */
export async function waitingLogin(
  house: AccountsHouse,
  call: Call,
  purpose: Extract<StepPurpose, 'second_factor' | 'enrol'>,
  { preToken, clientId }: Pick<FinishRequest, 'preToken' | 'clientId'>,
): Promise<WaitingLogin> {
  const bound = bindingOf(call.client, clientId, await call.resolve(house.sessions.deviceCookie))
  const step = await house.steps.read(call, purpose, preToken, bound)
  // Asked for all the same: a token that is none costs as much as one that is over.
  const account = await house.accounts.find(step?.accountId ?? '')
  if (step === null || account === null) throw accountsProblems.problem('invalid_pre_token')
  // To whoever has shown the first proof; disabling has raised the epoch.
  if (account.disabledAt !== null) throw accountsProblems.problem('account_disabled')
  if (account.epoch !== step.epoch) throw accountsProblems.problem('invalid_pre_token')
  return { step, account, identifier: identifierFor(account, step) }
}

/**
 * The end of a login by a second factor: everything but the factor itself. The try is counted with those at the password
 * (LOCK-5), the pre-token is used once, the session begins with what was shown before and now.
 *
 * @param proof looks at what was sent
 * @returns the answer of a login
 * @throws Problem `invalid_pre_token`, `invalid_code`, `account_disabled`, `account_locked`
 */
export async function finishLogin(
  house: AccountsHouse,
  call: Call,
  request: FinishRequest,
  proof: SecondFactorProof,
): Promise<Reply<unknown>> {
  const waiting = await waitingLogin(house, call, 'second_factor', request)
  const { account, identifier, step } = waiting
  const tried: LoginTry = {
    identifier,
    client: call.client,
    device: request.device,
    factorOf: account.id,
    signal: call.signal,
  }
  const proved = await house.locks.attempt(tried, async () => {
    // Before it is looked at, and kept whatever becomes of the call: of many at once five are.
    if (!(await house.steps.countTry(call, step.id, TRIES)))
      return { isRight: false, value: undefined }
    const found = await proof.check(account, call, step, null)
    const isRight = found !== null && isAllowed(step, found)
    return { isRight, value: isRight ? found : null }
  })
  if (proved === undefined) throw accountsProblems.problem('invalid_pre_token')
  if (proved === null) throw wrongCode()
  return endLogin(house, call, request, waiting, proved)
}

/**
 * The same, where what finishes it has been looked at and counted: a factor that was set up just now, of a login that had
 * to.
 *
 * @param method what it was finished by
 * @param enable in the unit: confirms the factor, and gives the epoch that the account has since; a throw takes it back
 */
export async function finishEnrolment(
  house: AccountsHouse,
  call: Call,
  request: FinishRequest,
  waiting: WaitingLogin,
  method: ProvedFactor['method'],
  enable: (unit: object) => Promise<number>,
): Promise<Reply<unknown>> {
  const epoch = await enable(await call.resolve(house.data.db))
  const { account, step } = waiting
  // What was begun under the epoch of before goes on under the one of now: nobody but this call knows it yet.
  const now = { ...waiting, account: { ...account, epoch }, step: { ...step, epoch } }
  return endLogin(house, call, request, now, { method, useUp: async () => true })
}

/** In the unit: used up, whoever sends it at the same time. What of it is refused takes all of it back. */
async function endLogin(
  house: AccountsHouse,
  call: Call,
  { preToken, clientId, device, trust }: FinishRequest,
  { account, step, identifier }: WaitingLogin,
  proved: ProvedFactor,
): Promise<Reply<unknown>> {
  const { accounts, challenges, clock, data, locks, mfa, sessions, steps, trusted, values } = house
  await told(call, 'onSuccess', async () => values.mfa.onSuccess?.(accountOf(account), call))
  const unit = await call.resolve(data.db)
  if (!(await proved.useUp(unit))) throw wrongCode()
  const now = clock.now()
  const change = { lastLoginAt: now, endsSessions: false }
  const epoch = await accounts.change(unit, account.id, change, now, step.epoch)
  if (epoch === null) throw accountsProblems.problem('invalid_pre_token')
  const uses = usesOf(step)
  if (uses !== null) {
    // The link of the first proof is used up by the login that it made: it makes no other one.
    if (!(await challenges.useUp(unit, uses.purpose, uses.id))) {
      throw accountsProblems.problem('invalid_pre_token')
    }
    if (account.email !== null) {
      await challenges.removeOfAddress(unit, account.email, 'verify_email')
    }
  }
  const trustToken = trust
    ? await trusted.trust(unit, account, describeDevice(call.client.userAgent))
    : null
  if (trust) sweepSoon(house, call)
  // The last before the session, and kept whatever becomes of the unit: nobody has it twice.
  const bound = bindingOf(call.client, clientId, await call.resolve(sessions.deviceCookie))
  if ((await steps.consume(call, step.purpose, preToken, bound)) === null) {
    throw accountsProblems.problem('invalid_pre_token')
  }
  const answer = await sessions.begin(call, {
    account,
    methods: [],
    pass: mfa.finish(account, step, [proved.method]),
    mode: modeOf(step),
    clientId,
    deviceToken: identifier === null ? null : locks.deviceToken(identifier, device),
    trustToken,
  })
  const methods = [...methodsOf(step), proved.method]
  await tell(house, unit, 'login.succeeded', account, { session: sessionIn(answer), methods })
  return answer
}

/** Wrong, used, of another kind: the same for all of them (S-MFA). */
export function wrongCode(): Error {
  return accountsProblems.problem('invalid_code', { detail: 'Invalid code' })
}

function isAllowed({ details }: Step, { method }: ProvedFactor): boolean {
  const factors = details['factors']
  return Array.isArray(factors) && factors.includes(method)
}

function methodsOf({ details }: Step): readonly string[] {
  const methods = details['methods']
  return Array.isArray(methods) ? methods.map(String) : []
}

function modeOf({ details }: Step): SessionMode {
  return details['mode'] === 'cookie' ? 'cookie' : 'bearer'
}

function usesOf({ details }: Step): { purpose: 'magic_link' | 'email_code'; id: string } | null {
  const uses = details['uses']
  if (typeof uses !== 'object' || uses === null) return null
  const { purpose, id } = uses as Readonly<Record<string, unknown>>
  if (purpose !== 'magic_link' && purpose !== 'email_code') return null
  return { purpose, id: String(id) }
}

/** What the account was called when the first proof was shown: counted under that. */
function identifierFor(account: StoredAccount, { details }: Step): Identifier | null {
  const { email, username } = account
  if (details['identifier'] === 'username' && username !== null) {
    return { kind: 'username', text: username }
  }
  if (details['identifier'] === 'email' && email !== null) return { kind: 'email', text: email }
  return identifierOf(account)
}
