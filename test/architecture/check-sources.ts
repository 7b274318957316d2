import { posix } from 'node:path'
import { checkFolders } from './check-folders.ts'
import { checkSigns } from './check-signs.ts'
import { findCycles, type Graph } from './find-cycle.ts'
import { type ParsedModule, parseModule, type Reference } from './parse-module.ts'
import type { Sources } from './read-sources.ts'
import type { Report, Rule } from './report.ts'
import {
  isBuiltin,
  mayImport,
  mayUseBuiltin,
  packageRefusal,
  ROOFS,
  type Room,
  roomOf,
} from './rooms.ts'

export interface Violation {
  readonly rule: Rule
  readonly file: string
  readonly message: string
}

interface Edge extends Reference {
  readonly from: string
  readonly to: string
}

const VAGUE = /^(.+[-.])?(utils?|helpers?|common|misc)$/
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/
const SUPPRESSIONS =
  /eslint-disable|@ts-(ignore|nocheck|expect-error)|biome-ignore-all|biome-ignore(?! (lint\/[a-z]+\/[A-Za-z]+|format|assist\/\S+): \S)|biome-ignore lint\/\S*(noExplicitAny|noNonNullAssertion|useImportType|noRestrictedImports)/
/** The one `any` of the package (decisions/0025): a line that says more or stands elsewhere is not it. */
const ANY_APP =
  'app/declare/app-types.ts: // biome-ignore lint/suspicious/noExplicitAny: nothing else is at once above and below every app'
const MOST_LINES = 500

/** Holds sources to DESIGN §2 and the house rules. @returns violations, in order of the files */
export function checkSources(sources: Sources): readonly Violation[] {
  const modules = new Map<string, ParsedModule>()
  for (const [file, text] of sources) {
    if (file.endsWith('.ts')) modules.set(file, parseModule(file, text))
  }
  const violations: Violation[] = []
  const report = (rule: Rule, file: string, message: string) => {
    violations.push({ rule, file, message })
  }
  const edges: Edge[] = []
  for (const [file, parsed] of modules) {
    checkName(file, report)
    checkText(file, sources.get(file) ?? '', report)
    checkSyntax(file, parsed, report)
    for (const reference of parsed.references) {
      const to = checkReference(file, reference, modules, report)
      if (to !== null) edges.push({ ...reference, from: file, to })
    }
  }
  checkCycles(edges, report)
  checkBrowser(edges, modules, report)
  checkFolders(modules, report)
  checkSigns(sources, report)
  return violations
}

/** `file:line [rule] what is wrong`, one a line. */
export function describeViolations(violations: readonly Violation[]): string {
  return violations.map(({ rule, file, message }) => `${file}: [${rule}] ${message}`).join('\n')
}

function checkName(file: string, report: Report): void {
  if (roomOf(file) === null) report('plan', file, 'is in no room of DESIGN §2')
  for (const segment of file.replace(/\.ts$/, '').split('/')) {
    if (VAGUE.test(segment)) report('names', file, `'${segment}' does not say what is in there`)
    if (!KEBAB.test(segment)) report('names', file, `'${segment}' is not kebab-case`)
  }
}

function checkText(file: string, text: string, report: Report): void {
  const lines = text.split('\n')
  if (lines.length > MOST_LINES) {
    report('size', file, `has ${lines.length} lines, more than ${MOST_LINES}`)
  }
  for (const [index, line] of lines.entries()) {
    const found = SUPPRESSIONS.exec(line)
    if (found !== null && `${file}: ${line}` !== ANY_APP)
      report('suppressions', `${file}:${index + 1}`, `${found[0]} silences a rule`)
  }
}

function checkSyntax(file: string, parsed: ParsedModule, report: Report): void {
  if (roomOf(file) === 'doors') {
    for (const line of parsed.ownStatements) {
      report('doors', `${file}:${line}`, 'a door holds `export … from` and nothing else')
    }
  }
  for (const line of parsed.defaultExports) {
    report('named-exports', `${file}:${line}`, 'export default: exports have names')
  }
  if (file === 'base/clock.ts') return
  for (const { text, line } of parsed.ambient) {
    report(
      'time-and-chance',
      `${file}:${line}`,
      `${text}: time and randomness come from base/clock`,
    )
  }
}

/** @returns the file it leads to; `null` when that is outside `src` or not there */
function checkReference(
  file: string,
  { specifier, line, typeOnly }: Reference,
  modules: ReadonlyMap<string, ParsedModule>,
  report: Report,
): string | null {
  const at = `${file}:${line}`
  if (specifier === null) {
    // The program loads the user's app, whose place nobody knows.
    if (roomOf(file) !== 'program' && roomOf(file) !== 'testing') {
      report('literal-imports', at, 'import() of something that is not a literal')
    }
    return null
  }
  if (isBuiltin(specifier)) {
    if (!mayUseBuiltin(file, specifier)) {
      report('builtins', at, `${placeOf(file)} must not use ${specifier}`)
    }
    return null
  }
  const to = pathOf(file, specifier)
  if (to === null) {
    const refusal = packageRefusal(file, specifier, typeOnly)
    if (refusal !== null) report('packages', at, `${specifier}: ${refusal}`)
    return null
  }
  if (!modules.has(to)) {
    report('resolves', at, `'${specifier}' leads to ${to}, which is not a source`)
    return null
  }
  if (!mayImport(file, to)) {
    report('imports', at, `${placeOf(file)} must not import ${placeOf(to)} (${to})`)
  }
  return to
}

/** A path below `src`: of a relative specifier, or of a door named by its package. */
function pathOf(file: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier)
  if (specifier === 'trefoil') return 'index.ts'
  return specifier.startsWith('trefoil/') ? `${specifier.slice('trefoil/'.length)}.ts` : null
}

function placeOf(file: string): string {
  return roomOf(file) ?? file
}

function checkCycles(edges: readonly Edge[], report: Report): void {
  const loads = edges.filter(({ typeOnly }) => !typeOnly).map(({ from, to }) => `${from}→${to}`)
  const loaded = new Set(loads)
  for (const cycle of findCycles(graphOf(edges.map(({ from, to }) => [from, to])))) {
    const atRunTime = cycle.every((file, index) =>
      loaded.has(`${file}→${cycle[(index + 1) % cycle.length]}`),
    )
    const when = atRunTime ? 'at run time' : 'through types'
    report('file-cycles', cycle[0] ?? '', `imports itself ${when}: ${around(cycle)}`)
  }
  const between = edges.flatMap(({ from, to }): [Room, Room][] => {
    const [source, target] = [roomOf(from), roomOf(to)]
    // Features use doors and doors offer features: that ring is the plan. Of roofs nobody asks.
    if (source === null || target === null || source === target) return []
    return [source, target].some((room) => room === 'doors' || ROOFS.includes(room))
      ? []
      : [[source, target]]
  })
  for (const cycle of findCycles(graphOf(between))) {
    report('room-cycles', cycle[0] ?? '', `imports itself: ${around(cycle)}`)
  }
}

function graphOf(edges: readonly (readonly [string, string])[]): Graph {
  const graph = new Map<string, Set<string>>()
  for (const [from, to] of edges) {
    const targets = graph.get(from) ?? new Set()
    graph.set(from, targets.add(to))
  }
  return graph
}

function around(cycle: readonly string[]): string {
  return [...cycle, cycle[0]].join(' → ')
}

/** What `trefoil/client` loads must run where there is no Node. */
function checkBrowser(
  edges: readonly Edge[],
  modules: ReadonlyMap<string, ParsedModule>,
  report: Report,
): void {
  const loads = graphOf(edges.filter((edge) => !edge.typeOnly).map(({ from, to }) => [from, to]))
  const reached = new Set(modules.has('client.ts') ? ['client.ts'] : [])
  // A set iterates over what is added on the way, too.
  for (const file of reached) {
    for (const { specifier, typeOnly, line } of modules.get(file)?.references ?? []) {
      if (!typeOnly && specifier !== null && isBuiltin(specifier)) {
        report('browser', `${file}:${line}`, `${specifier} is loaded by the client door`)
      }
    }
    for (const next of loads.get(file) ?? []) reached.add(next)
  }
}
