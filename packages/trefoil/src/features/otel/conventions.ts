import type { Attributes } from '@opentelemetry/api'
import type { ObservedCall, ObservedEnd } from '../../parts.ts'

/** Methods that a name may have; a stranger may send any text. */
const METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'QUERY',
])

/** As the semantic conventions have it: few names, none of a caller's choosing. */
export function spanName({ surface, action }: ObservedCall, end?: ObservedEnd): string {
  if (surface === 'mcp') return action === null ? 'mcp' : `tools/call ${action.name}`
  if (surface === 'cli') return action === null ? 'cli' : `cli ${action.name}`
  const method = methodOf(end?.http?.method ?? action?.method ?? null)
  const shown = method === '_OTHER' ? 'HTTP' : method
  const route = action?.path ?? null
  return route === null ? shown : `${shown} ${route}`
}

function methodOf(method: string | null): string {
  return method !== null && METHODS.has(method) ? method : '_OTHER'
}

/** Known before the first check; samplers go by it. */
export function startAttributes(call: ObservedCall): Attributes {
  const { surface, entrypoint, action, callId } = call
  const ours: Attributes = {
    'trefoil.surface': surface,
    'trefoil.entrypoint': entrypoint,
    'trefoil.call_id': callId,
  }
  return action === null
    ? { ...ours, ...ofSurface(call) }
    : { ...ours, 'trefoil.action': action.name, ...ofSurface(call) }
}

/** What the conventions have for such a call. */
function ofSurface({ surface, action }: ObservedCall): Attributes {
  if (action === null) return {}
  switch (surface) {
    case 'mcp':
      return {
        'mcp.method.name': 'tools/call',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': action.name,
      }
    case 'cli':
      return { 'rpc.system': 'trefoil', 'rpc.method': action.name }
    default:
      return {
        'http.request.method': methodOf(action.method),
        ...(action.path === null ? {} : { 'http.route': action.path }),
      }
  }
}

/** Known at the end. */
export function endAttributes(
  { surface }: ObservedCall,
  end: ObservedEnd,
  { subjects, paths }: { readonly subjects: boolean; readonly paths: boolean },
): Attributes {
  const { http, problem, auth } = end
  return {
    'trefoil.outcome': end.outcome,
    'trefoil.driven': end.driven,
    ...(problem === null ? {} : { 'trefoil.problem': problem }),
    ...(end.rule === null ? {} : { 'trefoil.rule': end.rule }),
    ...(end.cache === null ? {} : { 'trefoil.cache': end.cache }),
    ...(end.outcome === 'failed' ? { 'error.type': problem ?? String(end.status) } : {}),
    ...(surface === 'api' && http !== null
      ? {
          'http.request.method': methodOf(http.method),
          'http.response.status_code': end.status,
          'url.scheme': http.scheme,
        }
      : {}),
    ...(paths && http !== null ? { 'url.path': http.path } : {}),
    ...(subjects && auth !== null ? { 'enduser.id': auth.subject } : {}),
  }
}

/** What figures are told apart by: as few as may be, because each of them is kept for ever. */
export function figureAttributes(call: ObservedCall, end: ObservedEnd): Attributes {
  const { surface } = call
  return {
    ...ofSurface(call),
    ...(end.problem === null ? {} : { 'error.type': end.problem }),
    ...(surface === 'api'
      ? {
          'http.request.method': methodOf(end.http?.method ?? null),
          'http.response.status_code': end.status,
          ...(end.http === null ? {} : { 'url.scheme': end.http.scheme }),
        }
      : {}),
  }
}
