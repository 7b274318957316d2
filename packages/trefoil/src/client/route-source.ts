import { Problem, refuse } from '../contract/problems/problem.ts'
import { ROUTES_PATH } from '../contract/protocol/paths.ts'
import type { RouteEntry } from '../contract/protocol/route-table.ts'
import { type Failed, failedHere, failedThere } from './client-problem.ts'
import type { Connection } from './connection.ts'
import { readProblem } from './read-answer.ts'
import { readDocument } from './read-document.ts'
import { type Routes, readRouteTable } from './route-table.ts'

/** Where a client knows the routes from. */
export interface RouteSource {
  /** @returns the route of that name; `null` when there is none */
  find(name: string): Promise<RouteEntry | null | Failed>
}

/** Routes known beforehand. */
export function knownRoutes(routes: Routes): RouteSource {
  return { find: async (name) => routes.get(name) ?? null }
}

/** Routes that the app is asked for, once; after a failure, again with the next call. */
export function askedRoutes(connection: Connection, maxBytes: number): RouteSource {
  let asked: Promise<Routes | Failed> | null = null
  const ask = (): Promise<Routes | Failed> => {
    const asking = askFor(connection, maxBytes)
    asked = asking
    void asking.then((routes) => {
      if (isFailed(routes) && asked === asking) asked = null
    })
    return asking
  }
  return {
    find: async (name) => {
      const routes = await (asked ?? ask())
      return isFailed(routes) ? routes : (routes.get(name) ?? null)
    },
  }
}

async function askFor(connection: Connection, maxBytes: number): Promise<Routes | Failed> {
  // No signal of a call: the other calls wait for the same table.
  const headers = new Headers({ accept: 'application/json' })
  const request = { method: 'GET', target: ROUTES_PATH, headers }
  const read = await connection.send(request, (response) => readDocument(response, maxBytes))
  if (read instanceof Problem) return failedHere(read)
  const { status, value } = read
  if (status >= 400) {
    const problem = readProblem(value, status)
    if (problem !== null && status !== 404) return failedThere(problem, null)
    const detail = `The app shows no route table (${status}): hand it in with the option routes`
    return failedHere(refuse('remote_invalid', { detail }))
  }
  const routes = readRouteTable(value)
  if (routes.ok) return routes.value
  const detail = `The route table cannot be used: ${routes.error}`
  return failedHere(refuse('remote_invalid', { detail }))
}

function isFailed(value: Routes | Failed): value is Failed {
  return 'ok' in value
}
