import type { Action } from '../../contract/call/action.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import { SURFACES, type SurfaceName } from '../../contract/call/surface-name.ts'
import type { ProductionRisk } from '../../contract/options/production-risk.ts'
import type { AppConfig } from '../options/app-config.ts'
import type { Exposure } from './exposure.ts'

/** An {@link Exposure} on several surfaces. */
interface Reach {
  readonly surfaces: readonly SurfaceName[]
  readonly message: string
}

/** What agents can change without anybody being asked, as start-up says it. */
export function describeAgentReach(
  catalogue: Catalogue,
  config: AppConfig,
): readonly (Exposure | Reach)[] {
  return [
    ...unasked(catalogue),
    ...changedByAnybody(catalogue),
    ...sharedCredentials(catalogue, config),
  ]
}

/** In an app without tools and CLI actions the API is for people. */
function isForAgents({ actions, asksNobody }: Catalogue): boolean {
  return actions.some(({ exposed, name }) => exposed.mcp || (exposed.cli && !asksNobody.has(name)))
}

/**
 * One line for all surfaces on which agents reach the same. Where nobody is identified, and where
 * everything is open, other lines say so.
 */
function unasked(catalogue: Catalogue): Reach[] {
  if (!isForAgents(catalogue)) return []
  const surfacesOf = new Map<string, SurfaceName[]>()
  for (const surface of SURFACES) {
    if (!catalogue.covered[surface]) continue
    const names = namesOf(
      catalogue,
      (action) =>
        action.exposed[surface] &&
        !(surface !== 'mcp' && catalogue.asksNobody.has(action.name)) &&
        !action.public[surface] &&
        action.need[surface].agent.kind === 'none',
    )
    if (names !== null) surfacesOf.set(names, [...(surfacesOf.get(names) ?? []), surface])
  }
  return [...surfacesOf].map(([names, surfaces]) => {
    const message =
      `Agents may change something over ${quoted(surfaces)} and nobody is asked: ${names}; ` +
      'see needsApproval and agentWrites'
    return { surfaces, message }
  })
}

function quoted(surfaces: readonly SurfaceName[]): string {
  return surfaces.map((name) => `'${name}'`).join(', ')
}

/** Of MCP and the CLI every public action has a line of its own. */
function changedByAnybody(catalogue: Catalogue): Exposure[] {
  if (!catalogue.covered.api || !isForAgents(catalogue)) return []
  const names = namesOf(
    catalogue,
    (action) =>
      action.public.api &&
      action.need.api.nobody.kind === 'none' &&
      !catalogue.asksNobody.has(action.name),
  )
  if (names === null) return []
  return [{ surface: 'api', message: `Anybody may change something over 'api': ${names}` }]
}

/**
 * A token that an agent was given for MCP, and that the API takes as well: of a caller who may be a
 * person the API asks nothing.
 */
function sharedCredentials(catalogue: Catalogue, { auth }: AppConfig): Exposure[] {
  const { api } = auth
  const shared = (['mcp', 'cli'] as const).filter(
    (surface) => api !== undefined && auth[surface]?.given === api.given,
  )
  if (api === undefined || shared.length === 0) return []
  const names = namesOf(catalogue, ({ exposed, public: isPublic, need }) => {
    if (!exposed.api || isPublic.api || need.api.unknown.kind !== 'none') return false
    return shared.some((surface) => exposed[surface] && need[surface].unknown.kind !== 'none')
  })
  if (names === null) return []
  const message =
    `'${api.name}' covers 'api' and ${quoted(shared)}: a token of unknown ` +
    `kind changes over HTTP without approval what needs one there: ${names}; ` +
    "set agentWrites, give agents' tokens a kind, or another audience"
  return [{ surface: 'api', message }]
}

/** Those that change something, in order of their names; `null` for none. */
function namesOf({ actions }: Catalogue, reaches: (action: Action) => boolean): string | null {
  const names = actions.filter((action) => action.changes && reaches(action))
  return names.length === 0
    ? null
    : names
        .map(({ name }) => name)
        .sort()
        .join(', ')
}

/** An app that agents can change, and whose author has not said whether they may. */
export function agentWritesIssues(
  { actions, asksNobody }: Catalogue,
  { agentWrites }: AppConfig,
): readonly ProductionRisk[] {
  if (agentWrites !== null) return []
  const names = actions
    .filter(
      ({ exposed, changes, name }) =>
        changes && (exposed.mcp || (exposed.cli && !asksNobody.has(name))),
    )
    .map(({ name }) => name)
  if (names.length === 0) return []
  const message =
    `agentWrites must be said, because tools or CLI actions change something: ${names.sort().join(', ')}; ` +
    "write 'allow', 'approve' or 'deny'"
  return [{ code: 'agent_writes_unsaid', message }]
}
