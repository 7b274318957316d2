import type { StrictJsonLimits } from '../../base/json/strict-json.ts'
import type { Logger } from '../../contract/call/logger.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import type { Environment } from '../../contract/options/environment.ts'
import type { ProductionRisk } from '../../contract/options/production-risk.ts'
import type { Cors } from '../../policy/cors.ts'
import type { CsrfValues } from '../../policy/csrf.ts'
import type { ProxyPolicy } from '../../policy/proxies.ts'
import type { HostPattern } from '../../web/host.ts'
import type { AppValues } from './app-options.ts'

/** Options after reading, and what several of them come to together. */
export interface AppConfig extends Omit<AppValues, 'publicSurfaces' | 'browser' | 'env'> {
  readonly publicSurfaces: ReadonlySet<SurfaceName>
  /** Host patterns; `null`: hosts are not checked. */
  readonly hosts: readonly HostPattern[] | null
  /** Headers of every answer, names and values in turn. */
  readonly headers: Readonly<Record<'http' | 'https', readonly string[]>>
  readonly proxies: ProxyPolicy | null
  readonly cors: Cors | null
  readonly csrf: CsrfValues | null
  /** `limits.jsonDepth` and `limits.jsonMembers`. */
  readonly json: StrictJsonLimits
  /** That of `log`, or the default one. */
  readonly logger: Logger
  /** What options say about themselves that is unfit for production. */
  readonly risks: readonly ProductionRisk[]
  /** The environment it was read from. */
  readonly env: Environment
}
