import { BenchFailure, note } from './log.mjs'
import { routes, samples } from './router-table.mjs'
import { createRouters } from './routers.mjs'
import { median, round } from './stats.mjs'

const MISSES = [
  '/api/v1/sales',
  '/api/v1/sales/orders/1/nothing',
  '/api/v2/sales/orders',
  '/x',
].map((path) => ({ method: 'GET', path }))
const SLICE_MS = 250

/**
 * @param {{ rounds: number, json: boolean }} options
 */
export function benchRouters({ rounds, json }) {
  const routers = createRouters()
  for (const [name, find] of routers) check(name, find)
  const kinds = {
    ...samples,
    mixed: shuffle([...samples.static, ...samples.param, ...samples.nested]),
    miss: MISSES,
  }
  /** @type {Map<string, Map<string, number[]>>} */
  const speeds = new Map([...routers.keys()].map((name) => [name, new Map()]))
  for (let turn = 0; turn <= rounds; turn++) {
    if (turn > 0) note(`round ${turn} of ${rounds}`)
    for (const [name, find] of routers) {
      for (const [kind, list] of Object.entries(kinds)) {
        const speed = matchesPerSecond(find, list)
        // The first turn warms up.
        if (turn === 0) continue
        const own = speeds.get(name)
        own?.set(kind, [...(own.get(kind) ?? []), speed])
      }
    }
  }
  print(speeds, Object.keys(kinds), json)
}

/** A router that is fast at finding the wrong thing is not fast. */
function check(name, find) {
  for (const { method, path, route, values } of Object.values(samples).flat()) {
    const found = find(method, path)
    const names = routes[route]?.names ?? []
    const right =
      found?.route === route && names.every((key, at) => found.params?.[key] === values[at])
    if (!right) throw new BenchFailure(`${name} finds the wrong route for ${method} ${path}`)
  }
  for (const { method, path } of MISSES) {
    if (find(method, path) !== null) throw new BenchFailure(`${name} finds something for ${path}`)
  }
}

let sink = 0

function matchesPerSecond(find, list) {
  const paths = list.map(({ method, path }) => [method, path])
  let count = 0
  const started = performance.now()
  let elapsed = 0
  while (elapsed < SLICE_MS) {
    for (let turn = 0; turn < 20; turn++) {
      for (const [method, path] of paths) {
        const found = find(method, path)
        // Reading the result keeps the compiler from leaving the work out.
        if (found !== null) sink += found.route + (found.params?.id?.length ?? 0)
      }
    }
    count += 20 * paths.length
    elapsed = performance.now() - started
  }
  return count / (elapsed / 1000)
}

/** A fixed shuffle, the same in every run. */
function shuffle(list) {
  const result = [...list]
  let state = 12345
  for (let at = result.length - 1; at > 0; at--) {
    state = (state * 1103515245 + 12345) % 2147483648
    const other = state % (at + 1)
    ;[result[at], result[other]] = [result[other], result[at]]
  }
  return result
}

function print(speeds, kinds, json) {
  if (json) {
    for (const [router, own] of speeds) {
      const values = kinds.map((kind) => [`${kind}_m_per_s`, millions(own.get(kind))])
      process.stdout.write(
        `${JSON.stringify({ bench: 'router', router, ...Object.fromEntries(values) })}\n`,
      )
    }
    return
  }
  const lines = [
    `| router (million matches/s) | ${kinds.join(' | ')} |`,
    `|---|${kinds.map(() => '---|').join('')}`,
    ...[...speeds].map(
      ([router, own]) =>
        `| ${router} | ${kinds.map((kind) => millions(own.get(kind))).join(' | ')} |`,
    ),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  note(`(${sink % 10})`)
}

function millions(values) {
  return round(median(values) / 1e6, 2)
}
