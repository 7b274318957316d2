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
export type { ChallengeExtras } from './contract/auth/challenge-extras.ts'
export type { Allowed, Denied, DenyOptions, GuardDecision } from './contract/auth/guard-decision.ts'
export { deny } from './contract/auth/guard-decision.ts'
export type { LoginSession } from './contract/auth/login-session.ts'
export type { PersonOf } from './contract/auth/person-of.ts'
export type { PrincipalKind } from './contract/auth/principal-kind.ts'
export type { CredentialRefusal, RefusalOptions } from './contract/auth/refusal.ts'
export { refusal } from './contract/auth/refusal.ts'
export type { RefusalCode } from './contract/auth/refusal-code.ts'
export type {
  ApiKeyScheme,
  BasicScheme,
  BearerScheme,
  DpopScheme,
  MutualTlsScheme,
  OpenIdConnectScheme,
  SecurityScheme,
} from './contract/auth/security-scheme.ts'
export type { AuthRequest, Guard } from './contract/call/call.ts'
export type { SentValues } from './contract/call/call-facts.ts'
export type {
  ApiKeyStore,
  ApiKeyUse,
  StoredApiKey,
  StoredSecret,
} from './contract/ports/api-keys.ts'
export type { AuthenticationErrorOptions } from './contract/problems/problem.ts'
export { AuthenticationError } from './contract/problems/problem.ts'
export type {
  FixedApiKeyOptions,
  OwnerRights,
  StoredApiKeyOptions,
} from './identity/api-key/api-key-options.ts'
export type { ApiKeyEntry } from './identity/api-key/fixed-keys.ts'
export type { NewApiKey } from './identity/api-key/make-key.ts'
export type {
  ApiKeyAuth,
  IssuedApiKey,
  RotateApiKeyOptions,
  StoredApiKeyAuth,
} from './identity/api-key-auth.ts'
export { apiKeyAuth } from './identity/api-key-auth.ts'
export type {
  CertificateFacts,
  SubjectKind,
} from './identity/client-certificate/certificate-facts.ts'
export type {
  ClientCertificateOptions,
  MappedIdentity,
} from './identity/client-certificate/certificate-options.ts'
export type { ClientCertificateAuth } from './identity/client-certificate-auth.ts'
export { clientCertificateAuth } from './identity/client-certificate-auth.ts'
export { firstOf } from './identity/first-of.ts'
export type { IntrospectionOptions } from './identity/introspection/introspection-options.ts'
export type { IntrospectionAuth } from './identity/introspection-auth.ts'
export { introspectionAuth } from './identity/introspection-auth.ts'
export type {
  HmacAlgorithm,
  JwtAlgorithm,
  PublicKeyAlgorithm,
} from './identity/jwt/algorithms.ts'
export { DEV_ISSUER } from './identity/jwt/claim-check.ts'
export type { ClaimNames, ClaimPlace, ClaimPreset } from './identity/jwt/claim-mapping.ts'
export type { DpopOptions } from './identity/jwt/dpop-options.ts'
export type { JwtAuthOptions, KeyFetchOptions } from './identity/jwt/jwt-options.ts'
export type { JwkSet } from './identity/jwt/keys/key-set.ts'
export type { PublicJwk } from './identity/jwt/keys/public-key.ts'
export type { KeyStatus } from './identity/jwt/keys/remote-keys.ts'
export type { ClientCertificate } from './identity/jwt/possession.ts'
export type { CreateTokenOptions, JwtAuth } from './identity/jwt-auth.ts'
export { jwtAuth } from './identity/jwt-auth.ts'
export type { KeyMaterial, KeyRing } from './identity/key-ring.ts'
export { keyRing } from './identity/key-ring.ts'
export type { Delegation } from './identity/principal-rules.ts'
export type { Condition, ConditionOptions, Reach } from './policy/conditions/condition.ts'
export { condition, tenantOf } from './policy/conditions/condition.ts'
export type { ConditionReasons, RuleReason } from './policy/conditions/explain-rule.ts'
export type { Doubt } from './policy/conditions/judge.ts'
export type { RowFilter } from './policy/conditions/row-filter.ts'
export type {
  AuthValue,
  AuthValues,
  Columns,
  ColumnType,
  RowOf,
  Where,
} from './policy/conditions/where.ts'
export { allOf, anyOf, not } from './policy/guards/combined.ts'
export type { GuardOptions } from './policy/guards/own-guard.ts'
export { guard, inputGuard } from './policy/guards/own-guard.ts'
export { requireAuth } from './policy/guards/require-auth.ts'
export { requireClientId } from './policy/guards/require-client-id.ts'
export { hasAllRoles, hasAllScopes, hasRole, hasScope } from './policy/guards/roles-and-scopes.ts'
export { hasTenant, requireTenant } from './policy/guards/tenant.ts'
export type {
  PermissionReasons,
  PermissionSource,
} from './policy/permissions/explain-permission.ts'
export type {
  Permissions,
  PermissionsOptions,
  RolePermissions,
} from './policy/permissions/permissions.ts'
export { permissions } from './policy/permissions/permissions.ts'
export type { ResourceReasons } from './policy/resources/explain-resource.ts'
export type { OwnsOptions } from './policy/resources/owns.ts'
export { owns } from './policy/resources/owns.ts'
export type { PolicyOptions, PolicyTest } from './policy/resources/policy.ts'
export { policy } from './policy/resources/policy.ts'
export type { ResourceGuard } from './policy/resources/resource-guard.ts'
export type { Load } from './policy/resources/resource-rules.ts'
export { memoryApiKeys } from './stores/memory/memory-api-keys.ts'
