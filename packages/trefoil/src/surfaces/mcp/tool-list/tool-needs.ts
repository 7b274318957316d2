import { type Action, guardsOn } from '../../../contract/call/action.ts'
import { CALLER_CLASSES, type CallerClass } from '../../../contract/call/need.ts'
import type { CallState } from '../../../engine/call-state.ts'
import { decidingRights, type Held, lackingScopes } from '../../../policy/guards/lacking-scopes.ts'
import { callerClass } from '../../../policy/need.ts'

/** What a call of a tool needs that its caller does not bring. */
export interface ToolNeed {
  /** True where a person has to agree to it. */
  readonly approval: boolean
  /** Scopes of a better token. */
  readonly scopes: readonly string[]
}

/** What one caller needs, of all tools. */
export interface CallerNeeds {
  /** The same for everybody who needs the same. */
  readonly key: string
  readonly of: (action: Action) => ToolNeed
}

/** Who asks for a list; `null` for a caller whom nobody has identified. */
type Who = { readonly held: Held | null; readonly kind: CallerClass }

/**
 * Works out what tells one caller from another, once: a list that is the same for all is written once, and the others as often as
 * callers differ in what tools go by.
 *
 * @returns asks what a caller needs; `null` where all need the same
 */
export function compileToolNeeds(
  tools: readonly Action[],
): ((state: CallState) => CallerNeeds) | null {
  const { scopes, roles } = decidingRights(tools.flatMap((tool) => guardsOn(tool, 'mcp')))
  const isByKind = tools.some(({ need }) => {
    const [first, ...others] = CALLER_CLASSES.map((kind) => asks(need.mcp[kind].kind))
    return others.some((other) => other !== first)
  })
  if (scopes.length === 0 && !isByKind) return null
  return ({ auth }) => {
    const kind = callerClass(auth)
    let key = isByKind ? kind : ''
    for (const scope of scopes) key += auth?.scopes.has(scope) === true ? '1' : '0'
    for (const role of roles) key += auth?.roles.has(role) === true ? '1' : '0'
    return { key, of: (action) => needOf(action, { held: auth, kind }) }
  }
}

/** What is said where nobody in particular asks: all that anybody may need. */
export function needOfAll(action: Action): ToolNeed {
  return { approval: action.approval.mcp, scopes: scopesOf(action, null) }
}

function needOf(action: Action, { held, kind }: Who): ToolNeed {
  // A call of what is public is nobody's, whoever asks for the list.
  const isPublic = action.public.mcp
  return {
    approval: asks(action.need.mcp[isPublic ? 'nobody' : kind].kind),
    scopes: scopesOf(action, isPublic ? null : held),
  }
}

function asks(kind: Action['need']['mcp'][CallerClass]['kind']): boolean {
  return kind === 'approve' || kind === 'confirm'
}

function scopesOf(action: Action, held: Held | null): readonly string[] {
  const all = guardsOn(action, 'mcp').flatMap((guard) => lackingScopes(guard, held))
  return [...new Set(all)].sort()
}
