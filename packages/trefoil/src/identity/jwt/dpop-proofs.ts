import type { Clock } from '../../base/clock.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { type CredentialRefusal, refusal } from '../../contract/auth/refusal.ts'
import type { AuthRequest } from '../../contract/call/call.ts'
import type { SpentTokens } from '../../contract/ports/spent-tokens.ts'
import { SeenOnce } from '../seen-once.ts'
import { isPublicKeyAlgorithm } from './algorithms.ts'
import { readPart, splitToken } from './compact-token.ts'
import type { DpopNonces } from './dpop-nonces.ts'
import { mediaType } from './header-check.ts'
import { publicKeyOfJwk } from './keys/public-key.ts'
import { signerOf } from './keys/verify-signature.ts'
import { sha256, thumbprintOf } from './thumbprint.ts'

/** As much as any key and address need. */
const MAX_PROOF_LENGTH = 8192
const MAX_ID_LENGTH = 256

/** RFC 9449 §7.1. */
const challenge = Object.freeze({ error: 'invalid_dpop_proof' })
const bad = (text: string) => refusal('bad_proof', { text, challenge })
const MISSING = refusal('missing_proof', { text: 'DPoP proof is missing', challenge })
const MALFORMED = bad('Malformed DPoP proof')
const SIGNATURE = bad('DPoP proof is not signed by the key in it')
const OTHER_KEY = bad('DPoP proof is of another key than the token')
const OTHER_REQUEST = bad('DPoP proof is for another request')
const OTHER_TOKEN = bad('DPoP proof is for another token')
const TOO_OLD = bad('DPoP proof is too old, or from the future')
const USED = bad('DPoP proof was used before')

/** Checks that whoever sends a token holds the key that it is bound to (RFC 9449). */
export class DpopProofs {
  readonly #lifetime: number
  readonly #clock: Clock
  readonly #seen: SeenOnce
  readonly #spent: SpentTokens | null
  readonly #nonces: DpopNonces | null

  /**
   * @param lifetime milliseconds before and after `iat` in which a proof is good
   * @param nonces that each proof has to hold; `null` for none
   * @param spent where used ones are noted for all processes; `null`: in this one
   */
  constructor(
    lifetime: number,
    clock: Clock,
    nonces: DpopNonces | null,
    spent: SpentTokens | null,
  ) {
    this.#spent = spent
    this.#nonces = nonces
    this.#lifetime = lifetime
    this.#clock = clock
    this.#seen = new SeenOnce(clock, 'DPoP proofs')
  }

  /**
   * In the order of RFC 9449 §4.3, and noted as used when all else is right: what a stranger sends takes
   * no place.
   *
   * @param jkt thumbprint of the key that the token is bound to
   * @returns why the request is refused, or `null`
   * @throws Error when no more proofs can be noted, and what the store throws
   */
  async check(request: AuthRequest, token: string, jkt: string): Promise<CredentialRefusal | null> {
    const proof = request.headers.get('dpop')
    if (proof === null || proof === '') return MISSING
    const parts = proof.length > MAX_PROOF_LENGTH ? null : splitToken(proof)
    const header = parts === null ? null : readPart(parts.header)
    const claims = parts === null ? null : readPart(parts.payload)
    if (parts === null || header === null || claims === null) return MALFORMED
    const { alg, typ, jwk } = header
    if (typeof typ !== 'string' || mediaType(typ) !== 'dpop+jwt') return MALFORMED
    if (header['crit'] !== undefined || header['b64'] !== undefined) return MALFORMED
    if (!isPublicKeyAlgorithm(alg) || !isRecord(jwk)) return MALFORMED
    const key = publicKeyOfJwk({ ...jwk, kid: undefined }, [alg])
    if ('mistake' in key) return MALFORMED
    if (thumbprintOf(key.key) !== jkt) return OTHER_KEY
    const signer = await signerOf(parts, { alg, kid: undefined, typ, plain: true }, [key])
    if (signer !== key) return SIGNATURE
    const { jti, htm, htu, iat, ath } = claims
    if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_LENGTH) return MALFORMED
    if (htm !== request.request.method || !isAddressOf(htu, request)) return OTHER_REQUEST
    if (ath !== sha256(token)) return OTHER_TOKEN
    const now = this.#clock.now()
    if (typeof iat !== 'number' || !(Math.abs(now - iat * 1000) <= this.#lifetime)) return TOO_OLD
    const nonce = this.#nonceRefusal(claims['nonce'])
    if (nonce !== null) return nonce
    // As long as it could be shown again, with a clock of ours that runs on.
    const id = sha256(`${jkt} ${jti}`)
    const kept = 2 * this.#lifetime
    const isFirst =
      this.#spent === null
        ? this.#seen.add(id, kept)
        : (await this.#spent.spend('dpop', id, now + kept)) === 'first'
    return isFirst ? null : USED
  }

  /** The client is told which one to use, and asks again with it (RFC 9449 §9). */
  #nonceRefusal(sent: unknown): CredentialRefusal | null {
    const nonces = this.#nonces
    if (nonces === null || nonces.isGood(sent)) return null
    return refusal('bad_proof', {
      text: 'DPoP proof must hold the nonce of this server',
      challenge: { error: 'use_dpop_nonce' },
      headers: { 'dpop-nonce': nonces.current() },
    })
  }
}

/** Address without query and fragment, as the client wrote it and as the edge accepted it. */
function isAddressOf(htu: unknown, { request }: AuthRequest): boolean {
  const { scheme, host, mountPath, path } = request
  if (typeof htu !== 'string' || host === '') return false
  const sent = URL.parse(htu)
  const asked = URL.parse(`${scheme}://${host}${mountPath}${path}`)
  if (sent === null || asked === null) return false
  return sent.origin === asked.origin && sent.pathname === asked.pathname
}
