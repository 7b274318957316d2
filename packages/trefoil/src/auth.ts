export type { AnyAuthConfig } from './app/declare/app-types.ts'
export type { Identity, PrincipalKind } from './contract/auth/auth-context.ts'
export { AuthContext } from './contract/auth/auth-context.ts'
export type { AuthConfig, Authenticator } from './contract/auth/authenticator.ts'
export type {
  ApiKeyScheme,
  BasicScheme,
  BearerScheme,
  OpenIdConnectScheme,
  SecurityScheme,
} from './contract/auth/security-scheme.ts'
export type { AuthRequest, Guard } from './contract/call/call.ts'
export { AuthenticationError } from './contract/problems/problem.ts'
export type { JwtAuthOptions } from './identity/jwt/jwt-options.ts'
export { jwtAuth } from './identity/jwt-auth.ts'
export type { KeyMaterial, KeyRing } from './identity/key-ring.ts'
export { keyRing } from './identity/key-ring.ts'
export type { GuardOptions } from './policy/guards.ts'
export {
  guard,
  hasAllRoles,
  hasAllScopes,
  hasRole,
  hasScope,
  requireAuth,
} from './policy/guards.ts'
