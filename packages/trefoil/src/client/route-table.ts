import { isRecord } from '../base/plain/is-record.ts'
import { failure, type Result, success } from '../base/result.ts'
import {
  type ArgumentPlace,
  ROUTE_TABLE_PROTOCOL,
  type RouteArgument,
  type RouteEntry,
} from '../contract/protocol/route-table.ts'

/** What there may be of a table; bytes, depth and time are limited while it is read (FND-47). */
export const ROUTE_TABLE_LIMITS = {
  routes: 2000,
  /** Arguments of one route. */
  arguments: 256,
  /** Characters of a name. */
  name: 256,
  /** Characters of a path. */
  path: 1000,
} as const

/** Routes by name. */
export type Routes = ReadonlyMap<string, RouteEntry>

const METHOD = /^[A-Z][A-Z-]{0,31}$/
/** Methods that `fetch` refuses, or that would open something else than an action. */
const NO_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK'])
const LITERAL = /^[A-Za-z0-9._~!$&',;=@+%-]+$/
const PARAM = /^\{[A-Za-z_][A-Za-z0-9_]*\}$/
const REST = /^\{[A-Za-z_][A-Za-z0-9_]*:path\}$/
/** What the URL parser takes for `.` and `..`. */
const DOTS = /^(?:\.|%2e){1,2}$/i
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
const PLACES: ReadonlySet<string> = new Set<ArgumentPlace>([
  'path',
  'query',
  'header',
  'cookie',
  'field',
  'body',
  'form',
  'file',
  'files',
])

/**
 * Checks a table. Whoever answers is not trusted: a path that climbs out of the address would have the
 * token sent to another app of that host.
 *
 * @returns in words what is wrong, with no text of the table in them
 */
export function readRouteTable(value: unknown): Result<Routes, string> {
  if (!isRecord(value) || value['protocol'] !== ROUTE_TABLE_PROTOCOL) {
    return failure('it is of no protocol that this client speaks')
  }
  const { routes } = value
  if (!Array.isArray(routes)) return failure('it has no routes')
  const { routes: most } = ROUTE_TABLE_LIMITS
  if (routes.length > most) return failure(`it has more than ${most} routes`)
  const read = new Map<string, RouteEntry>()
  for (const [index, route] of routes.entries()) {
    const entry = readRoute(route)
    if (entry === null) return failure(`route ${index + 1} is malformed`)
    if (read.has(entry.name)) return failure(`route ${index + 1} has the name of another one`)
    read.set(entry.name, entry)
  }
  return success(read)
}

function readRoute(value: unknown): RouteEntry | null {
  if (!isRecord(value)) return null
  const { name, method, path, arguments: given } = value
  if (!isName(name) || typeof method !== 'string' || !isPath(path) || !isRecord(given)) return null
  if (!METHOD.test(method) || NO_METHODS.has(method)) return null
  const entries = Object.entries(given)
  if (entries.length > ROUTE_TABLE_LIMITS.arguments) return null
  const args: [string, RouteArgument][] = []
  for (const [argument, place] of entries) {
    const read = readArgument(argument, place)
    if (read === null) return null
    args.push([argument, read])
  }
  return { name, method, path, arguments: Object.fromEntries(args) }
}

function readArgument(own: string, value: unknown): RouteArgument | null {
  if (!isName(own) || !isRecord(value)) return null
  const { in: place, name, list } = value
  if (!isPlace(place)) return null
  if (name !== undefined && !isName(name)) return null
  if (list !== undefined && list !== 'repeated' && list !== 'commas') return null
  const wire = name ?? own
  if ((place === 'header' || place === 'cookie') && !HEADER_NAME.test(wire)) return null
  return {
    in: place,
    ...(name !== undefined && { name }),
    ...(list !== undefined && { list }),
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= ROUTE_TABLE_LIMITS.name
}

function isPlace(value: unknown): value is ArgumentPlace {
  return typeof value === 'string' && PLACES.has(value)
}

function isPath(value: unknown): value is string {
  if (typeof value !== 'string' || !value.startsWith('/')) return false
  if (value.length > ROUTE_TABLE_LIMITS.path) return false
  if (value === '/') return true
  const segments = value.slice(1).split('/')
  return segments.every((segment, index) => {
    if (REST.test(segment)) return index === segments.length - 1
    return PARAM.test(segment) || (LITERAL.test(segment) && !DOTS.test(segment))
  })
}
