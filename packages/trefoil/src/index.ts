export type { CookieSessionOptions } from './app/cookie-session.ts'
export { cookieSession } from './app/cookie-session.ts'
export type { CreateAppOptions } from './app/create-app.ts'
export { App, createApp } from './app/create-app.ts'
export type { GroupOptions } from './app/declare/routes.ts'
export { onError, Routes } from './app/declare/routes.ts'
export { UnfitForProduction } from './app/fitness/production.ts'
export type { CliOptions, McpOptions } from './app/options/agent-options.ts'
export type { BrowserOptions } from './app/options/browser-options.ts'
export type { DocsOptions } from './app/options/docs-options.ts'
export type { EdgeOptions } from './app/options/edge-options.ts'
export type { LimitOptions } from './app/options/limit-options.ts'
export type { LogOptions } from './app/options/log-options.ts'
export type { ByteSize } from './base/bytes.ts'
export type { Duration } from './base/duration.ts'
export { Secret } from './base/secret.ts'
export type { CookieOptions } from './contract/answer/cookie-options.ts'
export type { Reply, ReplyOptions } from './contract/answer/reply.ts'
export { reply } from './contract/answer/reply.ts'
export type { EncodedSchema, ReturningOptions, TwoWaySchema } from './contract/answer/returned.ts'
export { encoded, returning } from './contract/answer/returned.ts'
export { AuthContext } from './contract/auth/auth-context.ts'
export type { AuthConfig, Authenticator } from './contract/auth/authenticator.ts'
export type { PrincipalKind } from './contract/auth/principal-kind.ts'
export type { SecurityScheme } from './contract/auth/security-scheme.ts'
export type { AccessEvent, AccessLog } from './contract/call/access-event.ts'
export type { Handler, Middleware, Next, Returned, ToolHints } from './contract/call/action.ts'
export type { ApprovalHook, ApprovalRequest } from './contract/call/approval.ts'
export type { AuthRequest, BackgroundOptions, Call, Guard } from './contract/call/call.ts'
export type { CallRequest, ClientFacts } from './contract/call/call-facts.ts'
export type { CallOutcome, CallRecord, Driver, OnCall } from './contract/call/call-record.ts'
export type { Dependency, ProviderCall } from './contract/call/dependency.ts'
export { dependency } from './contract/call/dependency.ts'
export type { Logger, LogLevel } from './contract/call/logger.ts'
export type { Entrypoint, SurfaceName } from './contract/call/surface-name.ts'
export type { Environment } from './contract/options/environment.ts'
export type { ProductionRisk } from './contract/options/production-risk.ts'
export { duration } from './contract/options/read-duration.ts'
export { size } from './contract/options/read-size.ts'
export type { FileOptions, ParamOptions, QueryOptions } from './contract/params/params.ts'
export {
  body,
  cookie,
  field,
  file,
  files,
  form,
  header,
  path,
  query,
} from './contract/params/params.ts'
export type { RequestBody, RequestForm } from './contract/params/request-body.ts'
export type { UploadedFile } from './contract/params/uploaded-file.ts'
export type { Issue } from './contract/problems/problem.ts'
export {
  AuthenticationError,
  HttpError,
  ImproperlyConfigured,
  Problem,
} from './contract/problems/problem.ts'
export type { ProblemCode, ProblemRow } from './contract/problems/problems.ts'
export { PROBLEMS } from './contract/problems/problems.ts'
export type { CookieSession } from './identity/cookie-session.ts'
export type {
  CookieFormat,
  CookieSignerOptions,
  OpenOptions,
  SealOptions,
} from './identity/cookie-signer.ts'
export { CookieSigner } from './identity/cookie-signer.ts'
export type { KeyRing } from './identity/key-ring.ts'
export { keyRing } from './identity/key-ring.ts'
export { argumentsHash } from './policy/arguments-hash.ts'
export type { CspDirectives } from './policy/content-security-policy.ts'
export { NONCE } from './policy/content-security-policy.ts'
export type { CorsOptions } from './policy/cors-options.ts'
export type { CsrfOptions } from './policy/csrf.ts'
export type { HstsOptions, SecurityMode } from './policy/security-headers.ts'
export type { Timers } from './surfaces/http/reply/event-stream.ts'
export { html } from './surfaces/http/reply/html.ts'
export type { RedirectOptions } from './surfaces/http/reply/redirect.ts'
export { redirect } from './surfaces/http/reply/redirect.ts'
export type { SseOptions } from './surfaces/http/reply/sse.ts'
export { sse } from './surfaces/http/reply/sse.ts'
export type { StreamOptions, StreamSource } from './surfaces/http/reply/stream.ts'
export { stream } from './surfaces/http/reply/stream.ts'
export type { PreconditionOptions } from './surfaces/http/response/check-preconditions.ts'
export { checkPreconditions } from './surfaces/http/response/check-preconditions.ts'
export type { CompressionOptions } from './surfaces/http/response/compression-options.ts'
export type { SseEvent } from './web/sse-event.ts'
