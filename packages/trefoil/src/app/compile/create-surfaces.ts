import { lazily } from '../../base/lazily.ts'
import type { HttpHandler } from '../../contract/answer/exchange.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import { MCP_PATH } from '../../contract/protocol/paths.ts'
import type { AppContext } from '../../engine/app-context.ts'
import { createCors } from '../../policy/cors.ts'
import type { CorsOptions } from '../../policy/cors-options.ts'
import { createEdge } from '../../policy/edge.ts'
import { type CliSurface, createCliSurface } from '../../surfaces/cli/cli-surface.ts'
import { type DocsOptions, docsEndpoints } from '../../surfaces/docs/docs-surface.ts'
import { createHttpSurface } from '../../surfaces/http/http-surface.ts'
import type { BodyLimits } from '../../surfaces/http/request/body-limits.ts'
import { createBrowserPolicy } from '../../surfaces/http/route/browser-policy.ts'
import {
  type McpAuthorization,
  resourceMetadata,
} from '../../surfaces/mcp/authorization/resource-metadata.ts'
import { type McpSurface, mcpSurface } from '../../surfaces/mcp/mcp-surface.ts'
import { buildToolList } from '../../surfaces/mcp/tool-list/tool-list.ts'
import { toolWarnings } from '../../surfaces/mcp/tool-warnings.ts'
import { endTeller } from '../../surfaces/observe-end.ts'
import { Recorder } from '../../surfaces/recorder.ts'
import type { AppConfig } from '../options/app-config.ts'
import { checkMcpAuthorization } from '../options/mcp-authorization.ts'
import type { CompiledAction } from './compile-action.ts'
import { endpointMounts, routeMounts } from './http-mounts.ts'

/** The surfaces of an app, made of its configuration. */
export interface Surfaces {
  readonly http: HttpHandler
  readonly cli: CliSurface
  /** MCP on connections of their own. */
  readonly mcp: Pick<McpSurface, 'connect'>
  /** What MCP clients will not take of the tools: sentences for the developer. */
  readonly toolWarnings: () => readonly string[]
  /** Writes what has been counted of refusals, before an app ends. */
  readonly flushLines: () => void
}

/** @throws ImproperlyConfigured for a route in the place of an endpoint of ours */
export function createSurfaces(
  compiled: readonly CompiledAction[],
  catalogue: Catalogue,
  app: AppContext,
  config: AppConfig,
): Surfaces {
  const { limits, logger, clock } = config
  const { access: accessLog, onCall, calls } = config.log
  const onRefused = app.audit.flatMap((port) => port.refused?.bind(port) ?? [])
  const recorder = new Recorder({
    accessLog,
    onCall,
    logger,
    clock,
    calls,
    onEnd: app.observers === null ? null : endTeller(app.observers),
    ...(app.audit.length === 0 ? {} : { onRefused }),
  })
  const cli = createCliSurface(catalogue, app, recorder, {
    requestIdHeader: config.edge.requestIdHeader,
    maxBodySize: limits.body,
    jsonLimits: config.json,
    maxResponseSize: config.cli.maxResponseSize,
  })
  const mcpOrigins = mcpOriginsOf(config)
  checkMcpAuthorization(config.mcp.authorization, config.auth.mcp)
  const authorization = authorizationOf(config)
  const mcpCors = mcpOrigins.size === 0 ? null : createCors(mcpCorsOptions(mcpOrigins))
  const tools = lazily(() => buildToolList(catalogue, config.mcp.tools.mode))
  const mcp = mcpSurface(catalogue, app, recorder, {
    tools,
    searches: config.mcp.tools.mode === 'search',
    allowedOrigins: mcpOrigins,
    authorization,
    maxBodySize: limits.body,
    jsonLimits: config.json,
    maxResponseSize: config.mcp.maxResponseSize,
    pageSize: config.mcp.pageSize,
  })
  const metadata = authorization === null ? [] : resourceMetadata(authorization, app)
  const endpoints = [
    mcp.endpoint,
    ...metadata,
    ...cli.endpoints,
    ...docsEndpoints(catalogue, app, docsOptions(config)),
  ]
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
    browser: createBrowserPolicy(
      config.cors,
      mcpCors,
      MCP_PATH,
      metadata.length === 0 ? null : createCors(PUBLIC_CORS),
    ),
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
    tracing: app.tracing,
  })
  return {
    http,
    cli,
    mcp,
    toolWarnings: () => toolWarnings(catalogue, tools, config.mcp.tools.mode === 'search'),
    flushLines: () => recorder.flush(),
  }
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

/** Any client may read who gives tokens: pages too, which ask with a header of MCP. */
const PUBLIC_CORS: CorsOptions = { allowedOrigins: ['*'], allowedMethods: ['GET'] }

function authorizationOf({ mcp }: AppConfig): McpAuthorization | null {
  const { resource, ...more } = mcp.authorization
  return resource === null ? null : { resource, ...more }
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

/** One value is read of each: of two keys, somebody in front may have checked the other one. */
function singleHeaders(app: AppContext, { edge }: AppConfig): readonly string[] {
  const names = [...app.credentialHeaders].filter((name) => name !== 'cookie')
  const { requestIdHeader } = edge
  return requestIdHeader === null ? names : [...names, requestIdHeader]
}

function isWildcard(pattern: string): boolean {
  return pattern.trim() === '*'
}
