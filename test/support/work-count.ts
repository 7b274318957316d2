// The deterministic gate: what one call costs, counted where nothing can go around it: at SQLite's and PostgreSQL's
// drivers, at the threads and the library that hash, and at sockets. States that nobody is to tell apart cost the same
// (ENUM-1, ENUM-2).
//
// It counts for the whole process: one call at a time, in a test file of its own process, without a worker of jobs (the
// test client starts none) and with a database that nothing else uses.

import diagnostics from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

/** What was done between the beginning of a call and its end. */
export interface Work {
  /** Figures of each hash that was computed, such as `argon2id m=19456 t=2 p=1`, in order. */
  readonly hashes: readonly string[]
  /** Texts of statements, in order, without those that begin and end transactions. */
  readonly statements: readonly string[]
  /** Transactions that were begun. */
  readonly units: number
  /** `host:port` of each connection that was made, and of each HTTP request. */
  readonly outbound: readonly string[]
  /** Jobs that were sent. */
  readonly jobs: number
}

/** The counts alone: what has to be equal. */
export type WorkTuple = readonly [
  hashes: string,
  statements: number,
  units: number,
  outbound: number,
  jobs: number,
]

export function tupleOf({ hashes, statements, units, outbound, jobs }: Work): WorkTuple {
  return [hashes.join(' + ') || 'none', statements.length, units, outbound.length, jobs]
}

interface Counting {
  readonly hashes: string[]
  readonly statements: string[]
  readonly outbound: string[]
  units: number
}

let counting: Counting | null = null

const CONTROL =
  /^\s*(?:begin|commit|end|rollback|savepoint|release|set\s+(?:local|transaction)|pragma)\b/i
/** What a connection asks at its first use. */
const OWN = /\bsqlite_schema\b/
const BEGINS = /^\s*begin\b/i
/** On PostgreSQL the table is one of several in the schema of `pg-boss`. */
const SENDS_JOB =
  /\binsert into "?trefoil_jobs"?(?:\."?(?!queue|version|schedule|warning|instance|bam|subscription)\w+"?)? ?\(/i

function statement(text: unknown): void {
  if (counting === null || typeof text !== 'string') return
  if (BEGINS.test(text)) counting.units++
  if (!CONTROL.test(text) && !OWN.test(text))
    counting.statements.push(text.replaceAll(/\s+/g, ' ').trim())
}

/**
 * Counts what a call does.
 *
 * @param run resolves when its answer is complete
 */
export async function workOf(run: () => Promise<unknown>): Promise<Work> {
  if (counting !== null) throw new Error('workOf(): one call at a time')
  const own: Counting = { hashes: [], statements: [], outbound: [], units: 0 }
  // What an earlier call has left to do belongs to that one.
  await settled()
  counting = own
  try {
    await run()
    await settled()
  } finally {
    counting = null
  }
  const jobs = own.statements.filter((text) => SENDS_JOB.test(text)).length
  return { ...own, jobs }
}

/**
 * Runs each state once unseen, for what is prepared and loaded at first use, and once counted.
 *
 * @param visit the same request in one state; called twice for each
 * @returns work by state
 */
export async function workByState<State extends string>(
  states: readonly State[],
  visit: (state: State, time: number) => Promise<unknown>,
): Promise<ReadonlyMap<State, Work>> {
  for (const state of states) await visit(state, 0)
  const found = new Map<State, Work>()
  for (const state of states) found.set(state, await workOf(() => visit(state, 1)))
  return found
}

/**
 * What a test compares with `[]`: every state whose tuple is not that of the first one, and where they part.
 */
export function differences(works: ReadonlyMap<string, Work>): readonly string[] {
  const [first, ...others] = works
  if (first === undefined) return ['no state was visited']
  const usual = tupleOf(first[1])
  return others
    .filter(([, work]) => JSON.stringify(tupleOf(work)) !== JSON.stringify(usual))
    .map(([state, work]) => {
      const lines = [
        `${first[0]}: ${JSON.stringify(usual)}, ${state}: ${JSON.stringify(tupleOf(work))}`,
        ...parting(first[1].statements, work.statements),
      ]
      return lines.join('\n')
    })
}

/** The first statement that is another. */
function parting(usual: readonly string[], own: readonly string[]): readonly string[] {
  const at = Array.from({ length: Math.max(usual.length, own.length) }, (_, n) => n).find(
    (n) => usual[n] !== own[n],
  )
  if (at === undefined) return []
  return [`statement ${at + 1}: ${usual[at] ?? 'none'}`, `      instead: ${own[at] ?? 'none'}`]
}

async function settled(): Promise<void> {
  for (let n = 0; n < 5; n++) await setImmediate()
}

/** Calls `seen` before the method, which does what it did. */
function before(
  target: object,
  name: string,
  seen: (self: object, given: unknown[]) => void,
): void {
  const method: unknown = Reflect.get(target, name)
  if (typeof method !== 'function') throw new Error(`There is no ${name} to be counted`)
  Object.defineProperty(target, name, {
    configurable: true,
    writable: true,
    value(this: object, ...given: unknown[]) {
      seen(this, given)
      return Reflect.apply(method, this, given)
    },
  })
}

function watchSqlite(): void {
  before(DatabaseSync.prototype, 'exec', (_, [text]) => statement(text))
  const probe = new DatabaseSync(':memory:')
  const prepared: StatementSync = probe.prepare('select 1')
  const prototype: object = Object.getPrototypeOf(prepared)
  probe.close()
  for (const name of ['all', 'get', 'run', 'iterate']) {
    before(prototype, name, (self) => statement(Reflect.get(self, 'sourceSQL')))
  }
}

const required = createRequire(import.meta.url)

function watchPostgres(): void {
  const { Client } = required('pg') as { Client: { prototype: object } }
  before(Client.prototype, 'query', (_, [asked]) => {
    statement(typeof asked === 'string' ? asked : Reflect.get(Object(asked), 'text'))
  })
}

/** In threads of ours, in libuv's pool, and by Node's own. */
function watchHashing(): void {
  before(Worker.prototype, 'postMessage', (_, [message]) => {
    const { password, stored, ...figures } = Object(message)
    if (password !== undefined && stored !== undefined) hashed(stored, figures)
  })
  // What `import` gives is made of these, the first time that somebody asks for it.
  const argon2 = required('@node-rs/argon2') as object
  for (const name of ['hash', 'hashSync', 'hashRaw', 'hashRawSync']) {
    before(argon2, name, (_, [, figures]) => hashed(null, Object(figures)))
  }
  for (const name of ['verify', 'verifySync'])
    before(argon2, name, (_, [stored]) => hashed(stored, {}))
}

/** By the text it is compared with, which says its figures itself, or by those it is made with. */
function hashed(stored: unknown, figures: Readonly<Record<string, unknown>>): void {
  if (counting === null) return
  const [, kind, of] = /^\$(argon2\w+)\$v=\d+\$([^$]+)\$/.exec(String(stored)) ?? []
  if (kind !== undefined && of !== undefined) {
    // The id of the pepper is among them.
    const [m, t, p] = ['m', 't', 'p'].map((name) => new RegExp(`\\b${name}=(\\d+)`).exec(of)?.[1])
    counting.hashes.push(`${kind} m=${m} t=${t} p=${p}`)
    return
  }
  const number = (...names: string[]) =>
    names.map((name) => figures[name]).find((value) => typeof value === 'number') ?? '?'
  const [m, t] = [number('memoryCost', 'memory', 'm'), number('timeCost', 'time', 'passes', 't')]
  counting.hashes.push(`argon2id m=${m} t=${t} p=${number('parallelism', 'lanes', 'p')}`)
}

function watchSockets(): void {
  const seen = (place: (message: object) => string) => (message: unknown) => {
    counting?.outbound.push(place(Object(message)))
  }
  diagnostics.subscribe(
    'http.client.request.start',
    seen((message) => `request ${Reflect.get(Object(Reflect.get(message, 'request')), 'host')}`),
  )
  diagnostics.subscribe(
    'undici:request:create',
    seen((message) => `request ${Reflect.get(Object(Reflect.get(message, 'request')), 'origin')}`),
  )
  diagnostics.subscribe(
    'net.client.socket',
    seen(() => 'connection'),
  )
}

// As soon as this file is loaded: what is imported is taken over as it is then.
watchSqlite()
watchPostgres()
watchHashing()
watchSockets()
