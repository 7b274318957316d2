import { createIdSource } from '../../base/ids.ts'
import { lazily } from '../../base/lazily.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import { perSurface } from '../../contract/call/surface-name.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { AppContext } from '../../engine/app-context.ts'
import { BackgroundTasks } from '../../engine/background.ts'
import type { Draining } from '../../engine/ending/draining.ts'
import { compilePlan } from '../../engine/plan.ts'
import { AppView } from '../../engine/views/app-view.ts'
import { hookDecider } from '../../policy/approval.ts'
import { createCors } from '../../policy/cors.ts'
import type { CorsOptions } from '../../policy/cors-options.ts'
import { createEdge } from '../../policy/edge.ts'
import { type CliSurface, createCliSurface } from '../../surfaces/cli/cli-surface.ts'
import { type DocsOptions, docsEndpoints } from '../../surfaces/docs/docs-surface.ts'
import type { Endpoint } from '../../surfaces/endpoint.ts'
import { createBrowserPolicy } from '../../surfaces/http/browser-policy.ts'
import { createHttpSurface, type HttpHandler } from '../../surfaces/http/http-surface.ts'
import type { BodyLimits } from '../../surfaces/http/request/body-limits.ts'
import { headerOf } from '../../surfaces/http/response/header-list.ts'
import { compileRouteAnswers } from '../../surfaces/http/response/route-answers.ts'
import type { HttpTarget } from '../../surfaces/http/route/find.ts'
import type { Mount } from '../../surfaces/http/route/match.ts'
import { MCP_PATH, mcpEndpoint } from '../../surfaces/mcp/mcp-surface.ts'
import { buildToolList } from '../../surfaces/mcp/tool-list.ts'
import { toolWarnings } from '../../surfaces/mcp/tool-warnings.ts'
import { Recorder } from '../../surfaces/recorder.ts'
import { literalTemplate } from '../../web/path-template.ts'
import { CREDENTIAL_HEADERS } from '../../web/raw-headers.ts'
import type { Declaration } from '../declare/declaration.ts'
import type { AppConfig } from '../options/app-config.ts'
import { callerRule, publicRule } from './caller-rules.ts'
import type { CompiledAction } from './compile-action.ts'
import { compileRegistry } from './registry.ts'

/** An app whose declarations have been checked and turned into plans. Nothing in it changes. */
export interface CompiledApp {
  readonly catalogue: Catalogue
  readonly http: HttpHandler
  readonly cli: CliSurface
  readonly background: BackgroundTasks
  /** What MCP clients will not take of the tools: sentences for the developer. */
  readonly toolWarnings: () => readonly string[]
}

/** What the developer's `state` options come to. */
export interface AppState {
  readonly state: unknown
  readonly callState: () => unknown
  readonly draining: Draining
}

/** @throws ImproperlyConfigured with everything that is wrong */
export function compileApp(
  declarations: readonly Declaration[],
  config: AppConfig,
  { state, callState, draining }: AppState,
): CompiledApp {
  const covered = perSurface((surface) => config.auth[surface] !== undefined)
  const site = {
    covered,
    hasApprovalHook: config.approval !== null,
    timeout: config.limits.timeout ?? 0,
    contentType: headerOf(config.headers.http, 'content-type'),
  }
  const compiled = compileRegistry(declarations, site)
  const catalogue: Catalogue = Object.freeze({
    name: config.name,
    version: config.version,
    description: config.description,
    actions: Object.freeze(compiled.map(({ action }) => action)),
    covered,
  })
  const background = new BackgroundTasks(config.logger)
  const app: AppContext = Object.freeze({
    name: config.name,
    facts: new AppView(config.name, state),
    callState,
    debug: config.debug,
    logger: config.logger,
    clock: config.clock,
    nextId: createIdSource(config.random),
    auth: config.auth,
    credentialHeaders: credentialHeaders(config.auth),
    approval: config.approval === null ? null : hookDecider(config.approval),
    admit: null,
    limits: null,
    audit: null,
    background,
    draining,
    timeout: config.limits.timeout ?? 0,
    closeTimeout: config.limits.close,
  })
  const { limits, logger, clock } = config
  const { access: accessLog, onCall } = config.log
  const recorder = new Recorder({ accessLog, onCall, logger, clock })
  const cli = createCliSurface(catalogue, app, recorder, {
    maxBodySize: limits.body,
    jsonLimits: config.json,
    maxResponseSize: config.cli.maxResponseSize,
  })
  const mcpOrigins = mcpOriginsOf(config)
  const mcpCors = mcpOrigins.size === 0 ? null : createCors(mcpCorsOptions(mcpOrigins))
  const tools = lazily(() => buildToolList(catalogue))
  const mcp = mcpEndpoint(catalogue, app, {
    tools,
    allowedOrigins: mcpOrigins,
    maxBodySize: limits.body,
    jsonLimits: config.json,
    maxResponseSize: config.mcp.maxResponseSize,
  })
  const endpoints = [mcp, ...cli.endpoints, ...docsEndpoints(catalogue, app, docsOptions(config))]
  const http = createHttpSurface({
    mounts: [
      ...routeMounts(compiled, app, config),
      ...endpointMounts(endpoints, compiled, config.auth),
    ],
    hostsAreNamed: config.hosts !== null && !config.edge.hosts.some(isWildcard),
    edge: createEdge({
      hosts: config.hosts,
      maxBodySize: limits.body,
      singleHeaders: singleHeaders(app, config),
    }),
    proxies: config.proxies,
    logger,
    headers: config.headers,
    browser: createBrowserPolicy(config.cors, mcpCors, MCP_PATH),
    csrf: config.csrf,
    maxInFlight: limits.inFlight,
    compression:
      config.edge.compression === null
        ? null
        : { ...config.edge.compression, credentialHeaders: app.credentialHeaders },
    requestIdHeader: config.edge.requestIdHeader,
    bodyLimits: bodyLimits(config),
    credentialHeaders: app.credentialHeaders,
    recorder,
    nextId: app.nextId,
  })
  return Object.freeze({
    catalogue,
    http,
    cli,
    background,
    toolWarnings: () => toolWarnings(catalogue, tools),
  })
}

function bodyLimits({ limits, json }: AppConfig): BodyLimits {
  return Object.freeze({
    maxBodySize: limits.body,
    maxFormParts: limits.formParts,
    maxFormFieldSize: limits.formField,
    maxFileSize: limits.file,
    uploadSpoolSize: limits.spool,
    json,
  })
}

function docsOptions({ docs, mcp }: AppConfig): DocsOptions {
  return {
    openapiPath: docs.openapiPath,
    docsPath: docs.path,
    mcpDocsPath: mcp.docsPath,
    publicDocs: docs.public,
    tagDescriptions: new Map(Object.entries(docs.tags)),
  }
}

/** MCP's own list, else the exact origins of CORS; a CORS wildcard never opens MCP (MCP-3). */
function mcpOriginsOf({ mcp, cors }: AppConfig): ReadonlySet<string> {
  const own = new Set(mcp.allowedOrigins)
  return own.size > 0 || cors === null ? own : cors.exactOrigins
}

/** A page that may use MCP must also be able to read its answers (W-30). */
function mcpCorsOptions(origins: ReadonlySet<string>): CorsOptions {
  return {
    allowedOrigins: [...origins],
    allowedMethods: ['POST'],
    exposeHeaders: ['www-authenticate'],
  }
}

/** The usual ones and those that some authenticator reads its keys from. */
function credentialHeaders(auth: AppContext['auth']): ReadonlySet<string> {
  const names = new Set(CREDENTIAL_HEADERS)
  for (const { schemes } of Object.values(auth)) {
    for (const scheme of schemes) {
      if (scheme.type === 'apiKey' && scheme.in === 'header') names.add(scheme.name.toLowerCase())
      if (scheme.type === 'http' && scheme.scheme === 'dpop') names.add('dpop')
    }
  }
  return names
}

/** One value is read of each: of two keys, somebody in front may have checked the other one. */
function singleHeaders(app: AppContext, { edge }: AppConfig): readonly string[] {
  const names = [...app.credentialHeaders].filter((name) => name !== 'cookie')
  const { requestIdHeader } = edge
  return requestIdHeader === null ? names : [...names, requestIdHeader]
}

function isWildcard(pattern: string): boolean {
  return pattern.trim() === '*'
}

function routeMounts(
  compiled: readonly CompiledAction[],
  app: AppContext,
  { edge, headers }: AppConfig,
): Mount<HttpTarget>[] {
  const caller = callerRule(app.auth.api)
  const open = publicRule(caller)
  const { credentialHeaders } = app
  const { requestIdHeader } = edge
  const common = { requestIdHeader, credentialHeaders, vary: headerOf(headers.http, 'vary') }
  return compiled.flatMap(({ action, template }) => {
    if (action.method === null || template === null) return []
    const target: HttpTarget = {
      kind: 'action',
      plan: compilePlan(action, 'api', app),
      caller: action.public.api ? open : caller,
      answers: compileRouteAnswers(action, common),
    }
    return [{ method: action.method, template, target }]
  })
}

function endpointMounts(
  endpoints: readonly Endpoint[],
  compiled: readonly CompiledAction[],
  auth: AppContext['auth'],
): Mount<HttpTarget>[] {
  return endpoints.map((endpoint) => {
    const { method, path } = endpoint
    const taken = compiled.find(({ action }) => action.method === method && action.path === path)
    if (taken !== undefined) {
      throw new ImproperlyConfigured(
        `Route ${method} '${path}' ('${taken.action.name}') conflicts with the built-in endpoint of that path; move one of them`,
      )
    }
    const caller = callerRule(auth[endpoint.surface])
    return {
      method,
      template: literalTemplate(path),
      target: { kind: 'endpoint', endpoint, caller },
    }
  })
}
