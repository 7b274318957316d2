import { freezeClass } from '../../base/plain/freeze-class.ts'
import { checkOptionNames, type OptionNames } from '../options/option-names.ts'
import { type ChallengeExtras, readExtras } from './challenge-extras.ts'
import { isRefusalCode, type RefusalCode } from './refusal-code.ts'

/**
 * What the caller is told where the authenticator says nothing else. None of it says more than
 * whoever holds the credential can see in it.
 */
const TEXTS: Readonly<Record<RefusalCode, string>> = {
  expired: 'The credential has expired',
  not_yet_valid: 'The credential is not valid yet',
  bad_signature: 'The signature does not match',
  malformed: 'The credential is malformed',
  wrong_audience: 'The credential is for another service',
  wrong_issuer: 'The credential is from another issuer',
  wrong_algorithm: 'The signature algorithm is not accepted',
  wrong_type: 'A credential of another type is needed',
  unknown_key: 'The key is not known',
  revoked: 'The credential has been revoked',
  missing_claim: 'The credential lacks a claim',
  invalid_claim: 'A claim of the credential is invalid',
  refused: 'The credential was refused',
}

/**
 * The answer of an authenticator to a credential that is present but bad. No `Error`: a flood of bad
 * credentials is nothing but refusals, and a stack trace costs more than reading the credential did.
 * Frozen, so that many calls may share one.
 */
export class CredentialRefusal {
  readonly #brand = true
  /** For records and the log; never shown to the caller. */
  readonly code: string
  /** Public: the `error_description` of the 401. */
  readonly text: string
  /** What else the 401 says; `null` for nothing. */
  readonly extras: ChallengeExtras | null

  constructor(code: string, text: string, extras: ChallengeExtras | null = null) {
    this.code = code
    this.text = text
    this.extras = extras
    Object.freeze(this)
  }

  /** True for an instance; false for anything that only looks like one. */
  static is(value: unknown): value is CredentialRefusal {
    return typeof value === 'object' && value !== null && #brand in value && value.#brand
  }
}

freezeClass(CredentialRefusal)

/** Options of {@link refusal}. */
export interface RefusalOptions {
  /** Public words instead of the usual ones of the code. */
  readonly text?: string
  /**
   * Parameters of the challenge in `WWW-Authenticate`, such as `{ error: 'insufficient_user_authentication',
   * max_age: '5' }` (RFC 9470); at most 8. `error` takes the place of `invalid_token`. Default: none.
   */
  readonly challenge?: Readonly<Record<string, string>>
  /** Headers of the 401, such as a nonce to use; at most 8. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
}

const OPTIONS: OptionNames<RefusalOptions> = { text: true, challenge: true, headers: true }
const NO_OPTIONS: RefusalOptions = Object.freeze({})

const usual: ReadonlyMap<string, CredentialRefusal> = new Map(
  Object.entries(TEXTS).map(([code, text]) => [code, new CredentialRefusal(code, text)]),
)

/**
 * Refuses a credential: returned by an authenticator for one that is present but bad. The caller is
 * shown the text alone; the code is for records and the log.
 *
 * @param code one of ours, or the app's own: small letters and `_`, at most 64
 * @throws TypeError for a code of another form, for a text that is none, and for parameters and headers
 * that are not of credentials, such as `set-cookie`
 */
export function refusal(
  code: RefusalCode | (string & {}),
  options: RefusalOptions = NO_OPTIONS,
): CredentialRefusal {
  if (options !== NO_OPTIONS) checkOptionNames('refusal()', options, OPTIONS)
  const { text, challenge, headers } = options
  const extras = readExtras(challenge, headers)
  const known = usual.get(code)
  if (known !== undefined && text === undefined && extras === null) return known
  if (!isRefusalCode(code)) {
    throw new TypeError("refusal() takes a code of small letters and _, such as 'expired'")
  }
  if (text !== undefined && (typeof text !== 'string' || text === '')) {
    throw new TypeError('refusal(): text must be non-empty text')
  }
  return new CredentialRefusal(code, text ?? known?.text ?? TEXTS.refused, extras)
}
