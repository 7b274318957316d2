export type { DevClient } from './features/dev-tokens/clients.ts'
export type { DevTokensOptions } from './features/dev-tokens/dev-tokens.ts'
export { devTokens } from './features/dev-tokens/dev-tokens.ts'
