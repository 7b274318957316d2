import { stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { AppHandle } from '../../contract/call/app-handle.ts'
import { FOREIGN_APP, isApp, isForeignApp } from '../../contract/call/app-internals.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { appError } from '../terminal/usage-error.ts'
import { type AppReference, parseAppReference } from './app-reference.ts'
import { discoverApp } from './discover-app.ts'
import { describeError, importFix } from './import-failure.ts'

export interface LoadedApp {
  readonly app: AppHandle
  /** Module and export, for messages. */
  readonly label: string
}

/** A module that exists and perhaps the export to take from it. */
export interface LocatedApp {
  /** Absolute path. */
  readonly file: string
  readonly export: string | null
  /** Path for messages, relative to the working directory. */
  readonly label: string
}

const EXTENSIONS = ['', '.ts', '.mts', '.js', '.mjs']
const DEFAULT_EXPORTS = ['default', 'app', 'createApp']

/**
 * Finds the module of an app without running it (CLI-3, CLI-21, CLI-22).
 *
 * @param text `module#export` or `module:export`; `undefined` looks in the working directory
 * @throws Problem `cli_app`
 */
export async function locateApp(text: string | undefined, cwd: string): Promise<LocatedApp> {
  if (text === undefined) {
    const file = await discoverApp(cwd)
    return { file, export: null, label: labelOf(file, cwd) }
  }
  const reference = parseAppReference(text)
  if (reference === null) {
    throw appError(`${JSON.stringify(text)} does not name an app`)
  }
  const file = await findModule(reference, cwd)
  return { file, export: reference.export, label: labelOf(file, cwd) }
}

/**
 * Imports the module and takes the app from it. An export that is a function is called: it is
 * a factory and returns an app or a promise of one.
 *
 * @throws Problem `cli_app`, with file, export and what to do
 */
export async function loadApp(text: string | undefined, cwd: string): Promise<LoadedApp> {
  const located = await locateApp(text, cwd)
  const { name, value } = pickExport(await importModule(located, cwd), located)
  const label = `${located.label}#${name}`
  if (typeof value !== 'function') return { app: checkApp(await value, label, located), label }
  let made: unknown
  try {
    // Whether it is one is checked on its result, because a class or any other function fails
    // or returns something else.
    made = await (value as () => unknown)()
  } catch (error) {
    throw appError(
      `${label}() failed: ${describeError(error, cwd)}`,
      error instanceof ImproperlyConfigured ? 'Correct the app as described.' : undefined,
      error,
    )
  }
  return { app: checkApp(made, `${label}()`, located), label }
}

async function findModule({ module }: AppReference, cwd: string): Promise<string> {
  const path = resolve(cwd, module.startsWith('file:') ? fileURLToPath(module) : module)
  for (const extension of EXTENSIONS) {
    if (await isFile(path + extension)) return path + extension
  }
  throw appError(
    `App file does not exist: ${labelOf(path, cwd)}`,
    `Give a path relative to ${cwd}, such as \`--app ./src/app.ts#app\`.`,
  )
}

async function importModule({ file, label }: LocatedApp, cwd: string): Promise<object> {
  try {
    const module: object = await import(/* @vite-ignore */ pathToFileURL(file).href)
    return module
  } catch (error) {
    const detail = `Could not import ${label}: ${describeError(error, cwd)}`
    throw appError(detail, importFix(error), error)
  }
}

function pickExport(
  module: object,
  { label, export: wanted }: LocatedApp,
): { readonly name: string; readonly value: unknown } {
  if (wanted !== null) {
    const value = wanted.split('.').reduce(memberOf, module)
    if (value !== undefined) return { name: wanted, value }
    throw appError(`${label} has no export \`${wanted}\``, exportsFix(module, label))
  }
  for (const name of DEFAULT_EXPORTS) {
    const value = memberOf(module, name)
    if (
      typeof value === 'function' ||
      isApp(value) ||
      isForeignApp(value) ||
      value instanceof Promise
    ) {
      return { name, value }
    }
  }
  throw appError(
    `${label} exports no app: looked for a default export, \`app\` and \`createApp\``,
    exportsFix(module, label),
  )
}

function memberOf(owner: unknown, name: string): unknown {
  // Only members the module really exports: `toString` is on everything.
  if ((typeof owner !== 'object' && typeof owner !== 'function') || owner === null) return undefined
  return Object.hasOwn(owner, name) ? Reflect.get(owner, name) : undefined
}

function exportsFix(module: object, label: string): string {
  const names = Object.keys(module)
  if (names.length === 0)
    return `Export the app from ${label}: \`export const app = createApp(…)\`.`
  return `Name one of its exports: ${names.map((name) => `${label}#${name}`).join(', ')}.`
}

function checkApp(value: unknown, label: string, { file }: LocatedApp): AppHandle {
  if (isApp(value)) return value
  if (isForeignApp(value)) {
    throw appError(
      `${label} ${FOREIGN_APP}`,
      'Run the program that is installed beside the app, with `npx trefoil`.',
    )
  }
  const what =
    value === null ? 'null' : Array.isArray(value) ? 'an array' : `of type ${typeof value}`
  throw appError(
    `${label} is not a Trefoil app: it is ${what}`,
    `Export what \`createApp()\` returns from ${file}, or a function that returns it.`,
  )
}

function labelOf(file: string, cwd: string): string {
  const path = relative(cwd, file).replaceAll('\\', '/')
  return path.startsWith('../') || path === '' ? file : `./${path}`
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
