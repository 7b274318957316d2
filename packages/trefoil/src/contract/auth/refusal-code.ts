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

const CODE = /^[a-z][a-z_]{0,63}$/

/** True for text that may be a refusal's code: one of ours, or one of the app's own. */
export function isRefusalCode(value: unknown): value is string {
  return typeof value === 'string' && CODE.test(value)
}
