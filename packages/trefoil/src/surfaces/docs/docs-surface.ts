import { schemesOf } from '../../contract/authenticator.ts'
import type { Catalogue } from '../../contract/catalogue.ts'
import type { HttpReply } from '../../contract/exchange.ts'
import type { Problem } from '../../contract/problem.ts'
import type { SurfaceName } from '../../contract/surface-name.ts'
import type { AboutApp } from '../../describe/about-app.ts'
import type { AppContext } from '../../engine/app-context.ts'
import type { Plan } from '../../engine/plan.ts'
import { compileDiscoveryPlan } from '../agent/discovery-plan.ts'
import { EndpointInbound, NO_AGENT_OPTIONS } from '../agent/endpoint-inbound.ts'
import type { Endpoint, EndpointRequest } from '../endpoint.ts'
import { type Found, type Surface, walk } from '../walk.ts'

/** Where the documentation is (`null` switches one off), and who may read it. */
export interface DocsOptions {
  readonly openapiPath: string | null
  readonly docsPath: string | null
  readonly mcpDocsPath: string | null
  readonly publicDocs: boolean
  readonly tagDescriptions: ReadonlyMap<string, string>
}

const MCP_ENDPOINT = '/mcp'

/**
 * The documentation endpoints, each behind its surface's authenticator: what describes a
 * protected API is protected (AUTH-7). What renders them is loaded on first use, not at start-up.
 */
export function docsEndpoints(
  catalogue: Catalogue,
  app: AppContext,
  options: DocsOptions,
): readonly Endpoint[] {
  const { openapiPath, docsPath, mcpDocsPath, publicDocs } = options
  const endpoints: Endpoint[] = []
  const about = { ...schemesFor(app, 'api'), tags: options.tagDescriptions }
  const guarded = (path: string, surface: SurfaceName, build: () => Promise<HttpReply>) => {
    const plan = compileDiscoveryPlan(surface, `docs ${path}`, app, publicDocs)
    const isPublic = publicDocs || !catalogue.covered[surface]
    endpoints.push({ ...guardedEndpoint(path, plan, build), isPublic })
  }
  if (openapiPath !== null) {
    let document: string | null = null
    guarded(openapiPath, 'api', async () => {
      const { openApiDocument } = await import('../../describe/openapi.ts')
      document ??= JSON.stringify(openApiDocument(catalogue, about))
      return { status: 200, headers: ['content-type', 'application/json'], body: document }
    })
  }
  const hasPage = docsPath !== null && openapiPath !== null
  if (hasPage) {
    const page = pageWriter(app, async () => {
      const { docsPage } = await import('../../describe/docs-page.ts')
      const links = mcpDocsPath === null ? {} : { mcpDocsPath }
      return (nonce) => docsPage(catalogue, { openapiPath, nonce, ...links, ...about })
    })
    guarded(docsPath, 'api', page)
  }
  if (mcpDocsPath !== null) {
    const page = pageWriter(app, async () => {
      const { mcpDocsPage } = await import('../../describe/mcp-docs-page.ts')
      const links = hasPage ? { docsPath } : {}
      const schemes = schemesFor(app, 'mcp')
      return (nonce) =>
        mcpDocsPage(catalogue, { nonce, endpoint: MCP_ENDPOINT, ...links, ...schemes })
    })
    guarded(mcpDocsPath, 'mcp', page)
  }
  return endpoints
}

function schemesFor({ auth }: AppContext, surface: SurfaceName): Pick<AboutApp, 'schemes'> {
  const config = auth[surface]
  return config === undefined ? {} : { schemes: schemesOf(config) }
}

/**
 * Answers with a page under a fresh nonce, so that injected markup can neither run nor style
 * anything. The page is written once and kept: for hundreds of actions that takes a while, and a
 * public page would be a cheap way to keep the server busy.
 */
function pageWriter(
  app: AppContext,
  load: () => Promise<(nonce: string) => string>,
): () => Promise<HttpReply> {
  let parts: readonly string[] | null = null
  return async () => {
    const { docsCsp } = await import('../../describe/docs-csp.ts')
    if (parts === null) {
      const render = await load()
      // An id nobody has seen: no text of an action can hold it.
      const placeholder = app.nextId()
      parts = render(placeholder).split(placeholder)
    }
    const nonce = app.nextId()
    const headers = [
      'content-type',
      'text/html; charset=utf-8',
      'content-security-policy',
      docsCsp(nonce),
      'cache-control',
      'no-store',
    ]
    return { status: 200, headers, body: parts.join(nonce) }
  }
}

function guardedEndpoint(path: string, plan: Plan, build: () => Promise<HttpReply>): Endpoint {
  const { surface } = plan
  const verbs: Surface<EndpointRequest, Found, HttpReply | Problem> = {
    find: () => ({ plan }),
    decode: (request) =>
      new EndpointInbound(request, {
        surface,
        args: {},
        options: NO_AGENT_OPTIONS,
        wholeAnswers: 0,
        cancels: false,
      }),
    encode: () => build(),
    encodeProblem: (_request, problem) => problem,
  }
  return { method: 'GET', path, surface, handle: (request) => walk(verbs, request) }
}
