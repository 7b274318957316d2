// Follows everything that foreign code can reach from an object it was handed.
import { types } from 'node:util'

/** Something that must not be reachable, and the way to it. */
export interface Find {
  readonly path: string
  readonly what: string
}

export interface WalkOptions {
  /** Texts that must not be found. */
  readonly secrets: readonly string[]
  /** Objects of the developer: allowed, and not looked into. */
  readonly own?: readonly unknown[]
}

const MAX_VISITS = 50_000
/** Finds of a kind that are shown; what reaches half the process need not be walked to its end. */
const SHOWN = 3

interface Visit {
  readonly value: unknown
  readonly path: string
  /** False inside built-in objects of the runtime, whose inside is not the framework's. */
  readonly ours: boolean
}

/**
 * Walks own properties (symbols and non-enumerable ones too), getters of prototypes, contents of
 * maps and sets, and properties of functions; calls no method. Reports every secret, and every
 * plain object, list, map, set, class instance and prototype of the framework that can be changed.
 */
export function reachable(root: unknown, { secrets, own = [] }: WalkOptions): readonly Find[] {
  const secretFinds: Find[] = []
  const flaws: Find[] = []
  const seen = new Set<unknown>(own)
  const queue: Visit[] = [{ value: root, path: 'call', ours: true }]
  for (let visit = queue.shift(); visit !== undefined; visit = queue.shift()) {
    const { value, path, ours } = visit
    if (secretFinds.length >= SHOWN) break
    if (typeof value === 'string') {
      const isSecret = secrets.some((secret) => value.includes(secret))
      if (isSecret) secretFinds.push({ path, what: 'secret' })
      continue
    }
    if (!isObject(value) || seen.has(value) || BUILT_IN.has(value)) continue
    // Schemas are the developer's, and a library's world of its own.
    if ('~standard' in value) continue
    seen.add(value)
    if (seen.size > MAX_VISITS) {
      flaws.unshift({ path, what: `more than ${MAX_VISITS} objects` })
      break
    }
    const flaw = ours ? flawOf(value) : null
    if (flaw !== null) flaws.push({ path, what: flaw })
    if (ArrayBuffer.isView(value)) {
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      const isSecret = secrets.some((secret) => bytes.includes(secret))
      if (isSecret) secretFinds.push({ path, what: 'secret' })
      continue
    }
    const inside = ours && !isBuiltInInstance(value)
    for (const next of neighbours(value, path)) queue.push({ ...next, ours: inside })
  }
  return [...secretFinds, ...flaws.slice(0, SHOWN)]
}

function* neighbours(value: object, path: string): Generator<Omit<Visit, 'ours'>> {
  if (types.isMap(value)) {
    for (const [key, item] of value) {
      yield { value: key, path: `${path}.<key>` }
      yield { value: item, path: `${path}.<${typeof key === 'string' ? key : typeof key}>` }
    }
  }
  if (types.isSet(value)) for (const item of value) yield { value: item, path: `${path}.<item>` }
  for (
    let holder: object | null = value;
    holder !== null && (holder === value || !BUILT_IN.has(holder));
    holder = Object.getPrototypeOf(holder)
  ) {
    for (const key of Reflect.ownKeys(holder)) {
      const next = `${path}.${String(key)}`
      const { get, set } = Object.getOwnPropertyDescriptor(holder, key) ?? {}
      if (get !== undefined) yield { value: get, path: `${next}<get>` }
      if (set !== undefined) yield { value: set, path: `${next}<set>` }
      try {
        yield { value: Reflect.get(holder, key, value), path: next }
      } catch {
        // A getter that refuses shows nothing.
      }
    }
    const prototype: unknown = Object.getPrototypeOf(holder)
    if (isObject(prototype)) yield { value: prototype, path: `${path}.<prototype>` }
  }
}

function flawOf(value: object): string | null {
  if (typeof value === 'function') return null
  if (types.isMap(value) || types.isSet(value)) return 'a map or set that can be changed'
  if (isBuiltInInstance(value)) return null
  if (Object.isFrozen(value)) return null
  return Array.isArray(value) ? 'a list that can be changed' : 'an object that can be changed'
}

/** An instance of a class of the runtime: a signal, a date, an error. */
function isBuiltInInstance(value: object): boolean {
  if (typeof value === 'function' || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype !== null && prototype !== Object.prototype && BUILT_IN.has(prototype)
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

const BUILT_IN: ReadonlySet<unknown> = builtIns()

/** Everything of the language and the runtime, found without running a getter. */
function builtIns(): ReadonlySet<unknown> {
  const found = new Set<unknown>()
  const queue: unknown[] = [
    function* () {},
    async function* () {},
    async () => {},
    [][Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    ''[Symbol.iterator](),
    new AbortController().signal,
    Buffer.prototype,
  ].map((sample) => Object.getPrototypeOf(sample))
  queue.push(Buffer.prototype)
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
    // What is looked for must not count as built in because the test runner keeps it somewhere.
    if (/^[A-Z]/.test(name) && typeof value === 'function') queue.push(value)
  }
  for (let value = queue.shift(); queue.length > 0 || value !== undefined; value = queue.shift()) {
    if (!isObject(value) || found.has(value)) continue
    found.add(value)
    queue.push(Object.getPrototypeOf(value))
    for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(value))) {
      queue.push(descriptor.value, descriptor.get, descriptor.set)
    }
  }
  return found
}
