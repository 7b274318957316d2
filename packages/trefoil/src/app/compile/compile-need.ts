import type { Action } from '../../contract/call/action.ts'
import { type AgentWrites, NO_NEED } from '../../contract/call/need.ts'
import {
  type PerSurface,
  perSurface,
  SURFACES,
  type SurfaceName,
} from '../../contract/call/surface-name.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { needsOn, needTable } from '../../policy/need.ts'
import { readSurfaces } from './read-surfaces.ts'

/** What an app says that need depends on. */
export interface NeedSite {
  /** Surfaces that have an authenticator. */
  readonly covered: PerSurface
  readonly hasApprovalHook: boolean
  readonly agentWrites: AgentWrites
}

type Declared = readonly (boolean | readonly SurfaceName[] | undefined)[]

/**
 * Works out what every kind of caller needs on every surface, once. Inner levels only add: what a
 * group asks for no action in it takes back.
 *
 * @param declared `needsApproval` of the groups, and of the action
 * @throws ImproperlyConfigured where somebody would have to decide and nobody can
 */
export function compileNeed(
  declared: Declared,
  action: Pick<Action, 'exposed' | 'public' | 'changes'>,
  { covered, hasApprovalHook, agentWrites }: NeedSite,
  where: string,
): Pick<Action, 'approval' | 'need'> {
  const { exposed, public: isPublic, changes } = action
  const listed = askedFor(declared, where)
  const asks = listed !== null
  const everybody = perSurface(
    // What comes through MCP and the CLI is driven by a program, whoever is behind it (APPR-1).
    (surface) => asks && exposed[surface] && (surface !== 'api' || listed.has(surface)),
  )
  const rules = { asks, everybody, changes, agentWrites }
  const tableOn = (surface: SurfaceName) =>
    exposed[surface]
      ? needTable(rules, surface, { isPublic: isPublic[surface], isCovered: covered[surface] })
      : NO_NEED
  const need = { api: tableOn('api'), mcp: tableOn('mcp'), cli: tableOn('cli') }
  const approval = perSurface((surface) => needsOn({ need }, surface).has('approve'))
  const isAsked = approval.api || approval.mcp || approval.cli
  if (asks && !isAsked) {
    throw new ImproperlyConfigured(
      `${where}: needsApproval requires tool: true or cli: true, an authenticator that can tell agents ` +
        "from people, or the surface's name in its list",
    )
  }
  if (isAsked && !hasApprovalHook) {
    throw new ImproperlyConfigured(
      asks
        ? `${where}: actions with needsApproval require the app's approval option, a hook that decides`
        : `${where} changes something, and agentWrites: 'approve' requires the app's approval option, ` +
            "a hook that decides; give one, or say agentWrites: 'deny', or changes: false here",
    )
  }
  return { approval, need }
}

/** Surfaces that are named; `null` when nothing asks for approval at all. */
function askedFor(declared: Declared, where: string): ReadonlySet<SurfaceName> | null {
  const given = declared.filter((level) => level !== undefined && level !== false)
  if (given.length === 0) return null
  const listed = new Set<SurfaceName>()
  for (const level of given) {
    if (level === true) continue
    for (const surface of readSurfaces(level, 'needsApproval', where)) listed.add(surface)
  }
  return listed
}

/**
 * Whether an action says that it asks its caller while it runs.
 *
 * @throws ImproperlyConfigured where a call of it could never go on with the answers
 */
export function compileAsks(
  asks: boolean | undefined,
  action: Pick<Action, 'need' | 'params'>,
  where: string,
): boolean {
  if (asks !== true) return false
  // An approval is for arguments that somebody has seen; what a program answers later would slip in behind it.
  const surfaces = SURFACES.filter((each) => mayNeedApproval(action, each))
  if (surfaces.length > 0) {
    throw new ImproperlyConfigured(
      `${where}: asks: true is not for actions that may need an approval, as this one may on ${surfaces.join(', ')} by needsApproval or ` +
        "the app's agentWrites: answers are bound to no approval; leave out one of the two, or say changes: false if it only reads",
    )
  }
  const file = action.params.find(({ source }) => source === 'file' || source === 'files')
  if (file !== undefined) {
    throw new ImproperlyConfigured(
      `${where}, parameter '${file.name}': asks: true is not for actions with file parameters, which every round would send again`,
    )
  }
  return true
}

function mayNeedApproval(action: Pick<Action, 'need'>, surface: SurfaceName): boolean {
  const needs = needsOn(action, surface)
  return needs.has('approve') || needs.has('confirm')
}
