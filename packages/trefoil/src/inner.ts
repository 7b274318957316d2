// What features of ours share with the rooms below and nobody else can import: no door of the package.

export type { DeclaredOptions } from './app/declare/declaration.ts'
export { RouteGroup } from './app/declare/routes.ts'
export { variableRowsOf } from './app/options/variable-rows.ts'
export { networkOf } from './base/ip.ts'
export { Reply } from './contract/answer/reply.ts'
export { askToAuthenticate } from './contract/auth/guard-decision.ts'
export type { Environment } from './contract/options/environment.ts'
export { isMarkedParam } from './contract/params/params.ts'
export { isSchema } from './contract/params/schema.ts'
export { wrongUsage } from './contract/problems/wrong-usage.ts'
export {
  constantHtml as constantMarkup,
  Html as Markup,
  html as markup,
} from './describe/pages/escaped-html.ts'
export { cookiesOf } from './engine/views/provider-view.ts'
export { ask } from './features/database/ask.ts'
export { databasePart } from './features/database/database-option.ts'
export { holdRingTo, keyOption, readKeyRing } from './identity/key-ring.ts'
export { ringOfVariables } from './identity/key-variables.ts'
export type { LockoutStatus } from './identity/lockout/lockout.ts'
export { countFailures, lockTimes, statusOf } from './identity/lockout/lockout.ts'
export type { LockoutConfig, LockoutValues } from './identity/lockout/lockout-options.ts'
export { checkLockout, LOCKOUT, readLockout } from './identity/lockout/lockout-options.ts'
export { maskAddress } from './identity/mfa/mask-address.ts'
export { qrCode } from './identity/mfa/qr-code.ts'
export { newRecoveryCodes, readRecoveryCode } from './identity/mfa/recovery-codes.ts'
export { newTotpSecret, otpauthUrl, readTotpCode, totpStepOf } from './identity/mfa/totp.ts'
export {
  addressMistake,
  isInside,
  isLoopback,
  isLoopbackAddress,
  isThisMachine,
} from './identity/outbound/address.ts'
export { askJson } from './identity/outbound/ask-json.ts'
export { ServiceFailed } from './identity/outbound/ask-service.ts'
export type { Reach } from './identity/outbound/guarded-lookup.ts'
export type { BreachLookup } from './identity/password/breach/breach-checker.ts'
export { BREACH_CHECKER } from './identity/password/breach/breach-options.ts'
export { HashingBusy, HashingQueue, processQueue } from './identity/password/hashing-queue.ts'
export type { PasswordFlow } from './identity/password/password-flow.ts'
export {
  LEAST_MEMORY,
  LEAST_PASSES,
  MOST_MEMORY,
  MOST_PASSES,
  PasswordHasher,
  UnreadableHash,
} from './identity/password/password-hasher.ts'
export { PasswordPolicy } from './identity/password/password-policy.ts'
export type { PasswordPolicyOptions } from './identity/password/policy-options.ts'
export { PASSWORD_POLICY } from './identity/password/policy-options.ts'
export { risksOfSecrets } from './identity/secret-weakness.ts'
export { readRates } from './policy/rate/rate-option.ts'
export { eventText } from './record/audit/entry.ts'
export { allowedMembers, argumentMembers, isSecretName } from './record/audit/event-values.ts'
export type { AuditLinks, LinkedEntry } from './record/audit/links.ts'
export { auditLinks } from './record/audit/links.ts'
export type { PersonKey } from './record/audit/sealed.ts'
export { newPersonKey, openEvent, sealEvent } from './record/audit/sealed.ts'
export { checkSpent } from './stores/memory/memory-spent-tokens.ts'
export { whyNoPostgresUrl } from './stores/postgres/postgres-url.ts'
export { NOW, sweepByKey } from './stores/sql/sweep-by-key.ts'
export { Sweeper } from './stores/sql/sweeper.ts'
export { readTextFile } from './stores/tree/text-file.ts'
export { listenAddress } from './surfaces/http/node/listen-address.ts'
export { whyNoCookie } from './web/cookie-header.ts'
export { isPublicAddress } from './web/public-address.ts'
