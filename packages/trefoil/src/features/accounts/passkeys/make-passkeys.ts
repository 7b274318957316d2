import type { Environment } from '../../../inner.ts'
import type { PartApp } from '../../../parts.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { chooseAppUrl, isDevelopment } from '../mail/choose-mailer.ts'
import { tellCopied } from './passkey-alarm.ts'
import { relyingParty } from './passkey-options.ts'
import { Passkeys } from './passkeys.ts'
import { checkInstalled } from './webauthn-library.ts'

/** What passkeys need of the rooms beside. */
export interface PasskeyFacts
  extends Pick<
    AccountsHouse,
    'values' | 'data' | 'clock' | 'accounts' | 'mails' | 'factors' | 'steps'
  > {
  readonly env: Environment
}

/** What the part of accounts has of it. */
export interface PasskeyRoom {
  /** `null` where the option is not given: nothing of it is there then. */
  readonly passkeys: Passkeys | null
  /** Says so where no browser can make one. */
  start(app: Pick<PartApp, 'name' | 'log'>): void
}

/**
 * Passkeys, without loading what looks at them.
 *
 * @throws ImproperlyConfigured naming the option that is wrong, and where `@simplewebauthn/server` is not installed
 */
export function makePasskeys(facts: PasskeyFacts): PasskeyRoom {
  const { values: all, env } = facts
  const { passkeys: values } = all
  if (values === null) return { passkeys: null, start() {} }
  checkInstalled()
  const party = relyingParty(values, chooseAppUrl(all, env), isDevelopment(env['TREFOIL_ENV']))
  let appName = values.name
  const { steps, factors, clock } = facts
  const passkeys = new Passkeys({
    values,
    party,
    steps,
    factors,
    clock,
    name: () => appName ?? party.id,
    copied: (call, factor) => tellCopied(facts, call, factor),
  })
  return {
    passkeys,
    start({ name, log }) {
      appName ??= name
      if (party.unusable !== null) log.warn({ code: 'passkeys_unusable' }, party.unusable)
    },
  }
}
