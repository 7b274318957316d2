import { isRecord } from '../../base/plain/is-record.ts'
import { readGuard } from '../../contract/auth/read-guard.ts'
import type { ToolHints } from '../../contract/call/action.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import {
  checkFlag,
  checkList,
  checkRecord,
  checkText,
  requireText,
  shownValue,
} from '../../contract/options/option-values.ts'
import { isSchema } from '../../contract/params/schema.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { readRates } from '../../policy/rate/rate-option.ts'
import { type DeclaredOptions, GROUP_OPTIONS, type Level, ROUTE_OPTIONS } from './declaration.ts'
import { readBreaker, readConcurrency } from './read-capacity.ts'

/**
 * Checks the options of a group: what JavaScript callers hand over has passed no compiler.
 *
 * @throws ImproperlyConfigured naming the option
 */
export function checkGroupOptions(prefix: string, options: Level['options']): void {
  const where = `Group '${prefix}'`
  checkRecord(`${where}: options`, options)
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(ROUTE_OPTIONS, name) && !Object.hasOwn(GROUP_OPTIONS, name)) {
      throw new ImproperlyConfigured(`${where}: ${name} is an option of routes; give it to each`)
    }
  }
  checkOptionNames(where, options, GROUP_OPTIONS)
  checkShared(where, options)
}

/**
 * Checks the options of a route or an action.
 *
 * @throws ImproperlyConfigured naming the option
 */
export function checkRouteOptions(where: string, options: DeclaredOptions): void {
  checkRecord(`${where}: options`, options)
  checkOptionNames(where, options, ROUTE_OPTIONS)
  checkShared(where, options)
  // By truth, `tool: 'false'` would hand the action to agents.
  for (const option of [
    'tool',
    'cli',
    'deprecated',
    'changes',
    'external',
    'asks',
    'forms',
    'listed',
  ] as const) {
    checkFlag(`${where}: ${option}`, options[option])
  }
  const { audit, csrf } = options
  if (csrf !== undefined && csrf !== 'authenticated' && csrf !== 'always') {
    throw new ImproperlyConfigured(
      `${where}: csrf must be 'authenticated' or 'always', got ${shownValue(csrf)}`,
    )
  }
  if (audit !== undefined && audit !== 'required' && typeof audit !== 'boolean') {
    throw new ImproperlyConfigured(
      `${where}: audit must be true, false or 'required', got ${shownValue(audit)}`,
    )
  }
  if (options.resource !== undefined) requireText(`${where}: resource`, options.resource)
  for (const option of ['name', 'description', 'title'] as const) {
    const value = options[option]
    if (value !== '') checkText(`${where}: ${option}`, value)
  }
  if (options.returns !== undefined && !isSchema(options.returns)) {
    throw new ImproperlyConfigured(
      `${where}: returns must be a Standard Schema, such as z.object({ id: z.string() }), got ${shownValue(options.returns)}`,
    )
  }
  if (options.hints !== undefined) checkHints(`${where}: hints`, options.hints)
}

const HINTS: OptionNames<ToolHints> = {
  readOnlyHint: true,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: true,
}

function checkHints(where: string, hints: ToolHints): void {
  checkRecord(where, hints)
  checkOptionNames(where, hints, HINTS)
  // The compiler of the table holds the names to be those of the interface.
  for (const name of Object.keys(HINTS) as (keyof ToolHints)[]) {
    checkFlag(`${where}: ${name}`, hints[name])
  }
}

function checkShared(where: string, options: Level['options']): void {
  readConcurrency(where, options.concurrency)
  readBreaker(where, options.breaker)
  // Spread out, the text `admin` would let in whoever has the role `n` (SW-29).
  checkList(`${where}: roles`, options.roles, 'text', isText)
  if (options.roles?.length === 0) {
    throw new ImproperlyConfigured(
      `${where}: roles must name at least one; an empty list guards nothing`,
    )
  }
  checkList(`${where}: tags`, options.tags, 'text', isText)
  checkList(`${where}: guards`, options.guards, "guards, such as hasRole('admin')", isRecord)
  for (const guard of options.guards ?? []) readGuard(`${where}: guards`, guard)
  checkList(`${where}: middleware`, options.middleware, 'functions', isFunction)
  checkList(
    `${where}: errorHandlers`,
    options.errorHandlers,
    'entries made with handle(Class, answer)',
    isRecord,
  )
  if (options.metadata !== undefined) checkRecord(`${where}: metadata`, options.metadata)
  const { rate = false } = options
  if (rate !== false) readRates(`${where}: rate`, rate)
  const { problemPage = false } = options
  if (problemPage !== false && typeof problemPage !== 'function') {
    throw new ImproperlyConfigured(
      `${where}: problemPage must be a function of a problem, or false, got ${shownValue(problemPage)}`,
    )
  }
  if (options.params === undefined) return
  checkRecord(`${where}: params`, options.params)
  // Of its members, that of some library would be taken for parameters.
  if (isSchema(options.params)) {
    throw new ImproperlyConfigured(
      `${where}: params is a map of names, got a schema: ` +
        'write { id: z.string() }, not z.object({ id: z.string() })',
    )
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}
