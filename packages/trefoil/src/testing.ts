export type { AccessCell, AccessMatrix, AccessOptions } from './testing/access/access-matrix.ts'
export { accessMatrix } from './testing/access/access-matrix.ts'
export type { AccessPrincipal } from './testing/access/access-principal.ts'
export type { AccessDecision } from './testing/access/decide-access.ts'
export type { ExpectAccessOptions } from './testing/access/expect-access.ts'
export { expectAccess } from './testing/access/expect-access.ts'
export type { ApiKeyStoreCheck } from './testing/api-key-store-contract.ts'
export { apiKeyStoreContract } from './testing/api-key-store-contract.ts'
export type { CliCallOptions, CliManifestOptions, TestCli } from './testing/cli-client.ts'
export { attemptStoreContract } from './testing/contracts/attempt-store-contract.ts'
export type { AuditStoreCheck, OpenAgain } from './testing/contracts/audit-store-contract.ts'
export { auditStoreContract } from './testing/contracts/audit-store-contract.ts'
export { loginSessionContract } from './testing/contracts/login-session-contract.ts'
export { refreshFamilyContract } from './testing/contracts/refresh-family-contract.ts'
export { spentTokensContract } from './testing/contracts/spent-tokens-contract.ts'
export type { StoreCheck } from './testing/contracts/store-check.ts'
export { taskStoreContract } from './testing/contracts/task-store-contract.ts'
export type { OpenTreeAgain, TreeStoreCheck } from './testing/contracts/tree-store-contract.ts'
export { treeStoreContract } from './testing/contracts/tree-store-contract.ts'
export type {
  CookieJar,
  CookieOrigin,
  JarCookieOptions,
  StoredCookie,
} from './testing/cookies/cookie-jar.ts'
export type { ParsedCookie } from './testing/cookies/set-cookie.ts'
export type { TokenOptions } from './testing/create-token.ts'
export { createToken } from './testing/create-token.ts'
export type { HeadersInput } from './testing/header-pairs.ts'
export type { SendRequest, TestHttp, TestRequestOptions } from './testing/http-client.ts'
export type { JsonMembers, McpAnswer, RpcError } from './testing/mcp-answer.ts'
export type {
  McpAskedOptions,
  McpCallOptions,
  McpCompleteOptions,
  McpEraName,
  McpListOptions,
  McpRequestOptions,
  TestMcp,
} from './testing/mcp-client.ts'
export type { PartCheck } from './testing/part-contract.ts'
export { partContract } from './testing/part-contract.ts'
export type { RateStoreCheck, RateStoreContractOptions } from './testing/rate-store-contract.ts'
export { rateStoreContract } from './testing/rate-store-contract.ts'
export type { TestBodyOptions, TestFile } from './testing/request-body.ts'
export type { FieldsInput, ScalarInput } from './testing/request-target.ts'
export type { OverrideEntry, OverrideOptions, Overrides } from './testing/stand-ins.ts'
export type { TestClient, TestClientOptions } from './testing/test-client.ts'
export { testClient } from './testing/test-client.ts'
export type { SentBody } from './testing/test-exchange.ts'
export type { TestResponse } from './testing/test-response.ts'
export type { CallableApp, TypedClient, TypedClientOptions } from './testing/typed-client.ts'
export { client } from './testing/typed-client.ts'
