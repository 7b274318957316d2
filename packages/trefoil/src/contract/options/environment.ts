import { closest } from '../../base/closest.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { type AnyOptionGroup, variableOf } from './option-rows.ts'

/** Variables by name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The environment of this process; empty where there is none, or it may not be read. */
export function processEnvironment(): Environment {
  try {
    return { ...globalThis.process?.env }
  } catch {
    // Deno without the permission to read it.
    return {}
  }
}

/**
 * The option `env` of an options object, which is needed before the others are read; `null` where it
 * is absent, or something that is refused with them. Copied: what changes later changes nothing.
 */
export function givenEnvironment(options: unknown): Environment | null {
  const env = isRecord(options) ? options['env'] : undefined
  if (!isRecord(env)) return null
  return Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )
}

/** A variable that has another name now. */
export interface RenamedVariable {
  readonly to: string
  /** What a bare number counted under the old name, to be written behind it: `s`. */
  readonly unit?: string
}

/** Variables that somebody reads: a value, because parts bring theirs. */
export interface KnownVariables {
  readonly names: ReadonlySet<string>
  /** Old names, which go on working. */
  readonly renamed: ReadonlyMap<string, RenamedVariable>
}

/** The variables of one or more groups of options, those of groups inside them included. */
export function variablesOf(...groups: readonly AnyOptionGroup[]): KnownVariables {
  const names = groups.flatMap((group) =>
    Object.entries(group.rows).flatMap(([name, row]) =>
      row.group === undefined ? [variableOf(group, name)] : [...variablesOf(row.group).names],
    ),
  )
  return { names: new Set(names.filter((name) => name !== null)), renamed: new Map() }
}

/** All of them together. */
export function joinVariables(...known: readonly KnownVariables[]): KnownVariables {
  return {
    names: new Set(known.flatMap(({ names }) => [...names])),
    renamed: new Map(known.flatMap(({ renamed }) => [...renamed])),
  }
}

/** A variable that is set, under the name by which whoever set it knows it. */
export interface FoundVariable {
  readonly name: string
  readonly text: string
}

/** Looks a variable up, by its old name too; the new one counts. `null` when it is not set. */
export function findVariable(
  env: Environment,
  name: string,
  renamed: KnownVariables['renamed'] = new Map(),
): FoundVariable | null {
  const text = env[name]
  if (text !== undefined) return { name, text }
  for (const [old, { to, unit }] of renamed) {
    const value = env[old]
    if (to !== name || value === undefined) continue
    const isBare = unit !== undefined && /^[0-9]+$/.test(value.trim())
    return { name: old, text: isBare ? `${value.trim()}${unit}` : value }
  }
  return null
}

/**
 * What start-up says about the environment, one sentence each: variables under their old names, and
 * those that nobody reads, because a misspelt one would otherwise be ignored in silence (APP-6).
 */
export function variableWarnings(env: Environment, known: KnownVariables): readonly string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('TREFOIL_') && env[name] !== undefined)
    .filter((name) => !known.names.has(name))
    .sort()
    .map((name) => {
      const now = known.renamed.get(name)?.to
      if (now === undefined) return stray(name, known)
      return env[now] === undefined
        ? `Environment variable ${name} is now ${now}; the old name works until 1.0`
        : `Environment variable ${name} is now ${now}; both are set, and ${now} counts`
    })
}

/**
 * Ready-made parts by the beginning of their variables. A file of variables may be that of several apps, of
 * which one has a database: what another one is told must be true there.
 */
const READY_MADE: ReadonlyMap<string, string> = new Map([
  ['AUDIT', 'auditLog()'],
  ['AUTH', 'accounts()'],
  ['DATABASE', 'database()'],
  ['HEALTH', 'health()'],
  ['JOBS', 'jobQueue()'],
  ['METRICS', 'metrics()'],
  ['OTEL', 'otel()'],
  ['PAGES', 'pages()'],
  ['REDIS', 'redis()'],
  ['WEBHOOKS', 'webhooks()'],
])

/** Those of `jwtAuth`, which every app knows, begin like those of a part. */
const OF_EVERY_APP = 'TREFOIL_AUTH_JWT_'

function stray(name: string, { names }: KnownVariables): string {
  const [, first = ''] = name.split('_')
  const part = name.startsWith(OF_EVERY_APP) ? undefined : READY_MADE.get(first)
  const ofParts = [...names].filter((known) => !known.startsWith(OF_EVERY_APP))
  const isThere = ofParts.some((known) => known.startsWith(`TREFOIL_${first}_`))
  if (part !== undefined && !isThere) {
    return `Environment variable ${name} is for ${part}, a part that this app does not have`
  }
  const near = closest(name, names)
  const hint = near === null ? '' : `; did you mean ${near}?`
  return `Environment variable ${name} is not one that Trefoil reads${hint}`
}
