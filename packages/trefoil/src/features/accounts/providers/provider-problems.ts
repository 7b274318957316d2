import type { Call, Problem } from '../../../index.ts'
import { type AccountsProblem, accountsProblems } from '../accounts-problems.ts'
import { ProviderRefused, type Refusal } from './provider-refusal.ts'

const CODES: Readonly<Record<Refusal, AccountsProblem>> = {
  unavailable: 'provider_unavailable',
  nonce: 'invalid_nonce',
  claims: 'provider_answer_refused',
  userinfo: 'oidc_userinfo_failed',
}

/** What whoever called is told; why it was so is for the log. */
export async function orProblem<Value>(
  call: Call,
  provider: string,
  work: Promise<Value>,
): Promise<Value> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof ProviderRefused)) throw error
    throw problemOf(call, provider, error)
  }
}

function problemOf(call: Call, provider: string, { kind, cause }: ProviderRefused): Problem {
  // Its message is ours or the library's; what the provider wrote stands in `cause.cause`, and is not written down.
  const why = cause instanceof Error ? cause.message : kind
  call.log.warn({ provider, kind, why }, 'A login with a provider was refused')
  return accountsProblems.problem(CODES[kind])
}
