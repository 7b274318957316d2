export type { AnyAuthConfig } from './app/declare/app-types.ts'
export type { Actor, ActorIdentity } from './contract/auth/actor.ts'
export type { Identity } from './contract/auth/auth-context.ts'
export { AuthContext } from './contract/auth/auth-context.ts'
export type {
  AuthAnswer,
  AuthConfig,
  Authenticate,
  Authenticator,
} from './contract/auth/authenticator.ts'
export type { Allowed, Denied, DenyOptions, GuardDecision } from './contract/auth/guard-decision.ts'
export { deny } from './contract/auth/guard-decision.ts'
export type { LoginSession } from './contract/auth/login-session.ts'
export type { PrincipalKind } from './contract/auth/principal-kind.ts'
export type { CredentialRefusal, RefusalOptions } from './contract/auth/refusal.ts'
export { refusal } from './contract/auth/refusal.ts'
export type { RefusalCode } from './contract/auth/refusal-code.ts'
export type {
  ApiKeyScheme,
  BasicScheme,
  BearerScheme,
  DpopScheme,
  OpenIdConnectScheme,
  SecurityScheme,
} from './contract/auth/security-scheme.ts'
export type { AuthRequest, Guard } from './contract/call/call.ts'
export type { SentValues } from './contract/call/call-facts.ts'
export type { AuthenticationErrorOptions } from './contract/problems/problem.ts'
export { AuthenticationError } from './contract/problems/problem.ts'
export { firstOf } from './identity/first-of.ts'
export type {
  HmacAlgorithm,
  JwtAlgorithm,
  PublicKeyAlgorithm,
} from './identity/jwt/algorithms.ts'
export { DEV_ISSUER } from './identity/jwt/claim-check.ts'
export type { ClaimNames, ClaimPlace, ClaimPreset } from './identity/jwt/claim-mapping.ts'
export type { DpopOptions, JwtAuthOptions, KeyFetchOptions } from './identity/jwt/jwt-options.ts'
export type { JwkSet } from './identity/jwt/keys/key-set.ts'
export type { PublicJwk } from './identity/jwt/keys/public-key.ts'
export type { KeyStatus } from './identity/jwt/keys/remote-keys.ts'
export type { ClientCertificate } from './identity/jwt/possession.ts'
export type { CreateTokenOptions, JwtAuth } from './identity/jwt-auth.ts'
export { jwtAuth } from './identity/jwt-auth.ts'
export type { KeyMaterial, KeyRing } from './identity/key-ring.ts'
export { keyRing } from './identity/key-ring.ts'
export { allOf, anyOf, not } from './policy/guards/combined.ts'
export type { GuardOptions } from './policy/guards/own-guard.ts'
export { guard, inputGuard } from './policy/guards/own-guard.ts'
export { requireAuth } from './policy/guards/require-auth.ts'
export { hasAllRoles, hasAllScopes, hasRole, hasScope } from './policy/guards/roles-and-scopes.ts'
