import { freezeClass } from '../../base/plain/freeze-class.ts'

/**
 * What is wrong with a credential, as records and the log have it:
 *
 * - `expired`, `not_yet_valid`: its time is over, or has not come
 * - `bad_signature`: none of our keys signed it
 * - `malformed`: it has not the form it should have
 * - `wrong_audience`, `wrong_issuer`: made for another service, or by somebody we do not believe
 * - `wrong_algorithm`: signed in a way we do not accept
 * - `wrong_type`: a genuine one for another purpose, an id token in place of an access token say
 * - `unknown_key`: a key, or the id of a key, that we do not know
 * - `revoked`: taken back; logged out, rotated away, blocked
 * - `missing_claim`, `invalid_claim`: it does not say what it must say, or nobody can read it
 * - `refused`: nothing more exact is known
 */
export type RefusalCode =
  | 'expired'
  | 'not_yet_valid'
  | 'bad_signature'
  | 'malformed'
  | 'wrong_audience'
  | 'wrong_issuer'
  | 'wrong_algorithm'
  | 'wrong_type'
  | 'unknown_key'
  | 'revoked'
  | 'missing_claim'
  | 'invalid_claim'
  | 'refused'

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

const CODE = /^[a-z][a-z_]{0,63}$/

/** True for text that may be a refusal's code: one of ours, or one of the app's own. */
export function isRefusalCode(value: unknown): value is string {
  return typeof value === 'string' && CODE.test(value)
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

  constructor(code: string, text: string) {
    this.code = code
    this.text = text
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
}

const usual: ReadonlyMap<string, CredentialRefusal> = new Map(
  Object.entries(TEXTS).map(([code, text]) => [code, new CredentialRefusal(code, text)]),
)

/**
 * Refuses a credential: returned by an authenticator for one that is present but bad. The caller is
 * shown the text alone; the code is for records and the log.
 *
 * @param code one of ours, or the app's own: small letters and `_`, at most 64
 * @throws TypeError for a code of another form, and for a text that is none
 */
export function refusal(
  code: RefusalCode | (string & {}),
  options: RefusalOptions = {},
): CredentialRefusal {
  const { text } = options
  const known = usual.get(code)
  if (known !== undefined && text === undefined) return known
  if (!isRefusalCode(code)) {
    throw new TypeError("refusal() takes a code of small letters and _, such as 'expired'")
  }
  if (text !== undefined && (typeof text !== 'string' || text === '')) {
    throw new TypeError('refusal(): text must be non-empty text')
  }
  return new CredentialRefusal(code, text ?? known?.text ?? TEXTS.refused)
}
