import type { Call } from '../../../index.ts'
import type { FlowStep } from '../flow-step.ts'
import { unkept } from '../flows/accepted.ts'
import { type SignedIn, signedIn } from '../flows/signed-in.ts'
import { JSON_MEMBERS } from '../flows/step-options.ts'
import { stepUp } from '../mfa/step-up.ts'
import { passkeyParams } from './passkey-fields.ts'
import { stepUpPasskey } from './passkey-proof.ts'
import type { PasskeyQuestion, Passkeys } from './passkeys.ts'

/**
 * Asks whoever is signed in for a passkey once more; answered in this session alone. What comes back is looked at by
 * `stepUpPasskey`, with the same digest.
 *
 * @param digest of what is decided by it, SHA-256 in base64url; `null` for nothing in particular
 * @throws Problem `passkey_missing`, `passkey_wrong_origin`
 */
export async function askOnceMore(
  passkeys: Passkeys,
  call: Call,
  { account, session }: SignedIn,
  digest: string | null,
): Promise<PasskeyQuestion> {
  const { id: scope } = session
  return passkeys.ask(call, { purpose: 'passkey_step_up', account, scope, device: null }, digest)
}

const start: FlowStep = {
  flow: 'passkey_step_up',
  name: 'start_passkey_step_up',
  method: 'POST',
  path: '/passkeys/step-up/start',
  proof: 'session',
  owner: 'caller',
  after: ['login', 'register_passkey'],
  register(routes, path, house) {
    const { passkeys } = house
    if (passkeys === null) return
    routes.post(
      path,
      {
        ...JSON_MEMBERS,
        name: 'start_passkey_step_up',
        description: 'Ask for a passkey once more, for what needs a fresh login.',
        problems: ['passkey_missing', 'passkey_wrong_origin'],
      },
      async (_, call) => {
        const member = await signedIn(house, call)
        return unkept(await askOnceMore(passkeys, call, member, null))
      },
    )
  },
}

/** A new session in the place of this one, of somebody who was looked at just now (SES-1). */
const finish: FlowStep = {
  flow: 'passkey_step_up',
  name: 'passkey_step_up',
  method: 'POST',
  path: '/passkeys/step-up',
  proof: 'passkey',
  owner: 'caller',
  after: ['start_passkey_step_up'],
  register(routes, path, house) {
    const { passkeys } = house
    if (passkeys === null) return
    routes.post(
      path,
      {
        ...JSON_MEMBERS,
        name: 'passkey_step_up',
        description: 'Show a passkey once more: this session gets new tokens, and is fresh.',
        params: { step: passkeyParams.step, response: passkeyParams.signed },
        problems: ['invalid_code', 'account_locked', 'mfa_not_enabled', 'fresh_login_required'],
      },
      async ({ step, response }, call) => {
        const member = await signedIn(house, call)
        const proof = stepUpPasskey(passkeys, member.session.id, step, response)
        return stepUp(house, call, member, proof)
      },
    )
  },
}

/** A passkey of whoever is signed in already. */
export const PASSKEY_STEP_UP_STEPS: readonly FlowStep[] = [start, finish]
