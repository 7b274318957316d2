import { lazily } from '../../base/lazily.ts'
import type { AuthEntry } from '../../contract/auth/authenticator.ts'
import { type Action, nameAmongAll, type ToolHints } from '../../contract/call/action.ts'
import type { Guard } from '../../contract/call/call.ts'
import { type PerSurface, perSurface, SURFACES } from '../../contract/call/surface-name.ts'
import { readDuration } from '../../contract/options/read-duration.ts'
import type { ParamSpec } from '../../contract/params/param-spec.ts'
import type { Params } from '../../contract/params/params.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import {
  INTERNAL_PATH,
  MANIFEST_PATH,
  MCP_PATH,
  ROUTES_PATH,
} from '../../contract/protocol/paths.ts'
import { checkHeaders } from '../../policy/check-headers.ts'
import { hasRole } from '../../policy/guards/roles-and-scopes.ts'
import {
  type PathTemplate,
  parsePathTemplate,
  type SegmentType,
  templateSpelling,
} from '../../web/path-template.ts'
import { checkRouteOptions } from '../declare/check-declared-options.ts'
import {
  type Declaration,
  type DeclaredOptions,
  describeDeclaration,
} from '../declare/declaration.ts'
import { answerForm } from './answer-form.ts'
import { checkDependencies } from './check-dependencies.ts'
import { compileAsks, compileNeed, type NeedSite } from './compile-need.ts'
import { declaredProblems, type OwnProblems } from './declared-problems.ts'
import { checkAgentSchemas } from './documents/agent-schemas.ts'
import { inputSchemaOf } from './documents/input-schema.ts'
import { returnedDocument } from './documents/returned-document.ts'
import { compileToolMeta } from './documents/tool-meta.ts'
import { compileInput } from './documents/whole-input.ts'
import { freezeAction } from './freeze-action.ts'
import { compileCache } from './limits/compile-cache.ts'
import { compileCapacity } from './limits/compile-capacity.ts'
import type { RateLevels } from './limits/compile-rates.ts'
import { compileMcpKinds, isRead, type McpKinds } from './mcp/compile-mcp-kinds.ts'
import { checkVariables, undeclaredVariables } from './mcp/compile-resource.ts'
import { promptHandler } from './mcp/prompt-handler.ts'
import { readSurfaces } from './read-surfaces.ts'

const EXTERNAL_NAME = /^[A-Za-z0-9_.-]{1,128}$/
const MAX_DESCRIPTION = 1000
/** Safe methods (RFC 9110 §9.2.1): whoever says nothing else changes nothing with them. */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
const RESERVED = [MCP_PATH, INTERNAL_PATH] as const
const RESERVED_EXACTLY: readonly string[] = [MANIFEST_PATH, ROUTES_PATH]

/** An action and its parsed path. */
export interface CompiledAction {
  readonly action: Action
  readonly template: PathTemplate | null
  /** How messages name who brought it: ` of part 'x'`; empty for the app itself. */
  readonly owner: string
  readonly part: string | null
  /** An endpoint of a part, which is in no list and no document. */
  readonly isEndpoint: boolean
  /** What it authenticates by in the place of the app's; `null` for the app's. */
  readonly ownAuth: AuthEntry | null
}

/** What the app knows that an action must fit to. */
export interface ActionSite extends NeedSite {
  readonly timeout: number
  /** Calls of the whole app; `null` for any number. */
  readonly concurrency?: number | null
  /** Where rates come from. */
  readonly rates: RateLevels
  /** Guards that parts bring for every action. */
  readonly appGuards: readonly Guard[]
  /** Type that the app sets for what handlers return, where their routes set none. */
  readonly contentType?: string | undefined
  /** Rows of problems that parts bring. */
  readonly ownProblems?: OwnProblems
}

/** @throws ImproperlyConfigured naming the route and what to change */
export function compileAction(declaration: Declaration, site: ActionSite): CompiledAction {
  const where = describeDeclaration(declaration)
  const { levels, options, handler, method } = declaration
  checkRouteOptions(where, options)
  const template = compilePath(declaration, where)
  const kinds = compileMcpKinds(declaration, where)
  const exposed: PerSurface = {
    api: method !== null,
    mcp: kinds.tool || kinds.resource !== null || kinds.prompt !== null,
    cli: options.cli === true,
  }
  const agents = exposed.mcp || exposed.cli
  const name = compileName(options, method, template, { agents, kinds }, where)
  const declared: Params = Object.assign(
    {},
    ...levels.map((level) => level.options.params),
    options.params,
  )
  checkInheritedParams(declaration, where)
  const { params, dependencies, document } = compileInput(options, declared, {
    where,
    // Variables of a URI and arguments of a prompt are text, as in a query.
    method: method ?? (isRead(kinds) ? 'GET' : null),
    pathNames: template?.names ?? undeclaredVariables(kinds, declared),
    intNames: typedNames(template, 'int'),
    bigintNames: typedNames(template, 'bigint'),
    agents,
  })
  checkVariables(kinds, params, where)
  const changes = options.changes ?? !(READS.has(method ?? '') || isRead(kinds))
  checkDependencies(dependencies, changes, where)
  if (agents) refuseFiles(params, where)
  const isPublic = compilePublic(options, exposed, where)
  const guards = compileGuards(declaration)
  checkGuardsAuthenticated(guards, exposed, isPublic, site, where)
  const shared = [...levels.map((level) => level.options), options]
  const inputSchema = lazily(() => document ?? inputSchemaOf(params))
  const { returns } = options
  const outputSchema = returns === undefined ? null : returnedDocument(returns, where)
  if (agents) checkAgentSchemas(document === null ? params : [], outputSchema, where)
  const headers = compileHeaders(options.headers, site.contentType, where)
  const need = compileNeed(
    shared.map((level) => level.needsApproval),
    { exposed, public: isPublic, changes },
    site,
    where,
  )
  const action: Action = {
    name,
    title: options.title ?? null,
    description: options.description?.trim() ?? null,
    method,
    path: template?.text ?? null,
    template: template === null ? null : templateSpelling(template),
    exposed,
    ...kinds,
    public: isPublic,
    ...need,
    guards,
    // They ask about callers of the app, of whom nobody comes in by another way.
    appGuards: declaration.ownAuth === undefined ? site.appGuards : [],
    params,
    dependencies,
    returns: returns ?? null,
    get inputSchema() {
      return inputSchema()
    },
    isWhole: document !== null,
    outputSchema,
    answers: answerForm(returns !== undefined, outputSchema, headers?.['content-type']),
    middleware: [
      ...levels.flatMap((level) => [...(level.options.middleware ?? []), ...level.middleware]),
      ...(options.middleware ?? []),
    ],
    errorHandlers: [
      options.errorHandlers ?? [],
      ...levels
        .map((level) => [...(level.options.errorHandlers ?? []), ...level.errorHandlers])
        .reverse(),
    ].filter((level) => level.length > 0),
    handler: kinds.prompt === null ? handler : promptHandler(name, handler),
    tags: [...new Set(shared.flatMap((level) => level.tags ?? []))],
    metadata: Object.freeze(Object.assign({}, ...shared.map((level) => level.metadata))),
    hints: { ...defaultHints(method), ...options.hints },
    listed: options.listed ?? false,
    toolMeta: compileToolMeta(options, where),
    changes,
    external: options.external ?? false,
    asks: compileAsks(options.asks, { need: need.need, params }, where),
    forms: compileForms(options.forms, params, where),
    refusesOtherSites: options.csrf === 'always',
    audit: options.audit ?? null,
    problems: declaredProblems(options.problems, site.ownProblems, where),
    deprecated: options.deprecated ?? false,
    status: compileStatus(options.status, where),
    headers,
    problemPage: innermost(shared.map((level) => level.problemPage)) || null,
    rates: site.rates.of(
      declaration,
      nameAmongAll({ name, path: template?.text ?? null, exposed, ...kinds }),
      where,
    ),
    timeout: compileTimeout(
      shared.map((level) => level.timeout),
      site.timeout,
      where,
    ),
    streamTimeout: compileTimeout([options.timeout], 0, where),
    // A part's own endpoints are no calls of the app: whoever takes all places would fail its liveness.
    ...compileCapacity(
      shared,
      declaration.isEndpoint === true ? null : (site.concurrency ?? null),
      where,
    ),
    cache: null,
    isQuiet: declaration.isQuiet ?? false,
  }
  const { part, isEndpoint = false } = declaration
  const owner = part === undefined ? '' : ` of part '${part}'`
  const cache = compileCache(options.cache, action, site.covered, declaration.forgetting, where)
  return {
    action: freezeAction({ ...action, cache }),
    template,
    owner,
    part: part ?? null,
    isEndpoint,
    ownAuth: declaration.ownAuth ?? null,
  }
}

/** @throws ImproperlyConfigured where there is nothing that a form could bring */
function compileForms(
  forms: boolean | undefined,
  params: readonly ParamSpec[],
  where: string,
): boolean {
  if (forms !== true) return false
  const fields = params.filter(({ source }) => source === 'field')
  const structured = fields.find(({ text }) => text.length === 0)
  if (structured !== undefined) {
    throw new ImproperlyConfigured(
      `${where}: forms: true needs fields of text, numbers or flags, and '${structured.name}' is none; a form has no objects`,
    )
  }
  if (fields.length > 0) return true
  throw new ImproperlyConfigured(
    `${where}: forms: true needs body fields; form() and file() take forms by themselves`,
  )
}

function compilePath({ levels, path, method }: Declaration, where: string): PathTemplate | null {
  if (method === null || path === null) return null
  for (const { prefix } of levels) {
    if (prefix !== '' && !prefix.startsWith('/')) {
      throw new ImproperlyConfigured(`Group prefix must start with '/', got '${prefix}'`)
    }
  }
  if (!path.startsWith('/')) {
    throw new ImproperlyConfigured(`Route paths must start with '/', got '${path}' (${where})`)
  }
  const template = parsePathTemplate(levels.map(({ prefix }) => prefix).join('') + path)
  if (typeof template === 'string') throw new ImproperlyConfigured(template)
  const reserved = RESERVED.some(
    (base) => template.text === base || template.text.startsWith(`${base}/`),
  )
  if (reserved || RESERVED_EXACTLY.includes(template.text)) {
    throw new ImproperlyConfigured(
      `Route path '${path}' is reserved by Trefoil. Choose a different application route.`,
    )
  }
  return template
}

function typedNames(template: PathTemplate | null, type: SegmentType): readonly string[] {
  return (template?.segments ?? []).flatMap((part) =>
    part.kind === 'param' && part.type === type ? [part.name] : [],
  )
}

function compileName(
  options: DeclaredOptions,
  method: string | null,
  template: PathTemplate | null,
  { agents, kinds }: { readonly agents: boolean; readonly kinds: McpKinds },
  where: string,
): string {
  const { name, description } = options
  if (!agents && method === null) {
    throw new ImproperlyConfigured(`${where} is on no surface; set tool: true or cli: true`)
  }
  if (agents) {
    if (name === undefined || name === '') {
      throw new ImproperlyConfigured(
        `${where}: ${isRead(kinds) ? 'resources' : 'tools and CLI actions'} need a name`,
      )
    }
    if (!EXTERNAL_NAME.test(name)) {
      throw new ImproperlyConfigured(
        `${where}: its name is no external name; use 1 to 128 of A-Z a-z 0-9 _ . -`,
      )
    }
    const isToRead = kinds.resource !== null && !kinds.tool && options.cli !== true
    if (!isToRead && (description === undefined || description.trim() === '')) {
      throw new ImproperlyConfigured(`${where}: tools and CLI actions need a description`)
    }
  }
  if ((description?.trim().length ?? 0) > MAX_DESCRIPTION) {
    throw new ImproperlyConfigured(
      `${where}: descriptions have ${MAX_DESCRIPTION} characters or fewer`,
    )
  }
  return name ?? `${method} ${template?.text}`
}

/** The same name for two different things would silently replace one of them. */
function checkInheritedParams({ levels, options }: Declaration, where: string): void {
  const seen = new Map<string, unknown>()
  for (const params of [...levels.map((level) => level.options.params), options.params]) {
    for (const [name, entry] of Object.entries(params ?? {})) {
      if (seen.has(name) && seen.get(name) !== entry) {
        throw new ImproperlyConfigured(`${where}: Duplicate injected parameter: ${name}`)
      }
      seen.set(name, entry)
    }
  }
}

function refuseFiles(params: readonly ParamSpec[], where: string): void {
  const file = params.find(({ source }) => source === 'file' || source === 'files')
  if (file === undefined) return
  throw new ImproperlyConfigured(
    `${where}, parameter '${file.name}': routes with file parameters cannot be tools or CLI actions`,
  )
}

function compilePublic(options: DeclaredOptions, exposed: PerSurface, where: string): PerSurface {
  const given = options.public ?? false
  if (typeof given === 'boolean') return perSurface((surface) => given && exposed[surface])
  const listed = readSurfaces(given, 'public', where)
  for (const surface of listed) {
    if (!exposed[surface]) {
      throw new ImproperlyConfigured(
        `${where} is marked public on '${surface}' but is not exposed on that surface`,
      )
    }
  }
  return perSurface((surface) => listed.includes(surface))
}

/** Outer guards first: a group can only tighten what is inside it. */
function compileGuards({ levels, options }: Declaration): readonly Guard[] {
  return [...levels.map((level) => level.options), options].flatMap((level) => [
    ...(level.guards ?? []),
    ...(level.roles === undefined ? [] : [hasRole(...level.roles)]),
  ])
}

/** A guard on a surface where nobody is ever identified would deny everyone (PW-04). */
function checkGuardsAuthenticated(
  guards: readonly Guard[],
  exposed: PerSurface,
  isPublic: PerSurface,
  { covered }: ActionSite,
  where: string,
): void {
  if (guards.length === 0) return
  for (const surface of SURFACES) {
    if (!exposed[surface] || (covered[surface] && !isPublic[surface])) continue
    const why = isPublic[surface] ? 'the route is public there' : 'no AuthConfig covers it'
    throw new ImproperlyConfigured(
      `${where} has guards but callers on '${surface}' are never authenticated: ${why}`,
    )
  }
}

/** What HTTP's method promises, an agent may know too. */
function defaultHints(method: string | null): ToolHints {
  if (method === 'GET') return { readOnlyHint: true }
  if (method === 'DELETE') return { destructiveHint: true, idempotentHint: true }
  return method === 'PUT' ? { idempotentHint: true } : {}
}

function compileStatus(status: number | undefined, where: string): number | null {
  if (status === undefined) return null
  if (!Number.isInteger(status) || status < 200 || status > 299) {
    throw new ImproperlyConfigured(`${where}: status must be an integer from 200 to 299`)
  }
  return status
}

/** Of what is declared from the outside in. */
function innermost<Value>(declared: readonly (Value | undefined)[]): Value | undefined {
  return declared.findLast((given) => given !== undefined)
}

function compileHeaders(
  headers: DeclaredOptions['headers'],
  contentType: string | undefined,
  where: string,
): Action['headers'] {
  const own = headers === undefined ? null : checkHeaders(`${where}: headers`, headers)
  if (contentType === undefined || (own !== null && 'content-type' in own)) return own
  return Object.freeze({ ...own, 'content-type': contentType })
}

/** The shortest limit wins: inner levels can tighten, not loosen. */
function compileTimeout(declared: readonly unknown[], ofApp: number, where: string): number {
  const limits = ofApp === 0 ? [] : [ofApp]
  for (const given of declared) {
    if (given === undefined) continue
    const ms = readDuration(`${where}: timeout`, given)
    if (ms === 0) throw new ImproperlyConfigured(`${where}: timeout must be more than '0s'`)
    limits.push(ms)
  }
  return limits.length === 0 ? 0 : Math.min(...limits)
}
