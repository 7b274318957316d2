export { AuthContext } from './contract/auth/auth-context.ts'
export type { JwtAuthOptions } from './identity/jwt/jwt-options.ts'
export { jwtAuth } from './identity/jwt-auth.ts'
export type { KeyRing } from './identity/key-ring.ts'
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
