import type { AuditLog } from '../../../audit.ts'
import type { LoginSession } from '../../../auth.ts'
import { type Call, type Clock, ImproperlyConfigured, Problem } from '../../../index.ts'
import { kinds } from '../../../parts.ts'
import { accountOf, type StoredAccount } from '../account.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { SignIn } from '../sessions/login-sessions.ts'
import type { SecondFactor, StoredFactor } from './factor.ts'
import type { FactorStore } from './factor-store.ts'
import { GatePass, timesOf } from './gate-pass.ts'
import type { MfaValues } from './mfa-options.ts'
import { bindingOf, type Step, type StepStore } from './steps/step-store.ts'
import type { TrustedDevices } from './trusted-devices.ts'

/** What a login needs beside its first proof. */
export type MfaNeed =
  | { readonly kind: 'none' }
  /** One of these finishes it. */
  | { readonly kind: 'second_factor'; readonly factors: readonly SecondFactor[] }
  /** It is required, and there is none: one of these has to be set up first; `null` for any. */
  | { readonly kind: 'enrol'; readonly factors: readonly SecondFactor[] | null }

/** What the gate goes by. */
export interface MfaGateParts {
  readonly values: MfaValues
  readonly factors: FactorStore
  readonly steps: StepStore
  readonly trusted: TrustedDevices
  readonly clock: Clock
  readonly audit: Pick<AuditLog, 'append'> | null
}

/** What of a login is asked about. */
export type GateFacts = Pick<SignIn, 'methods' | 'trusted'>

interface Requirement {
  readonly required: boolean
  readonly allowed: readonly SecondFactor[] | null
  /** Milliseconds; `null` for as long as a device is trusted. */
  readonly maxAge: number | null
}

const NONE: MfaNeed = Object.freeze({ kind: 'none' })
const REQUIRED: Requirement = { required: true, allowed: null, maxAge: null }
/** It may have wanted any device to be asked: none is trusted while nobody can say. */
const UNKNOWN: Requirement = { ...REQUIRED, maxAge: 0 }
/** Who has somebody's account at a provider often has the mailbox there with it. */
const MAILBOX: readonly string[] = ['mail', 'otp', 'federated']
const FACTORS: readonly SecondFactor[] = ['totp', 'passkey', 'recovery', 'email']

/**
 * Whether whoever has shown one proof is let in by it. Inside of what begins login sessions, so that no way in goes past it
 * (MFA-1).
 */
export class MfaGate {
  readonly #parts: MfaGateParts

  constructor(parts: MfaGateParts) {
    this.#parts = parts
  }

  /**
   * What a login needs. One statement, and one more for a device that says it is trusted.
   *
   * @param facts `methods` that were shown, and what the device showed
   */
  async needed(account: StoredAccount, call: Call, facts: GateFacts): Promise<MfaNeed> {
    // Nobody's, so there is nobody who could have another proof.
    if (account.kind === 'anonymous') return NONE
    const { factors, trusted } = this.#parts
    const confirmed = await factors.confirmed(account.id)
    const { required, allowed, maxAge } = await this.#requirement(account, call)
    // A passkey shows what somebody has and that it is them (user verification): both factors at once.
    if (facts.methods.includes('passkey') && isAllowed('passkey', allowed)) return NONE
    if (!required && confirmed.length === 0) return NONE
    if (await trusted.isTrusted(account, facts.trusted, maxAge)) return NONE
    const open = this.#open(account, confirmed, facts).filter((one) => isAllowed(one, allowed))
    // Who has a factor never sets up another by the password alone: that would take the place of it.
    if (open.length === 0 && confirmed.length === 0) return { kind: 'enrol', factors: allowed }
    return { kind: 'second_factor', factors: open }
  }

  /**
   * True where a right first proof may not let in: what was counted against the account is not forgotten by it then, or
   * whoever knows the password would have all tries at the second factor anew with each login (LOCK-5).
   */
  async mayNeedMore({ id, kind }: StoredAccount): Promise<boolean> {
    if (kind === 'anonymous') return false
    // A code by mail needs nothing that was set up.
    if (this.#parts.values.emailOtp.enabled) return true
    return (await this.#parts.factors.confirmed(id)).length > 0
  }

  /** True where somebody who has no account yet may be asked for more: the account has to be there before the answer then. */
  get mayAskNewcomers(): boolean {
    const { defaultEnabledForNewUsers, enforceForAllUsers, shouldRequire } = this.#parts.values
    return defaultEnabledForNewUsers || enforceForAllUsers || shouldRequire !== null
  }

  /** What an account is asked for in any case, whatever it has set up. A throw of the policy is a yes. */
  async isRequired(account: StoredAccount, call: Call): Promise<boolean> {
    return (await this.#requirement(account, call)).required
  }

  /**
   * Whether the account could sign in with these factors and no others: nobody is to lock himself out by setting up what the
   * policy does not take, or by removing the last one that it does. Asked before the unit: it may be code of the app.
   */
  async takes(
    account: StoredAccount,
    call: Call,
  ): Promise<(factors: readonly Pick<StoredFactor, 'kind'>[]) => boolean> {
    const { required, allowed } = await this.#requirement(account, call)
    return (factors) =>
      factors.length === 0 ? !required : factors.some(({ kind }) => isAllowed(kind, allowed))
  }

  /**
   * For `LoginSessions.begin` alone: lets pass, or ends the call.
   *
   * @throws Problem `MFA_REQUIRED` with a pre-token
   */
  async hold(call: Call, signIn: SignIn): Promise<GatePass> {
    const { account, methods } = signIn
    const need = await this.needed(account, call, signIn)
    const { clock } = this.#parts
    const now = clock.now()
    if (need.kind === 'none') {
      return new GatePass(account, timesAt(methods, shownAt(signIn, now)), now, true)
    }
    throw await this.#challenge(call, signIn, need)
  }

  /**
   * For whoever is signed in and gets another session in the place of this one: it says what that one said, of when it was.
   *
   * @param shown what was shown just now, such as the password
   */
  keep(account: StoredAccount, session: LoginSession, shown: readonly string[] = []): GatePass {
    const now = this.#parts.clock.now()
    const before = (session.authTime ?? session.createdAt) * 1000
    return new GatePass(account, { ...timesOf(session), ...timesAt(shown, now) }, before, false)
  }

  /** For `finishLogin` alone: a step that was used up, and what finished it. */
  finish(account: StoredAccount, step: Step, methods: readonly string[]): GatePass {
    const now = this.#parts.clock.now()
    const first = Array.isArray(step.details['methods']) ? step.details['methods'].map(String) : []
    const at = step.details['shownAt']
    const before = typeof at === 'number' ? at : step.createdAt
    return new GatePass(account, { ...timesAt(first, before), ...timesAt(methods, now) }, now, true)
  }

  #open(
    { email }: StoredAccount,
    confirmed: readonly StoredFactor[],
    { methods }: GateFacts,
  ): readonly SecondFactor[] {
    const { emailOtp } = this.#parts.values
    const kinds = new Set<SecondFactor>(confirmed.map(({ kind }) => kind))
    if (kinds.size > 0) kinds.add('recovery')
    // Never the mailbox twice: it would be one factor (SW-20).
    const isByMail = methods.some((one) => MAILBOX.includes(one))
    if (emailOtp.enabled && email !== null && !isByMail) kinds.add('email')
    return [...kinds]
  }

  async #requirement(account: StoredAccount, call: Call): Promise<Requirement> {
    const { values } = this.#parts
    const { shouldRequire, enforceForAllUsers, enforceForTenants } = values
    const isEnforced =
      enforceForAllUsers ||
      account.mfaRequired ||
      (account.tenant !== null && enforceForTenants.includes(account.tenant))
    if (shouldRequire === null || shouldRequire === undefined) {
      return { ...REQUIRED, required: isEnforced }
    }
    try {
      const said = readRequirement(await shouldRequire(accountOf(account), call))
      return { ...said, required: said.required || isEnforced }
    } catch (err) {
      // Whatever it would have said: nobody gets in by its failing (MFA-7).
      call.log.error({ err }, 'shouldRequire of accounts() failed: a second factor is required')
      return UNKNOWN
    }
  }

  async #challenge(call: Call, signIn: SignIn, need: Exclude<MfaNeed, { kind: 'none' }>) {
    const { steps, values } = this.#parts
    const { account, methods, mode, clientId, device = null } = signIn
    const { kind, factors: wanted } = need
    const factors = wanted ?? []
    const { token, id } = await steps.issue({
      purpose: kind,
      account,
      bound: bindingOf(call.client, clientId, device),
      details: {
        methods,
        shownAt: shownAt(signIn, this.#parts.clock.now()),
        mode,
        clientId,
        factors: wanted,
        identifier: signIn.identifier?.kind ?? null,
        uses: signIn.uses ?? null,
      },
      lifetime: values.preTokenLifetime,
    })
    await told(call, 'onChallenge', async () => values.onChallenge?.(accountOf(account), call))
    this.#noted(call, account, { step: id, methods, needs: kind })
    return mfaRequired(token, kind, factors, values.preTokenLifetime)
  }

  /** Once the call is over: its unit is given up, and a second one would wait for it. */
  #noted(call: Call, { id: subject, tenant }: StoredAccount, data: Facts): void {
    const { audit } = this.#parts
    if (audit === null) return
    const event = { subject, ...(tenant === null ? {} : { tenant }), data }
    try {
      call.background(async () => audit.append('login.challenged', event), { always: true })
    } catch (error) {
      // Too much waits: the answer is worth more than the note of it, and lets nobody in.
      if (!Problem.is(error)) throw error
      call.log.warn({ account: subject }, 'A login that waits was not noted: too much waits')
    }
  }
}

type Facts = Readonly<Record<string, string | readonly string[]>>

function mfaRequired(
  token: string,
  kind: 'second_factor' | 'enrol',
  factors: readonly string[],
  lifetime: number,
): Problem {
  return accountsProblems.problem('MFA_REQUIRED', {
    details: {
      pre_token: token,
      needs: kind,
      factors,
      expires_in: Math.floor(lifetime / 1000),
    },
    headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' },
  })
}

/** A hook that fails is no reason to let somebody in, nor to keep them out. */
export async function told(
  call: Call,
  name: 'onChallenge' | 'onSuccess',
  hook: () => Promise<unknown>,
): Promise<void> {
  try {
    await hook()
  } catch (err) {
    call.log.error({ err }, `${name} of accounts() failed; nothing is changed by that`)
  }
}

/** @throws ImproperlyConfigured for what is no answer */
function readRequirement(said: unknown): Requirement {
  if (typeof said === 'boolean') return { ...REQUIRED, required: said }
  if (typeof said === 'object' && said !== null) {
    const { required, allowedFactors, maxAge } = said as Readonly<Record<string, unknown>>
    const allowed = readAllowed(allowedFactors)
    if (typeof required === 'boolean' && allowed !== undefined) {
      return { required, allowed, maxAge: readAge(maxAge) }
    }
  }
  throw new ImproperlyConfigured(
    "accounts(): mfa: shouldRequire must answer true, false or { required: true, allowedFactors: ['totp'] }",
  )
}

function readAllowed(given: unknown): readonly SecondFactor[] | null | undefined {
  if (given === undefined) return null
  if (!Array.isArray(given)) return undefined
  const known = FACTORS.filter((one) => given.includes(one))
  // What nobody knows is no factor, and must not be read as no limit.
  return known.length === 0 || known.length !== new Set(given).size ? undefined : known
}

function readAge(given: unknown): number | null {
  if (given === undefined) return null
  const age = kinds.duration.read(given, 'accounts(): mfa: shouldRequire: maxAge')
  if ('value' in age) return age.value
  throw new ImproperlyConfigured('accounts(): mfa: shouldRequire: maxAge must be such as 1h')
}

function isAllowed(factor: SecondFactor, allowed: readonly SecondFactor[] | null): boolean {
  return allowed === null || allowed.includes(factor)
}

/** What was shown elsewhere is as old as it is; a clock there that is ahead makes it no fresher. */
function shownAt({ shownAt: at }: Pick<SignIn, 'shownAt'>, now: number): number {
  return Math.min(at ?? now, now)
}

function timesAt(methods: readonly string[], now: number): Readonly<Record<string, number>> {
  return Object.fromEntries(methods.map((method) => [method, now]))
}
