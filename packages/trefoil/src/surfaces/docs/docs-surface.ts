import { lazily } from '../../base/lazily.ts'
import { isPromiseLike } from '../../base/promise.ts'
import type { HttpReply } from '../../contract/answer/exchange.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import type { Problem } from '../../contract/problems/problem.ts'
import { MCP_PATH, ROUTES_PATH } from '../../contract/protocol/paths.ts'
import type { AboutApp } from '../../describe/openapi/about-app.ts'
import type { AppContext } from '../../engine/app-context.ts'
import type { Plan } from '../../engine/plan.ts'
import { compileDiscoveryPlan } from '../agent/discovery-plan.ts'
import { EndpointInbound, NO_AGENT_OPTIONS } from '../agent/endpoint-inbound.ts'
import { jsonReply } from '../agent/json-reply.ts'
import {
  ALL_VISIBLE,
  type AskVisible,
  compileVisible,
  PerVisible,
  type VisibleActions,
} from '../agent/visible-actions.ts'
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
  const perVisible = perVisibleOf(catalogue)
  const about = { ...schemesFor(app, 'api'), tags: options.tagDescriptions }
  const guarded = (path: string, surface: SurfaceName, build: Build) => {
    const plan = compileDiscoveryPlan(surface, `docs ${path}`, app, publicDocs)
    const isPublic = publicDocs || !catalogue.covered[surface]
    // What is open to everybody describes everything: nobody has said who reads it.
    const visible = isPublic ? () => ALL_VISIBLE : compileVisible(catalogue.actions, surface, app)
    endpoints.push({ ...guardedEndpoint(path, plan, visible, build), isPublic })
  }
  if (openapiPath !== null) {
    const headers = ['content-type', 'application/json']
    const documentUnder = perVisible((seen) =>
      documentWriter(async () => {
        const { openApiDocument } = await import('../../describe/openapi/openapi.ts')
        return openApiDocument(seen, about)
      }),
    )
    guarded(openapiPath, 'api', async (mountPath, visible) => {
      return { status: 200, headers, body: await documentUnder(visible)(mountPath) }
    })
  }
  if (openapiPath !== null) {
    const routes = perVisible((seen) =>
      lazily(async () => {
        const { routeTable } = await import('../../describe/route-table.ts')
        return jsonReply(200, routeTable(seen))
      }),
    )
    guarded(ROUTES_PATH, 'api', (_mountPath, visible) => routes(visible)())
  }
  const hasPage = docsPath !== null && openapiPath !== null
  if (hasPage) {
    const page = perVisible((seen) =>
      pageWriter(app, async () => {
        const { docsPage } = await import('../../describe/pages/docs-page.ts')
        const links = mcpDocsPath === null ? {} : { mcpDocsPath }
        return (page) => docsPage(seen, { openapiPath, ...page, ...links, ...about })
      }),
    )
    guarded(docsPath, 'api', (mountPath, visible) => page(visible)(mountPath))
  }
  if (mcpDocsPath !== null) {
    const page = perVisible((seen) =>
      pageWriter(app, async () => {
        const { mcpDocsPage } = await import('../../describe/pages/mcp-docs-page.ts')
        const links = hasPage ? { docsPath } : {}
        const schemes = schemesFor(app, 'mcp')
        return (page) => mcpDocsPage(seen, { endpoint: MCP_PATH, ...page, ...links, ...schemes })
      }),
    )
    guarded(mcpDocsPath, 'mcp', (mountPath, visible) => page(visible)(mountPath))
  }
  return endpoints
}

function schemesFor({ auth }: AppContext, surface: SurfaceName): Pick<AboutApp, 'schemes'> {
  const entry = auth[surface]
  return entry === undefined ? {} : { schemes: entry.schemes }
}

/** @param mountPath path that the app is mounted under; empty for none */
type Build = (mountPath: string, visible: VisibleActions) => Promise<HttpReply>

/** @param mountPath path that the app is mounted under; empty for none */
type BuildPage = (mountPath: string) => Promise<HttpReply>

/** The catalogue as a caller sees it, and what was made of it for the last who sees the same. */
function perVisibleOf(catalogue: Catalogue) {
  return <Made>(make: (seen: Catalogue) => Made): ((visible: VisibleActions) => Made) => {
    const made = new PerVisible(({ key, showsAction }) =>
      make(
        key === '' ? catalogue : { ...catalogue, actions: catalogue.actions.filter(showsAction) },
      ),
    )
    return (visible) => made.of(visible)
  }
}

/** The document as text, naming where the app is mounted; what is the same for all is made once. */
function documentWriter(load: () => Promise<object>): (mountPath: string) => Promise<string> {
  let alone: string | null = null
  let last = { mountPath: '', text: '' }
  return async (mountPath) => {
    alone ??= JSON.stringify(await load())
    if (mountPath === '') return alone
    if (last.mountPath !== mountPath) {
      const servers = JSON.stringify([{ url: mountPath }])
      last = { mountPath, text: alone.replace('{', `{"servers":${servers},`) }
    }
    return last.text
  }
}

/** What differs from one showing of a page to the next. */
interface Shown {
  readonly nonce: string
  readonly mountPath: string
}

/**
 * Answers with a page under a fresh nonce, so that injected markup can neither run nor style
 * anything. The page is written once and kept: for hundreds of actions that takes a while, and a
 * public page would be a cheap way to keep the server busy.
 */
function pageWriter(app: AppContext, load: () => Promise<(shown: Shown) => string>): BuildPage {
  let parts: readonly (readonly string[])[] | null = null
  return async (mountPath) => {
    const { docsCsp } = await import('../../describe/pages/docs-csp.ts')
    if (parts === null) {
      const render = await load()
      // Ids nobody has seen: no text of an action can hold them.
      const placeholder = { nonce: app.nextId(), mountPath: app.nextId() }
      const page = render(placeholder)
      parts = page.split(placeholder.mountPath).map((part) => part.split(placeholder.nonce))
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
    const body = parts.map((part) => part.join(nonce)).join(mountPath)
    return { status: 200, headers, body }
  }
}

/**
 * The mount as documents name it. Of a host that mounts by a parameter it is text of the caller, and
 * readers paste it into HTML, shells and generators: what any of them acts on is escaped.
 */
function shownMountPath({ exchange }: EndpointRequest): string {
  return (exchange.mountPath ?? '').replace(
    /[^A-Za-z0-9._~/%-]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function guardedEndpoint(path: string, plan: Plan, ask: AskVisible, build: Build): Endpoint {
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
    encode: (request, _found, state) => {
      const visible = ask(state)
      const answer = (seen: VisibleActions) => build(shownMountPath(request), seen)
      return isPromiseLike(visible) ? visible.then(answer) : answer(visible)
    },
    encodeProblem: (_request, problem) => problem,
  }
  return { method: 'GET', path, surface, handle: (request) => walk(verbs, request) }
}
