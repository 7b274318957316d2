import { type IpBytes, type IpRange, parseIp } from '../../base/ip.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import { SURFACES } from '../../contract/call/surface-name.ts'
import type { ProductionRisk } from '../../contract/options/production-risk.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { AppConfig } from '../options/app-config.ts'
import { reachOf } from './ambient-credentials.ts'
import { ambiguousApprovals } from './ambiguous-approval.ts'

/**
 * What {@link ImproperlyConfigured} `validateProduction()` throws: every reason at once, in
 * words and as codes.
 */
export class UnfitForProduction extends ImproperlyConfigured {
  readonly issues: readonly ProductionRisk[]

  constructor(issues: readonly ProductionRisk[]) {
    const lines = issues.map(({ message }) => `- ${message}`)
    super(['Production safety check failed:', ...lines].join('\n'))
    this.issues = issues
  }
}

/** Everything that makes the app unfit for production (PROD-1, W-44), in a fixed order. */
export function productionIssues(
  catalogue: Catalogue,
  config: AppConfig,
): readonly ProductionRisk[] {
  return [
    ...edgeIssues(config),
    ...documentationIssues(config),
    ...originIssues(config),
    ...proxyIssues(config),
    ...uncoveredSurfaces(catalogue, config),
    ...approvalIssues(catalogue),
    ...credentialIssues(catalogue, config),
  ]
}

function edgeIssues({ debug, security, allowedHosts }: AppConfig): ProductionRisk[] {
  const issues: ProductionRisk[] = []
  if (debug) issues.push({ code: 'debug_enabled', message: 'debug must be disabled' })
  if (security === 'off') {
    issues.push({ code: 'security_off', message: "security must be 'strict' or 'web'" })
  }
  if (allowedHosts.length === 0) {
    issues.push({ code: 'hosts_missing', message: 'allowedHosts must be configured' })
  } else if (allowedHosts.includes('*')) {
    issues.push({ code: 'hosts_wildcard', message: "allowedHosts must not contain '*'" })
  }
  return issues
}

function documentationIssues(config: AppConfig): ProductionRisk[] {
  const { publicDocs, openapiPath, docsPath, mcpDocsPath } = config
  const hasDocs = openapiPath !== null || docsPath !== null || mcpDocsPath !== null
  return publicDocs && hasDocs ? [{ code: 'docs_public', message: 'publicDocs must be off' }] : []
}

function originIssues({ mcpAllowedOrigins, cors, publicSurfaces }: AppConfig): ProductionRisk[] {
  const issues: ProductionRisk[] = []
  if (mcpAllowedOrigins.has('*')) {
    issues.push({ code: 'mcp_origin_wildcard', message: "mcpAllowedOrigins must not contain '*'" })
  }
  // What is public anyway may be read by every page, but not with anybody's credentials.
  const isMeant = publicSurfaces.has('api') && cors?.allowsCredentials !== true
  if (cors?.admitsEveryone === true && !isMeant) {
    const message =
      "cors must not admit every origin, unless publicSurfaces lists 'api'; name the origins"
    issues.push({ code: 'cors_wildcard', message })
  }
  return issues
}

function uncoveredSurfaces(
  { actions, covered }: Catalogue,
  { publicSurfaces }: AppConfig,
): ProductionRisk[] {
  const uncovered = SURFACES.filter((surface) => {
    // HTTP and MCP always have endpoints of their own; the CLI only lists what it exposes.
    const isUsed = surface !== 'cli' || actions.some((action) => action.exposed.cli)
    return isUsed && !covered[surface] && !publicSurfaces.has(surface)
  })
  return uncovered.map((surface) => ({
    code: 'surface_uncovered',
    message: `no AuthConfig covers the '${surface}' surface; cover it, or list it in publicSurfaces`,
  }))
}

function approvalIssues(catalogue: Catalogue): ProductionRisk[] {
  return ambiguousApprovals(catalogue).map(({ message }) => {
    return { code: 'approval_ambiguous', message }
  })
}

/**
 * Addresses far apart, so that no network of one owner has two of them. A range that does makes
 * everybody a proxy, whose word about the caller's address, scheme and host is taken.
 */
const FAR_APART: readonly IpBytes[] = [
  ...['1.1.1.1', '8.8.8.8', '66.249.64.1', '100.200.1.1', '151.101.1.1', '203.0.113.1'],
  ...['2001:db8::1', '2606:4700::1', '2a00:1450::1'],
].flatMap((text) => [parseIp(text)].filter((bytes) => bytes !== null))

function proxyIssues({ proxies }: AppConfig): ProductionRisk[] {
  const isVast = (range: IpRange) => FAR_APART.filter(range).length > 1
  if (proxies?.trusted.some(isVast) !== true) return []
  const message = 'trustedProxies must not contain everybody; name the networks of your proxies'
  return [{ code: 'proxies_everyone', message }]
}

/** What authenticators and dependencies say about themselves, each thing once. */
function credentialIssues(catalogue: Catalogue, { auth, csrf }: AppConfig): ProductionRisk[] {
  const { dependencies, ambient, undeclared } = reachOf(catalogue, auth)
  const issues: ProductionRisk[] = []
  if (csrf === null && ambient.length > 0) {
    const what = ambient.join(' and ')
    const message = `csrf must not be off: ${what} say who is calling, and browsers send them by themselves`
    issues.push({ code: 'csrf_off', message })
  }
  if (csrf === null && undeclared.length > 0) {
    const message =
      `csrf must not be off: nobody says where ${undeclared.join(' and ')} look for credentials, so ` +
      'browsers may send them by themselves; give each a scheme'
    issues.push({ code: 'csrf_off', message })
  }
  const entries = Object.values(auth).filter((entry) => entry !== undefined)
  return [...issues, ...[...new Set([...entries, ...dependencies])].flatMap(({ risks }) => risks)]
}
