// What features of ours share with the rooms below and nobody else can import: no door of the package.

export { ringOfVariables } from './identity/key-variables.ts'
export { readRates } from './policy/rate/rate-option.ts'
export { eventText } from './record/audit/entry.ts'
export { allowedMembers, argumentMembers, isSecretName } from './record/audit/event-values.ts'
export type { AuditLinks, LinkedEntry } from './record/audit/links.ts'
export { auditLinks } from './record/audit/links.ts'
export type { PersonKey } from './record/audit/sealed.ts'
export { newPersonKey, openEvent, sealEvent } from './record/audit/sealed.ts'
export { checkSpent } from './stores/memory/memory-spent-tokens.ts'
export { whyNoPostgresUrl } from './stores/postgres/postgres-url.ts'
export { readTextFile } from './stores/tree/text-file.ts'
export { isPublicAddress } from './web/public-address.ts'
