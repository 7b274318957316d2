import type { SecondFactorProof } from '../mfa/second-factor-proof.ts'
import type { SignedCredential } from './credential-field.ts'
import type { Passkeys } from './passkeys.ts'

/** The answer to a question that was asked for a login that waits: bound to that login, and to its account. */
export function secondFactorPasskey(
  passkeys: Passkeys,
  token: string,
  credential: SignedCredential,
): SecondFactorProof {
  return {
    async check(account, call, step, digest) {
      // Of no login: whoever is signed in shows it by `stepUpPasskey`.
      if (step === null) return null
      const { id: scope } = step
      const asked = { purpose: 'passkey_second_factor', account, scope, device: null } as const
      return passkeys.prove(call, asked, token, credential, digest)
    },
  }
}

/** The same for whoever is signed in: bound to the session that asked. */
export function stepUpPasskey(
  passkeys: Passkeys,
  session: string,
  token: string,
  credential: SignedCredential,
): SecondFactorProof {
  return {
    async check(account, call, _step, digest) {
      const asked = { purpose: 'passkey_step_up', account, scope: session, device: null } as const
      return passkeys.prove(call, asked, token, credential, digest)
    },
  }
}
