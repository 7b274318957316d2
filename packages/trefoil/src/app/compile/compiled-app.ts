import { createIdSource } from '../../base/ids.ts'
import { issuerAndSubject } from '../../contract/auth/person-of.ts'
import type { Action } from '../../contract/call/action.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import { perSurface } from '../../contract/call/surface-name.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { AppContext } from '../../engine/app-context.ts'
import { spentHere } from '../../engine/asking/spent-here.ts'
import { BackgroundTasks } from '../../engine/background/background-tasks.ts'
import { AnswerCache } from '../../engine/cached/answer-cache.ts'
import type { Substitutes } from '../../engine/dependencies/substitute.ts'
import type { Draining } from '../../engine/ending/draining.ts'
import { LastingCalls } from '../../engine/ending/lasting-calls.ts'
import type { Capacity } from '../../engine/limits/capacity.ts'
import { AppView } from '../../engine/views/app-view.ts'
import { Observers } from '../../record/observers.ts'
import { headerOf } from '../../surfaces/http/response/header-list.ts'
import { CREDENTIAL_HEADERS } from '../../web/raw-headers.ts'
import type { Declaration } from '../declare/declaration.ts'
import { checkClosed } from '../fitness/closed.ts'
import type { AppConfig } from '../options/app-config.ts'
import { statesOf } from '../options/asking-options.ts'
import type { CompiledAction } from './compile-action.ts'
import { createSurfaces, type Surfaces } from './create-surfaces.ts'
import type { JoinedParts } from './join-parts.ts'
import { RateLevels, rateLimits } from './limits/compile-rates.ts'
import { compileRegistry } from './registry.ts'

/** An app whose declarations have been checked and turned into plans. Nothing in it changes. */
export interface CompiledApp extends Surfaces {
  readonly catalogue: Catalogue
  readonly context: AppContext
  readonly background: BackgroundTasks
}

/** What the developer's `state` options come to. */
export interface AppState {
  readonly state: unknown
  readonly callState: () => unknown
  readonly draining: Draining
  readonly capacity: Capacity
  /** What a test has in the place of dependencies; `null` for the app itself. */
  readonly substitutes: Substitutes | null
  /** Where work after answers goes; `null` for a list of its own. */
  readonly background: BackgroundTasks | null
}

/** @throws ImproperlyConfigured with everything that is wrong */
export function compileApp(
  declarations: readonly Declaration[],
  parts: JoinedParts,
  config: AppConfig,
  { state, callState, draining, capacity, substitutes, background: shared }: AppState,
): CompiledApp {
  const covered = perSurface((surface) => config.auth[surface] !== undefined)
  const rates = new RateLevels(config.name, config.limits.rate ?? [])
  const site = {
    covered,
    rates,
    hasApprovalHook: parts.approval !== null,
    agentWrites: config.agentWrites ?? 'allow',
    appGuards: parts.guards,
    ownProblems: parts.problems,
    timeout: config.limits.timeout ?? 0,
    concurrency: config.limits.concurrency,
    contentType: headerOf(config.headers.http, 'content-type'),
  }
  const compiled = compileRegistry(declarations, site)
  checkListedTools(parts, compiled)
  const catalogue: Catalogue = Object.freeze({
    name: config.name,
    version: config.version,
    description: config.description,
    actions: actionsOf(compiled.filter(({ isEndpoint }) => !isEndpoint)),
    endpoints: actionsOf(compiled.filter(({ isEndpoint }) => isEndpoint)),
    problems: parts.problems,
    covered,
    asksNobody: asksNobody(parts, compiled),
    rateHeaders: config.limits.rateHeaders,
  })
  checkClosed(catalogue, config)
  const background = shared ?? new BackgroundTasks(config.limits.background)
  const nextId = createIdSource(config.random)
  const app: AppContext = Object.freeze({
    name: config.name,
    facts: new AppView(config.name, state),
    callState,
    debug: config.debug,
    verboseDenials: config.verboseDenials,
    logger: config.logger,
    clock: config.clock,
    nextId,
    tracing:
      config.log.trace === 'off' ? null : { continues: config.log.trace === 'continue', nextId },
    auth: config.auth,
    credentialHeaders: credentialHeaders(config.auth),
    personOf: config.personOf ?? issuerAndSubject,
    asking: Object.freeze({
      states: statesOf(config.asking, config.random),
      lifetime: config.asking.lifetime,
      spent: config.asking.spent ?? spentHere(config.clock, config.asking.lifetime),
    }),
    approval: parts.approval,
    admit: parts.admit,
    limits: parts.limits,
    audit: parts.audit,
    rates: rateLimits(rates, compiled, config.limits, config.clock),
    transaction: parts.transaction,
    observers: parts.observe.length === 0 ? null : new Observers(parts.observe),
    background,
    answers: compiled.some(({ action }) => action.cache !== null)
      ? new AnswerCache(config.limits.cache, config.clock)
      : null,
    draining,
    lasting: new LastingCalls(config.clock),
    mcpResource: config.mcp.authorization.resource,
    capacity,
    substitutes,
    timeout: config.limits.timeout ?? 0,
    closeTimeout: config.limits.close,
  })
  return Object.freeze({
    catalogue,
    context: app,
    background,
    ...createSurfaces(compiled, catalogue, app, config),
  })
}

/** A tool that every list is to have must be one, and of the part that says so. */
function checkListedTools({ tools }: JoinedParts, compiled: readonly CompiledAction[]): void {
  for (const { part, tool } of tools) {
    const isOwn = (entry: CompiledAction) =>
      entry.part === part && entry.action.tool && entry.action.name === tool
    if (compiled.some(isOwn)) continue
    throw new ImproperlyConfigured(
      `Part '${part}': tools names '${tool}', which is no tool that the part registers in actions`,
    )
  }
}

/** A part speaks for its own actions, and for no others; some of them may be off. */
function asksNobody(
  { asksNobody: named }: JoinedParts,
  compiled: readonly CompiledAction[],
): ReadonlySet<string> {
  const isMeant = ({ part, isEndpoint, action }: CompiledAction) =>
    !isEndpoint && named.some((one) => one.part === part && one.name === action.name)
  return new Set(compiled.filter(isMeant).map(({ action }) => action.name))
}

function actionsOf(compiled: readonly CompiledAction[]): readonly Action[] {
  return Object.freeze(compiled.map(({ action }) => action))
}

/** The usual ones and those that some authenticator reads its keys from. */
function credentialHeaders(auth: AppContext['auth']): ReadonlySet<string> {
  const names = new Set(CREDENTIAL_HEADERS)
  for (const { schemes } of Object.values(auth)) {
    for (const scheme of schemes) {
      if (scheme.type === 'apiKey' && scheme.in === 'header') names.add(scheme.name.toLowerCase())
      if (scheme.type === 'http' && scheme.scheme === 'dpop') names.add('dpop')
      // Believed from a trusted proxy alone, and then it is all that a caller shows (RFC 9440).
      if (scheme.type === 'mutualTLS') names.add('client-cert')
    }
  }
  return names
}
