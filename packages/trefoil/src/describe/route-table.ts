import type { Action } from '../contract/call/action.ts'
import type { Catalogue } from '../contract/call/catalogue.ts'
import type { ParamSpec } from '../contract/params/param-spec.ts'
import {
  ROUTE_TABLE_PROTOCOL,
  type RouteArgument,
  type RouteEntry,
  type RouteTable,
} from '../contract/protocol/route-table.ts'

/**
 * What a typed client has to know to call the HTTP API by the names of its actions: no schemas, no
 * descriptions, and nothing that is not on HTTP. A name that several routes have calls none of them: which
 * one was meant nobody can tell (ROUTE-14).
 */
export function routeTable(catalogue: Catalogue): RouteTable {
  const entries = catalogue.actions.flatMap((action) => routeEntry(action) ?? [])
  const names = entries.map(({ name }) => name)
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index))
  const routes = entries
    .filter(({ name }) => !repeated.has(name))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
  return { protocol: ROUTE_TABLE_PROTOCOL, routes }
}

/** @returns `null` for an action that is not on HTTP */
export function routeEntry({ name, method, template, params }: Action): RouteEntry | null {
  if (method === null || template === null) return null
  const path = template.replace(/:(?:int|bigint)\}/g, '}')
  const args = params.map((param) => [param.name, argument(param)] as const)
  return { name, method, path, arguments: Object.fromEntries(args) }
}

function argument({ name, wire, source, list, commas }: ParamSpec): RouteArgument {
  const isText = source !== 'field' && source !== 'body' && source !== 'files'
  return {
    in: source,
    ...(wire !== name && { name: wire }),
    ...(isText && list && { list: commas === true ? 'commas' : 'repeated' }),
  }
}
