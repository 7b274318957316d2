import type { Catalogue } from '../contract/catalogue.ts'
import { ImproperlyConfigured } from '../contract/problem.ts'
import { type ProductionRisk, risksOf } from '../contract/production-risk.ts'
import { SURFACES } from '../contract/surface-name.ts'
import { ambiguousApprovals } from './ambiguous-approval.ts'
import type { AppConfig } from './app-config.ts'

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
    ...uncoveredSurfaces(catalogue, config),
    ...approvalIssues(catalogue),
    ...declaredRisks(catalogue, config),
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

/** An origin that nobody can have listed: `.invalid` is reserved (RFC 6761). */
const STRANGER: readonly string[] = ['origin', 'https://anybody.invalid']

function originIssues({ mcpAllowedOrigins, cors, publicSurfaces }: AppConfig): ProductionRisk[] {
  const issues: ProductionRisk[] = []
  if (mcpAllowedOrigins.has('*')) {
    issues.push({ code: 'mcp_origin_wildcard', message: "mcpAllowedOrigins must not contain '*'" })
  }
  // Asked instead of looked up, so that a pattern such as `.*` is found too. What is public
  // anyway may be read by every page.
  const admitsAnyone = cors?.headers(STRANGER).includes('access-control-allow-origin') ?? false
  if (admitsAnyone && !publicSurfaces.has('api')) {
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

/** What authenticators and dependencies say about themselves, each thing once. */
function declaredRisks({ actions }: Catalogue, { auth }: AppConfig): ProductionRisk[] {
  const declaring = new Set<unknown>(Object.values(auth).map(({ authenticate }) => authenticate))
  for (const { dependencies } of actions) {
    for (const [, dependency] of dependencies) declaring.add(dependency)
  }
  return [...declaring].flatMap(risksOf)
}
