// The same 200 routes in each router; every `find` answers [route number, params].
import FindMyWay from 'find-my-way'
import { addRoute, createRouter, findRoute } from 'rou3'
import { compileRouter } from 'rou3/compiler'

import { routes } from './router-table.mjs'

/** @typedef {(method: string, path: string) => { route: number, params: Record<string, string | undefined> | undefined } | null} Find */

const NONE = Object.freeze({})

/** @returns {ReadonlyMap<string, Find>} */
export function createRouters() {
  return new Map([
    ['rou3', throughRou3(filledRou3())],
    ['rou3 compiled', throughCompiled(filledRou3())],
    ['Map, then rou3', throughMap(filledRou3())],
    ['find-my-way', throughFindMyWay()],
  ])
}

function filledRou3() {
  const router = createRouter()
  for (const [route, { method, path }] of routes.entries())
    addRoute(router, method, path, { route })
  return router
}

/** @returns {Find} */
function throughRou3(router) {
  return (method, path) => {
    const found = findRoute(router, method, path)
    return found === undefined ? null : { route: found.data.route, params: found.params }
  }
}

/** Uses `new Function` while the app starts. @returns {Find} */
function throughCompiled(router) {
  const find = compileRouter(router)
  return (method, path) => {
    const found = find(method, path)
    return found === undefined ? null : { route: found.data.route, params: found.params }
  }
}

/** Paths without parameters need no tree. @returns {Find} */
function throughMap(router) {
  /** @type {Map<string, Map<string, number>>} */
  const literal = new Map()
  routes.forEach(({ method, path, names }, route) => {
    if (names.length > 0) return
    const byMethod = literal.get(path) ?? new Map()
    literal.set(path, byMethod.set(method, route))
  })
  const find = throughRou3(router)
  return (method, path) => {
    const route = literal.get(path)?.get(method)
    return route === undefined ? find(method, path) : { route, params: NONE }
  }
}

/** @returns {Find} */
function throughFindMyWay() {
  const router = FindMyWay()
  for (const [route, { method, path }] of routes.entries()) {
    router.on(method, path, () => {}, { route })
  }
  return (method, path) => {
    const found = router.find(method, path)
    return found === null ? null : { route: found.store.route, params: found.params }
  }
}
