import type { Clock, RandomSource } from '../../base/clock.ts'
import type { StrictJsonLimits } from '../../base/json/strict-json.ts'
import type { AuthEntry } from '../../contract/auth/authenticator.ts'
import type { AccessLog } from '../../contract/call/access-event.ts'
import type { ApprovalHook } from '../../contract/call/approval.ts'
import type { OnCall } from '../../contract/call/call-record.ts'
import type { Logger } from '../../contract/call/logger.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import type { Cors } from '../../policy/cors.ts'
import type { CsrfOptions } from '../../policy/csrf.ts'
import type { ProxyPolicy } from '../../policy/proxies.ts'
import type { SecurityMode } from '../../policy/security-headers.ts'
import type { Compression } from '../../surfaces/http/response/compression-options.ts'
import type { HostPattern } from '../../web/host.ts'

/** Options after checking, with every default filled in. */
export interface AppConfig {
  readonly name: string
  readonly version: string
  readonly description: string | null
  readonly debug: boolean
  readonly security: SecurityMode
  /** `null`: hosts are not checked. */
  readonly hosts: readonly HostPattern[] | null
  readonly allowedHosts: readonly string[]
  readonly headers: Readonly<Record<'http' | 'https', readonly string[]>>
  readonly proxies: ProxyPolicy | null
  readonly cors: Cors | null
  readonly csrf: CsrfOptions | null
  readonly compression: Compression | null
  readonly maxInFlight: number | null
  readonly maxBodySize: number
  /** `maxJsonDepth` and `maxJsonMembers`. */
  readonly json: StrictJsonLimits
  readonly maxFormParts: number
  readonly maxFormFieldSize: number
  readonly maxFileSize: number
  readonly uploadSpoolSize: number
  readonly maxToolResponseSize: number
  readonly maxActionResponseSize: number
  readonly timeout: number
  /** Milliseconds; 0 for any time. */
  readonly closeTimeout: number
  readonly requestIdHeader: string | null
  readonly auth: Readonly<Partial<Record<SurfaceName, AuthEntry>>>
  readonly publicSurfaces: ReadonlySet<SurfaceName>
  readonly approval: ApprovalHook | null
  readonly mcpAllowedOrigins: ReadonlySet<string>
  readonly openapiPath: string | null
  readonly docsPath: string | null
  readonly mcpDocsPath: string | null
  readonly publicDocs: boolean
  readonly tagDescriptions: ReadonlyMap<string, string>
  readonly accessLog: AccessLog | null
  readonly onCall: OnCall | null
  readonly logger: Logger
  readonly clock: Clock
  readonly random: RandomSource
  /** Variables that nobody reads, one sentence each, for start-up to say. */
  readonly strayVariables: readonly string[]
}
