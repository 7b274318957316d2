import { createApp } from '../app/create-app.ts'
import type { Part } from '../app/declare/part-types.ts'
import { UnfitForProduction } from '../app/fitness/production.ts'
import { endsWithin } from '../base/ends-within.ts'
import type { AppHandle } from '../contract/call/app-handle.ts'
import type { Logger } from '../contract/call/logger.ts'
import { variablesOf } from '../contract/options/environment.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { testClient } from './test-client.ts'

/** One thing that every part must do. */
export interface PartCheck {
  readonly name: string
  /** Resolves when the part does it. @throws Error saying what it does instead */
  run(): Promise<void>
}

/** Milliseconds that a part may take to stop. */
const STOP_MS = 5_000

const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * What every part must do, for whatever runs your tests:
 *
 * ```ts
 * for (const { name, run } of partContract(() => accounts({ … }))) test(name, run)
 * ```
 *
 * @param makePart makes the part anew each time, as a developer would
 */
export function partContract(makePart: () => Part): readonly PartCheck[] {
  const checks: readonly (readonly [name: string, run: () => void | Promise<void>])[] = [
    ['is a value that nobody can change', () => isFrozen(makePart())],
    ['is made anew each time, under the same name', () => isMadeAnew(makePart)],
    ['fits into an app that has nothing else', () => void withPart(makePart()).catalogue],
    ['is refused a second time in one app', () => isRefusedTwice(makePart)],
    ['starts and stops, twice', () => startsTwice(makePart())],
    ['is stopped when a part after it cannot start', () => stopsAfterFailure(makePart())],
    ['stops within five seconds', () => stopsInTime(makePart())],
    ['names and documents its variables', () => documentsVariables(makePart())],
    ['says what makes it unfit for production', () => listsRisks(makePart())],
    ['has problems that say what to do', () => describesProblems(makePart())],
    ['opens no endpoint that does not say it is public', () => deniesStrangers(makePart())],
  ]
  return checks.map(([name, run]) => ({ name, run: async () => run() }))
}

/** @param more parts that come after it */
function withPart(part: Part, ...more: Part[]): ReturnType<typeof createApp> {
  const logger = part.logger === undefined ? { log: { logger: SILENT } } : {}
  return createApp({ env: {}, ...logger, parts: [part, ...more] })
}

function fail(what: string): never {
  throw new Error(what)
}

function isFrozen(part: Part): void {
  const lists = [part.guards, part.endpoints, part.commands, part.variables, part.tools]
  const isOpen = !Object.isFrozen(part) || lists.some((list) => !Object.isFrozen(list))
  if (isOpen) fail('the part can be changed; make it with definePart()')
}

function isMadeAnew(makePart: () => Part): void {
  const [one, other] = [makePart(), makePart()]
  if (one === other) fail('one value is given to everybody; two apps would share its state')
  if (one.name !== other.name) fail('it has another name each time')
}

function isRefusedTwice(makePart: () => Part): void {
  try {
    void withPart(makePart(), makePart()).catalogue
  } catch (error) {
    if (error instanceof ImproperlyConfigured) return
    throw error
  }
  fail('an app takes it twice')
}

async function startsTwice(part: Part): Promise<void> {
  const app = withPart(part)
  for (let round = 0; round < 2; round++) {
    await app.startup()
    await app.drain()
    await stop(app)
  }
}

async function stopsAfterFailure(part: Part): Promise<void> {
  const reason = 'this part never starts'
  const broken: Part = {
    name: 'never-starts',
    start: () => {
      throw new Error(reason)
    },
  }
  const starting = withPart(part, broken).startup()
  const error: unknown = await starting.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof AggregateError) fail(`stopping it failed: ${String(error.errors[1])}`)
  if (!(error instanceof Error && error.message.includes(reason))) {
    fail(`the start failed with something else: ${String(error)}`)
  }
}

async function stopsInTime(part: Part): Promise<void> {
  const app = withPart(part)
  await app.startup()
  await stop(app)
}

async function stop(app: AppHandle): Promise<void> {
  const stopped = app.shutdown()
  if (!(await endsWithin(STOP_MS, stopped))) fail(`it did not stop within ${STOP_MS} ms`)
  await stopped
}

function documentsVariables({ name, options, variables = [] }: Part): void {
  const prefix = `TREFOIL_${name.replaceAll('-', '_').toUpperCase()}_`
  const ofOptions = options === undefined ? [] : [...variablesOf(options).names]
  for (const variable of [...ofOptions, ...variables.map((row) => row.name)]) {
    if (!variable.startsWith(prefix)) fail(`${variable} does not begin with ${prefix}`)
  }
  for (const [option, { doc }] of Object.entries(options?.rows ?? {})) {
    if (doc.trim() === '') fail(`the option '${option}' has no line of documentation`)
  }
}

function listsRisks(part: Part): void {
  const app = withPart(part)
  try {
    app.validateProduction()
  } catch (error) {
    // What makes a bare app unfit is not the part's business.
    if (!(error instanceof UnfitForProduction)) throw error
  }
  for (const { code, message } of part.risks?.() ?? []) {
    if (!/^[a-z][a-z0-9_]*$/.test(code)) fail('a risk has a code that is no snake_case')
    if (message.trim() === '' || message.endsWith('.')) {
      fail(`the risk '${code}' needs one sentence without a full stop`)
    }
  }
}

function describesProblems({ problems = [] }: Part): void {
  for (const { rows } of [problems].flat()) {
    for (const [code, { text, fix }] of Object.entries(rows)) {
      if (text.endsWith('.')) fail(`the text of '${code}' ends with a full stop`)
      if (!fix.endsWith('.')) fail(`the fix of '${code}' is no sentence with a full stop`)
    }
  }
}

async function deniesStrangers(part: Part): Promise<void> {
  const covers = [part.authenticator ?? []].flat().some(({ surfaces }) => surfaces.includes('api'))
  const nobody = {
    name: 'nobody',
    authenticator: { authenticate: async () => null, surfaces: ['api'] },
  } as const
  const app = covers ? withPart(part) : withPart(part, nobody)
  const client = testClient(app)
  try {
    for (const { method, path, public: isOpen } of part.endpoints ?? []) {
      if (isOpen === true) continue
      const place = path.replaceAll(/\{[^}]*\}/g, '1')
      const { status } = await client.http.request(method, place)
      if (status !== 401) fail(`${method} ${path} answers a stranger with ${status}, not 401`)
    }
  } finally {
    await client.close()
  }
}
