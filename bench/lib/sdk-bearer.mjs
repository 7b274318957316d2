// The bearer check of the official SDK over the bare server's own verification: the SDK leaves
// verifying to its user, so keeping verdicts is the user's as well.
import { OAuthError, OAuthErrorCode, verifyBearerToken } from '@modelcontextprotocol/server'

import { cachingVerifier, verifyToken } from './hs256.mjs'

const cached = process.env.VARIANT?.split(',').includes('cached') === true
const verify = cached ? cachingVerifier() : verifyToken

const verifier = {
  /** @param {string} token */
  async verifyAccessToken(token) {
    const claims = verify(token)
    if (claims === null) throw new OAuthError(OAuthErrorCode.InvalidToken, 'invalid token')
    return { token, clientId: claims.sub, scopes: [], expiresAt: claims.exp }
  },
}

/** @param {string | null | undefined} authorization @throws what `bearerAuthChallengeResponse` answers */
export function authInfoOf(authorization) {
  return verifyBearerToken(authorization, { verifier })
}
