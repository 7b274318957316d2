import type { ByteSize } from '../../base/bytes.ts'
import type { Clock, RandomSource } from '../../base/clock.ts'
import type { Duration } from '../../base/duration.ts'
import type { AuthConfig } from '../../contract/auth/authenticator.ts'
import type { AccessLog } from '../../contract/call/access-event.ts'
import type { ApprovalHook } from '../../contract/call/approval-hook.ts'
import type { OnCall } from '../../contract/call/call-record.ts'
import type { Logger, LogLevel } from '../../contract/call/logger.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import type { CspDirectives } from '../../policy/content-security-policy.ts'
import type { CorsOptions } from '../../policy/cors.ts'
import type { CsrfOptions } from '../../policy/csrf.ts'
import type { HstsOptions, SecurityMode } from '../../policy/security-headers.ts'
import type { CompressionOptions } from '../../surfaces/http/response/compression-options.ts'
import type { ForwardedHeaders } from '../../web/forwarded.ts'
import type { Environment } from './environment.ts'

/** Options of {@link createApp}, types of state and authenticators aside. */
export interface AppOptions {
  /** Name of the service. Default `trefoil`. */
  readonly name?: string
  /** Version of the service, shown in OpenAPI and MCP. Default `0.0.0`. */
  readonly version?: string
  /** One paragraph for OpenAPI and MCP `instructions`. */
  readonly description?: string
  /** Show the class and message of unexpected errors to callers. Never in production. Default false. */
  readonly debug?: boolean
  /** Host checks and security headers: `strict` for APIs, `web` for pages, `off`. Default `strict`. */
  readonly security?: SecurityMode
  /** Host names answered for: `example.com`, `*.example.com`, `.example.com`. Default: local names only. */
  readonly allowedHosts?: readonly string[]
  /** Content-Security-Policy of every answer; the constant `NONCE` among the sources stands for a fresh nonce. */
  readonly contentSecurityPolicy?: string | CspDirectives
  /** Strict-Transport-Security over https; `false` for none. Default one year, two in `web`. */
  readonly hsts?: HstsOptions | false
  /** Response headers set last, for every answer: a value replaces, `null` removes. */
  readonly responseHeaders?: Readonly<Record<string, string | null>>
  /** Addresses and CIDR ranges of proxies that may say who the client is. Default none. */
  readonly trustedProxies?: readonly string[]
  /** Headers those proxies write: `x-forwarded` or `forwarded` (RFC 7239). Default `x-forwarded`. */
  readonly proxyHeaders?: ForwardedHeaders
  /** Pages of other origins that may read answers. Default none. */
  readonly cors?: CorsOptions
  /** Protection of calls authenticated by cookies; `false` for none. Default on. */
  readonly csrf?: CsrfOptions | false
  /** Compress answers for callers without credentials; `true` for the defaults. Default false. */
  readonly compression?: boolean | CompressionOptions
  /** Requests answered at the same time; more are refused with 503. Default any number. */
  readonly maxInFlight?: number
  /** Largest request body. Default `2mb`. */
  readonly maxBodySize?: ByteSize
  /** Most levels of arrays and objects in JSON, at most 128. Default 32 (HTTP-6). */
  readonly maxJsonDepth?: number
  /** Most members of one object in JSON. Default 1000 (HTTP-6). */
  readonly maxJsonMembers?: number
  /** Most fields and files of one form. Default 1000. */
  readonly maxFormParts?: number
  /** Largest form field. Default `1mb`. */
  readonly maxFormFieldSize?: ByteSize
  /** Largest uploaded file. Default `2mb`. */
  readonly maxFileSize?: ByteSize
  /** Uploaded bytes that one call keeps in memory; files beyond it go to disk. Default `1mb`. */
  readonly uploadSpoolSize?: ByteSize
  /** Largest tool result. Default `1mb`. */
  readonly maxToolResponseSize?: ByteSize
  /** Largest result of a CLI action. Default `1mb`. */
  readonly maxActionResponseSize?: ByteSize
  /** Longest time any call may take. Default none. */
  readonly timeout?: Duration
  /** Longest time that closing after a call may take, whatever its `timeout`. Default `10s`. */
  readonly closeTimeout?: Duration
  /** Header of request ids, `null` to read and write none. Default `x-request-id`. */
  readonly requestIdHeader?: string | null
  /** Authenticators, at most one per surface. Default none: every surface is public. */
  readonly auth?: readonly AuthConfig[]
  /** Surfaces that are meant to have no authenticator; the others are named loudly at start-up. */
  readonly publicSurfaces?: readonly SurfaceName[]
  /** Decides approvals for actions with `needsApproval`. */
  readonly approval?: ApprovalHook
  /** Origins of browser pages that may use MCP; `*` for every one. Default none. */
  readonly mcpAllowedOrigins?: readonly string[]
  /** Path of the OpenAPI document, `null` for none. Default `/openapi.json`. */
  readonly openapiPath?: string | null
  /** Path of the API documentation, `null` for none. Default `/docs`. */
  readonly docsPath?: string | null
  /** Path of the tool documentation, `null` for none. Default `/mcp/docs`. */
  readonly mcpDocsPath?: string | null
  /** Serve the documentation without authentication. Default false: it is behind its surface's. */
  readonly publicDocs?: boolean
  /** What tags are about, in the order in which the documentation shows them. Default none. */
  readonly tagDescriptions?: Readonly<Record<string, string>>
  /** Receives one event per call, for a log. Default none. */
  readonly accessLog?: AccessLog
  /** Receives the record of every call, on every surface, once its answer is complete. Default none. */
  readonly onCall?: OnCall
  /** Where the framework logs; a pino logger and `console` fit. Default: JSON lines on stderr. */
  readonly logger?: Logger
  /** How much the default logger writes; a logger of your own has its own level. Default `info`. */
  readonly logLevel?: LogLevel
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
  /** Source of random bytes. Default: the machine's. */
  readonly random?: RandomSource
  /** Variables that stand in for absent options; `{}` for none. Default: those of the process. */
  readonly env?: Environment
}
