import type { Action } from '../../contract/call/action.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { templateShape, templateSpelling } from '../../web/path-template.ts'
import { type Declaration, describeDeclaration } from '../declare/declaration.ts'
import { type ActionSite, type CompiledAction, compileAction } from './compile-action.ts'
import { uriShape } from './mcp/compile-resource.ts'

/**
 * Compiles every declaration and checks them against each other. All mistakes are reported at
 * once.
 *
 * @throws ImproperlyConfigured with one line per mistake
 */
export function compileRegistry(
  declarations: readonly Declaration[],
  site: ActionSite,
): readonly CompiledAction[] {
  const mistakes: string[] = []
  const compiled: CompiledAction[] = []
  for (const declaration of declarations) {
    try {
      compiled.push(compileAction(declaration, site))
    } catch (error) {
      if (!(error instanceof ImproperlyConfigured)) {
        // Of a proxy or a getter that throws, or of a schema: its own words do not say which route it is.
        const message = `${describeDeclaration(declaration)}: the options cannot be read`
        throw new ImproperlyConfigured(message, { cause: error })
      }
      mistakes.push(error.message)
    }
  }
  mistakes.push(...nameConflicts(compiled), ...uriConflicts(compiled), ...pathConflicts(compiled))
  if (mistakes.length === 1) throw new ImproperlyConfigured(mistakes[0])
  if (mistakes.length > 1) {
    throw new ImproperlyConfigured(
      ['The app cannot start:', ...mistakes.map((text) => `- ${text}`)].join('\n'),
    )
  }
  return Object.freeze(compiled)
}

/** Tools, with the actions that people call by the same names; resources; prompts: each kind has names of its own. */
const KINDS: readonly {
  readonly kind: string
  readonly isOne: (action: Action) => boolean
}[] = [
  { kind: 'action', isOne: ({ tool, exposed }) => tool || exposed.cli },
  { kind: 'resource', isOne: ({ resource }) => resource !== null },
  { kind: 'prompt', isOne: ({ prompt }) => prompt !== null },
]

function nameConflicts(compiled: readonly CompiledAction[]): string[] {
  const mistakes: string[] = []
  for (const { kind, isOne } of KINDS) {
    const seen = new Map<string, CompiledAction>()
    for (const entry of compiled) {
      const { action } = entry
      if (!isOne(action)) continue
      const other = seen.get(action.name)
      seen.set(action.name, entry)
      if (other === undefined) continue
      const said = kind === 'action' && other.action.tool && action.tool ? 'tool' : kind
      mistakes.push(
        `Duplicate ${said} name: ${action.name} (${placeOf(other)} and ${placeOf(entry)}); ` +
          'give one of them another name',
      )
    }
  }
  return mistakes
}

/** Two of one shape would compete; a literal URI is no competition, it is found first. */
function uriConflicts(compiled: readonly CompiledAction[]): string[] {
  const shapes = new Map<string, CompiledAction>()
  const mistakes: string[] = []
  for (const entry of compiled) {
    const { resource } = entry.action
    if (resource === null) continue
    const shape = uriShape(resource.uri)
    const other = shapes.get(shape)
    shapes.set(shape, entry)
    if (other === undefined) continue
    mistakes.push(
      `Resource '${resource.uri}' (${entry.action.name}) conflicts with '${other.action.resource?.uri}' ` +
        `(${other.action.name}): both are found by the same URIs; change one of them`,
    )
  }
  return mistakes
}

/**
 * Where an action was declared, as its developer knows it. Where parts are at it, they are named:
 * neither of them can see the other one.
 */
function placeOf({ action, part }: CompiledAction): string {
  const { method, path } = action
  const place = path === null ? declaredBy(action) : `route ${method} ${path}`
  return part === null ? place : `${place} of part '${part}'`
}

function declaredBy({ tool, resource, prompt }: Pick<Action, 'tool' | 'resource' | 'prompt'>) {
  if (resource !== null) return `app.resource('${resource.uri}')`
  if (prompt !== null) return 'app.prompt()'
  return tool ? 'app.tool()' : 'app.action()'
}

/** Two routes of one shape and method would compete; of one shape, they must agree on names. */
function pathConflicts(compiled: readonly CompiledAction[]): string[] {
  const shapes = new Map<string, CompiledAction[]>()
  const mistakes: string[] = []
  for (const entry of compiled) {
    if (entry.template === null) continue
    const shape = templateShape(entry.template)
    const others = shapes.get(shape) ?? []
    for (const other of others) mistakes.push(...conflict(entry, other))
    shapes.set(shape, [...others, entry])
  }
  return mistakes
}

function conflict(entry: CompiledAction, other: CompiledAction): string[] {
  const routes = `Route ${spelling(entry)} conflicts with ${spelling(other)}.`
  if (entry.action.method === other.action.method) {
    return [`${routes} Routes with the same method and path shape are ambiguous in Trefoil.`]
  }
  const differs =
    JSON.stringify(entry.template?.segments) !== JSON.stringify(other.template?.segments)
  return differs
    ? [`${routes} Dynamic routes at the same position must use the same name and type.`]
    : []
}

function spelling({ action, template, owner }: CompiledAction): string {
  const path = template === null ? action.path : templateSpelling(template)
  return `${action.method} '${path}'${owner}`
}
