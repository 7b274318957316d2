export type { App } from './app/app.ts'
export type { CreateAppOptions } from './app/create-app.ts'
export { createApp } from './app/create-app.ts'
export type { AnyTypes, AppTypes, TypesOf } from './app/declare/app-types.ts'
export type { BoundArgs } from './app/declare/forget-answers.ts'
export { forgetAnswers } from './app/declare/forget-answers.ts'
export type {
  AddPrompt,
  AddResource,
  PromptOptions,
  ReadOnlyOptions,
  ResourceOptions,
  UriArgs,
} from './app/declare/mcp-types.ts'
export type {
  AddAction,
  AddRoute,
  AddTool,
  AnyCallOf,
  CallOf,
  NoParams,
  OperationOptions,
  PublicOption,
  SharedOptions,
  WholeArgs,
} from './app/declare/route-types.ts'
export type { GroupOptions, RouteGroup, Routes } from './app/declare/routes.ts'
export { handle } from './app/declare/routes.ts'
export { UnfitForProduction } from './app/fitness/production.ts'
export type { CliOptions, McpOptions, McpToolsOptions } from './app/options/agent-options.ts'
export type { AppOptions } from './app/options/app-options.ts'
export type { AskingOptions } from './app/options/asking-options.ts'
export type { AuditOptions } from './app/options/audit-options.ts'
export type { BrowserOptions } from './app/options/browser-options.ts'
export type { DocsOptions } from './app/options/docs-options.ts'
export type { EdgeOptions } from './app/options/edge-options.ts'
export type { BackgroundLimitOptions, LimitOptions } from './app/options/limit-options.ts'
export type { LogOptions } from './app/options/log-options.ts'
export type { McpAuthorizationOptions } from './app/options/mcp-authorization.ts'
export type { SettingFields, SettingsOf } from './app/settings/define-settings.ts'
export { defineSettings } from './app/settings/define-settings.ts'
export type { SecretOptions } from './app/settings/secret-field.ts'
export { secret } from './app/settings/secret-field.ts'
export type { SettingsOptions } from './app/settings/settings-options.ts'
export type { DrainHook, ShutdownHook, StartupHook } from './app/start-stop.ts'
export type { ByteSize, SizeUnit } from './base/bytes.ts'
export type { Clock, RandomSource } from './base/clock.ts'
export type { Duration, DurationUnit } from './base/duration.ts'
export type { Awaitable } from './base/promise.ts'
export { Secret } from './base/secret.ts'
export type { Answer, AnswerHead } from './contract/answer/answer.ts'
export type { PartialContent } from './contract/answer/partial-content.ts'
export type { Reply, ReplyOptions } from './contract/answer/reply.ts'
export { metaOf, reply } from './contract/answer/reply.ts'
export type { EncodedSchema, ReturningOptions, TwoWaySchema } from './contract/answer/returned.ts'
export { encoded, returning } from './contract/answer/returned.ts'
export type { AskCapability } from './contract/ask/capability.ts'
export type {
  Answered,
  AnswersOf,
  AskOptions,
  Question,
  Questions,
} from './contract/ask/question.ts'
export type { Root, Sampled } from './contract/ask/questions.ts'
export { ask } from './contract/ask/questions.ts'
export type { AccessEvent, AccessLog } from './contract/call/access-event.ts'
export type {
  Action,
  AnswerForm,
  DeclaredProblem,
  ErrorClass,
  ErrorHandler,
  Handler,
  Middleware,
  Next,
  Returned,
  ToolHints,
} from './contract/call/action.ts'
export type {
  ActionHandle,
  AnyHandle,
  ArgsOf,
  CodesOf,
  RouteHandle,
  SurfacesOf,
  ValueOf,
} from './contract/call/action-handle.ts'
export type { LocalCredentials, StartupOptions } from './contract/call/app-handle.ts'
export type { ApprovalHook, ApprovalRequest } from './contract/call/approval-hook.ts'
export type { BackgroundCall, BackgroundOptions, Call } from './contract/call/call.ts'
export type {
  ActionFacts,
  CallClient,
  CallFacts,
  CallRequest,
  ClientFacts,
  HeaderReader,
  RequestFacts,
} from './contract/call/call-facts.ts'
export type { CallOutcome, CallRecord, Driver, OnCall } from './contract/call/call-record.ts'
export type { Catalogue } from './contract/call/catalogue.ts'
export type {
  Dependency,
  DependencyOptions,
  DependencyScope,
  DependencyValue,
  ProviderCall,
  Uses,
  Within,
} from './contract/call/dependency.ts'
export { dependency } from './contract/call/dependency.ts'
export type { Logger, LogLevel } from './contract/call/logger.ts'
export type {
  AgentWrites,
  CallerClass,
  Need,
  NeedKind,
  NeedTable,
} from './contract/call/need.ts'
export type { Outcome } from './contract/call/outcome.ts'
export type { Entrypoint, PerSurface, SurfaceName } from './contract/call/surface-name.ts'
export type { Trace } from './contract/call/trace.ts'
export type { ContentAnnotations, ContentOptions } from './contract/content/block-options.ts'
export type { ContentData, ContentMakers, LinkOptions } from './contract/content/content.ts'
export { content } from './contract/content/content.ts'
export type { ContentBlock, ContentKind } from './contract/content/content-block.ts'
export type { Progress } from './contract/content/progress.ts'
export type {
  ActionCache,
  CacheOptions,
  CacheScope,
  CacheSplit,
  CacheUse,
} from './contract/limits/cache.ts'
export type {
  ActionConcurrency,
  BreakerOptions,
  BreakerRule,
  CircuitState,
  CircuitStats,
  ConcurrencyLimit,
  ConcurrencyOptions,
  ConcurrencyScope,
  ConcurrencyStats,
} from './contract/limits/capacity.ts'
export type { RatePer, RateRule } from './contract/limits/rate-rule.ts'
export type {
  Complete,
  CompleteByName,
  CompleteContext,
  EntriesPage,
  ListEntries,
  PromptFacts,
  ResourceEntries,
  ResourceEntry,
  ResourceFacts,
} from './contract/mcp/mcp-facts.ts'
export type { PromptResult, SaidBy, SaidMessage } from './contract/mcp/said.ts'
export { said } from './contract/mcp/said.ts'
export type { Environment } from './contract/options/environment.ts'
export type { ProductionRisk } from './contract/options/production-risk.ts'
export { duration } from './contract/options/read-duration.ts'
export { size } from './contract/options/read-size.ts'
export type { ParamSpec, ScalarKind } from './contract/params/param-spec.ts'
export type {
  FileOptions,
  MarkedParam,
  Param,
  ParamOptions,
  ParamSource,
  Params,
  QueryOptions,
} from './contract/params/params.ts'
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
export type { InputOf, JsonSchema, OutputOf, Schema } from './contract/params/schema.ts'
export type { UploadedFile } from './contract/params/uploaded-file.ts'
export type { UriNames } from './contract/params/uri-names.ts'
export type { OnToolCall, ToolCallEvent } from './contract/ports/audit-hook.ts'
export type { Rate, RateDemand, RateStanding, RateStore } from './contract/ports/rate-store.ts'
export type { AskingProblemCode } from './contract/problems/asking-problems.ts'
export type { OwnProblemRow, ProblemSet } from './contract/problems/define-problems.ts'
export { defineProblems } from './contract/problems/define-problems.ts'
export type {
  HttpErrorOptions,
  Issue,
  KnownProblem,
  ProblemOptions,
} from './contract/problems/problem.ts'
export { HttpError, ImproperlyConfigured, Problem } from './contract/problems/problem.ts'
export type { ProblemPage, RefusedRequest, ShownProblem } from './contract/problems/problem-page.ts'
export type { ProblemRow } from './contract/problems/problem-row.ts'
export type { ProblemCode } from './contract/problems/problems.ts'
export { PROBLEMS } from './contract/problems/problems.ts'
export type { ProgramProblemCode } from './contract/problems/program-problems.ts'
export type { RateFailure } from './engine/limits/rate-limits.ts'
export { argumentsHash } from './policy/arguments-hash.ts'
export type { CspDirectives } from './policy/content-security-policy.ts'
export { NONCE, STRICT_CSP } from './policy/content-security-policy.ts'
export type { CorsOptions } from './policy/cors-options.ts'
export type { CsrfOptions } from './policy/csrf.ts'
export type { MemoryRatesOptions } from './policy/rate/memory-rates.ts'
export { memoryRates } from './policy/rate/memory-rates.ts'
export type { RateOption, RateOptions } from './policy/rate/rate-option.ts'
export type { RateText, RateUnit } from './policy/rate/rate-text.ts'
export type { HstsOptions, SecurityMode } from './policy/security-headers.ts'
export type { FetchContext } from './surfaces/http/fetch.ts'
export { html } from './surfaces/http/reply/html.ts'
export type { RedirectOptions, RedirectStatus } from './surfaces/http/reply/redirect.ts'
export { redirect } from './surfaces/http/reply/redirect.ts'
export type { SseOptions } from './surfaces/http/reply/sse.ts'
export { sse } from './surfaces/http/reply/sse.ts'
export type { Chunk, StreamOptions, StreamSource } from './surfaces/http/reply/stream.ts'
export { stream } from './surfaces/http/reply/stream.ts'
export type { PreconditionOptions } from './surfaces/http/response/check-preconditions.ts'
export { checkPreconditions } from './surfaces/http/response/check-preconditions.ts'
export type { CompressionOptions, Encoding } from './surfaces/http/response/compression-options.ts'
export type { RateHeaders } from './surfaces/http/response/rate-headers.ts'
export type { ForwardedHeaders } from './web/forwarded.ts'
export type { SseEvent } from './web/sse-event.ts'
