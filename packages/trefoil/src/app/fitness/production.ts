import type { Catalogue } from '../../contract/call/catalogue.ts'
import { SURFACES } from '../../contract/call/surface-name.ts'
import type { ProductionRisk } from '../../contract/options/production-risk.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { AppConfig } from '../options/app-config.ts'
import { agentWritesIssues } from './agent-reach.ts'
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

/**
 * Everything that makes the app unfit for production (PROD-1, W-44), in a fixed order.
 *
 * @param risks what parts say of themselves
 */
export function productionIssues(
  catalogue: Catalogue,
  config: AppConfig,
  risks: () => readonly ProductionRisk[],
): readonly ProductionRisk[] {
  return [
    ...config.risks,
    ...documentationIssues(config),
    ...originIssues(config),
    ...uncoveredSurfaces(catalogue, config),
    ...agentWritesIssues(catalogue, config),
    ...approvalIssues(catalogue),
    ...credentialIssues(catalogue, config),
    ...risks(),
  ]
}

function documentationIssues({ docs, mcp }: AppConfig): ProductionRisk[] {
  const hasDocs = docs.openapiPath !== null || docs.path !== null || mcp.docsPath !== null
  return docs.public && hasDocs ? [{ code: 'docs_public', message: 'docs.public must be off' }] : []
}

function originIssues({ cors, publicSurfaces }: AppConfig): ProductionRisk[] {
  // What is public anyway may be read by every page, but not with anybody's credentials.
  const isMeant = publicSurfaces.has('api') && cors?.allowsCredentials !== true
  if (cors?.admitsEveryone !== true || isMeant) return []
  const message =
    "browser.cors must not admit every origin, unless publicSurfaces lists 'api'; name the origins"
  return [{ code: 'cors_wildcard', message }]
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
function credentialIssues(catalogue: Catalogue, { auth, csrf }: AppConfig): ProductionRisk[] {
  const { dependencies, ambient, undeclared } = reachOf(catalogue, auth)
  const issues: ProductionRisk[] = []
  if (csrf === null && ambient.length > 0) {
    const what = ambient.join(' and ')
    const message = `browser.csrf must not be off: ${what} say who is calling, and browsers send them by themselves`
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
