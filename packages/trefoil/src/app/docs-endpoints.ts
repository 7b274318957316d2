import type { Catalogue } from '../contract/catalogue.ts'
import type { HttpReply } from '../contract/exchange.ts'
import type { Problem } from '../contract/problem.ts'
import type { Endpoint, EndpointRequest } from '../contract/surface.ts'
import type { SurfaceName } from '../contract/surface-name.ts'
import type { AppContext } from '../engine/app-context.ts'
import { compileDiscoveryPlan } from '../engine/discovery-plan.ts'
import { EndpointInbound, NO_AGENT_OPTIONS } from '../engine/endpoint-inbound.ts'
import type { Plan } from '../engine/plan.ts'
import { run } from '../engine/run.ts'
import { RunningCall } from '../engine/running-call.ts'

/** Where the documentation is (`null` switches one off), and who may read it. */
export interface DocsOptions {
  readonly openapiPath: string | null
  readonly docsPath: string | null
  readonly mcpDocsPath: string | null
  readonly publicDocs: boolean
}

const MCP_ENDPOINT = '/mcp'

/**
 * The documentation endpoints, each behind its surface's authenticator: what describes a
 * protected API is protected (AUTH-7). What renders them is loaded on first use, not at start-up.
 */
export function docsEndpoints(
  catalogue: Catalogue,
  app: AppContext,
  { openapiPath, docsPath, mcpDocsPath, publicDocs }: DocsOptions,
): readonly Endpoint[] {
  const endpoints: Endpoint[] = []
  const guarded = (path: string, surface: SurfaceName, build: () => Promise<HttpReply>) => {
    const plan = compileDiscoveryPlan(surface, `docs ${path}`, app, publicDocs)
    endpoints.push(guardedEndpoint(path, plan, build))
  }
  if (openapiPath !== null) {
    let document: string | null = null
    guarded(openapiPath, 'api', async () => {
      const { openApiDocument } = await import('../describe/openapi.ts')
      document ??= JSON.stringify(openApiDocument(catalogue))
      return { status: 200, headers: ['content-type', 'application/json'], body: document }
    })
  }
  if (docsPath !== null && openapiPath !== null) {
    guarded(docsPath, 'api', async () => {
      const { docsPage } = await import('../describe/docs-page.ts')
      return page(app, (nonce) =>
        docsPage(catalogue, { openapiPath, nonce, ...withMcp(mcpDocsPath) }),
      )
    })
  }
  if (mcpDocsPath !== null) {
    guarded(mcpDocsPath, 'mcp', async () => {
      const { mcpDocsPage } = await import('../describe/mcp-docs-page.ts')
      return page(app, (nonce) => mcpDocsPage(catalogue, { nonce, endpoint: MCP_ENDPOINT }))
    })
  }
  return endpoints
}

function withMcp(mcpDocsPath: string | null): { readonly mcpDocsPath?: string } {
  return mcpDocsPath === null ? {} : { mcpDocsPath }
}

/** A page with a fresh nonce, so that injected markup can neither run nor style anything. */
async function page(app: AppContext, render: (nonce: string) => string): Promise<HttpReply> {
  const { docsCsp } = await import('../describe/docs-csp.ts')
  const nonce = app.nextId()
  const headers = [
    'content-type',
    'text/html; charset=utf-8',
    'content-security-policy',
    docsCsp(nonce),
    'cache-control',
    'no-store',
  ]
  return { status: 200, headers, body: render(nonce) }
}

function guardedEndpoint(path: string, plan: Plan, build: () => Promise<HttpReply>): Endpoint {
  const { surface } = plan
  const handle = async (request: EndpointRequest): Promise<HttpReply | Problem> => {
    const inbound = new EndpointInbound(request, surface, {}, NO_AGENT_OPTIONS)
    const outcome = await run(new RunningCall(plan, inbound, 'server', request.requestId))
    return outcome.ok ? build() : outcome.problem
  }
  return { method: 'GET', path, surface, handle }
}
