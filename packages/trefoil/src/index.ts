export type { CreateAppOptions } from './app/create-app.ts'
export { App, createApp } from './app/create-app.ts'
export type { GroupOptions } from './app/routes.ts'
export { onError, Routes } from './app/routes.ts'
export { Secret } from './base/secret.ts'
export type { AccessEvent, AccessLog } from './contract/access-event.ts'
export type { Handler, Middleware, ToolHints } from './contract/action.ts'
export type { ApprovalHook, ApprovalRequest } from './contract/approval.ts'
export { AuthContext } from './contract/auth-context.ts'
export type { AuthConfig, Authenticator } from './contract/authenticator.ts'
export type { AuthRequest, Call, CallRequest } from './contract/call.ts'
export type { Dependency } from './contract/dependency.ts'
export { dependency } from './contract/dependency.ts'
export type { Guard } from './contract/guard.ts'
export type { Logger } from './contract/logger.ts'
export type { UploadedFile } from './contract/params.ts'
export { body, cookie, file, files, form, header, path, query } from './contract/params.ts'
export type { Issue } from './contract/problem.ts'
export {
  AuthenticationError,
  HttpError,
  ImproperlyConfigured,
  Problem,
} from './contract/problem.ts'
export type { ProblemCode, ProblemRow } from './contract/problems.ts'
export { PROBLEMS } from './contract/problems.ts'
export type { ReplyOptions } from './contract/reply.ts'
export { reply } from './contract/reply.ts'
export type { Entrypoint, SurfaceName } from './contract/surface-name.ts'
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
