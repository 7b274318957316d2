import type { AuthEntry } from '../../contract/auth/authenticator.ts'
import type { ApprovalHook } from '../../contract/call/approval-hook.ts'
import type { Guard } from '../../contract/call/call.ts'
import type { Logger } from '../../contract/call/logger.ts'
import { SURFACES, type SurfaceName } from '../../contract/call/surface-name.ts'
import { type KnownVariables, variablesOf } from '../../contract/options/environment.ts'
import type { ProductionRisk } from '../../contract/options/production-risk.ts'
import type { VariableSection } from '../../contract/options/variable-row.ts'
import { type PartCommand, PROGRAM_COMMANDS } from '../../contract/part.ts'
import type { ApprovalDecider } from '../../contract/ports/approval-decider.ts'
import type { AuditPort } from '../../contract/ports/audit.ts'
import type { AdmitPort, LimitsPort } from '../../contract/ports/limits.ts'
import type { ObserverPort } from '../../contract/ports/observer.ts'
import type { TransactionPort } from '../../contract/ports/transaction.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { ProblemRow } from '../../contract/problems/problem-row.ts'
import { hookDecider } from '../../policy/hook-decider.ts'
import type { Part } from '../declare/part-types.ts'
import { KNOWN_VARIABLES } from '../options/known-variables.ts'
import { readAuth } from '../options/read-auth.ts'
import { variableRowsOfPart } from '../options/variable-rows.ts'
import { gatherFigures } from './gather-figures.ts'

/** Options of `createApp` that are short for a part. */
export interface SugarOptions {
  /** Read already. */
  readonly auth: JoinedParts['auth']
  readonly approval: ApprovalHook | null
  readonly audit: AuditPort | null
  readonly guards: readonly Guard[]
  /** The developer's own; `null` where the default writes. */
  readonly logger: Logger | null
}

/** All parts of an app as one. */
export interface JoinedParts {
  readonly auth: Readonly<Partial<Record<SurfaceName, AuthEntry>>>
  readonly admit: readonly AdmitPort[]
  readonly limits: readonly LimitsPort[]
  readonly guards: readonly Guard[]
  readonly approval: ApprovalDecider | null
  readonly audit: readonly AuditPort[]
  readonly transaction: readonly TransactionPort[]
  readonly observe: readonly ObserverPort[]
  /** Of all, asked now. */
  figures(): ReturnType<typeof gatherFigures>
  readonly logger: Logger | null
  /** Rows of all tables beside the built-in one, by code. */
  readonly problems: ReadonlyMap<string, ProblemRow>
  /** What parts read from the environment. */
  readonly variables: KnownVariables
  /** The same with what they mean, by part. */
  readonly variableSections: readonly VariableSection[]
  /** Tools that every list has, with the part that says so. */
  readonly tools: readonly { readonly part: string; readonly tool: string }[]
  /** Actions that are meant to ask nobody over HTTP, with the part that says so. */
  readonly asksNobody: readonly { readonly part: string; readonly name: string }[]
  readonly commands: readonly { readonly part: string; readonly command: PartCommand }[]
  /** @throws ImproperlyConfigured naming the part whose `risks` fails */
  risks(): readonly ProductionRisk[]
}

/**
 * The one place where parts become an app. The options `auth`, `guards`, `approval` and `logger` of
 * `createApp` come as a part before all others.
 *
 * @throws ImproperlyConfigured naming both parts that bring the same
 */
export function joinParts(sugar: SugarOptions, parts: readonly Part[]): JoinedParts {
  const members = [sugarPart(sugar), ...parts.map(memberOf)]
  return Object.freeze({
    auth: joinAuth(members),
    admit: each(members, ({ part }) => part.admit),
    limits: each(members, ({ part }) => part.limits),
    guards: members.flatMap(({ part }) => part.guards ?? []),
    approval: only(members, 'an approval', ({ part }) => part.approval),
    audit: each(members, ({ part }) => part.audit),
    transaction: joinTransactions(members),
    observe: each(members, ({ part }) => part.observe),
    figures: () => gatherFigures(each(members, ({ part }) => part.figures)),
    logger: only(members, 'a logger', ({ part }) => part.logger),
    problems: joinProblems(members),
    variables: joinVariableNames(members),
    variableSections: members
      .map(({ owner, part }) => ({ title: owner, rows: variableRowsOfPart(part) }))
      .filter(({ rows }) => rows.length > 0),
    tools: parts.flatMap(({ name, tools = [] }) => tools.map((tool) => ({ part: name, tool }))),
    asksNobody: parts.flatMap(({ name: part, asksNobody = [] }) =>
      asksNobody.map((name) => ({ part, name })),
    ),
    commands: joinCommands(members),
    risks: () => parts.flatMap(risksOfPart),
  })
}

/** A part, and how messages name it. */
interface Member {
  readonly owner: string
  /** By surface. */
  readonly auth: JoinedParts['auth']
  readonly part: Omit<Part, 'name'>
}

function memberOf(part: Part): Member {
  const owner = `part '${part.name}'`
  try {
    return { owner, auth: readAuth(listOf(part.authenticator)), part }
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    throw new ImproperlyConfigured(`${sentence(owner)}: ${error.message}`, { cause: error })
  }
}

function sugarPart({ auth, approval, audit, guards, logger }: SugarOptions): Member {
  return {
    owner: 'createApp()',
    auth,
    part: {
      guards,
      ...(approval === null ? {} : { approval: hookDecider(approval) }),
      ...(audit === null ? {} : { audit }),
      ...(logger === null ? {} : { logger }),
    },
  }
}

function each<Port>(
  members: readonly Member[],
  pick: (member: Member) => Port | undefined,
): readonly Port[] {
  return members.map(pick).filter((port) => port !== undefined)
}

/** In order, but for the one that has to be the last. */
function joinTransactions(members: readonly Member[]): readonly TransactionPort[] {
  const isLast = ({ part }: Member) => part.transaction?.last === true
  const last = only(members, 'a transaction that is the last', (member) =>
    isLast(member) ? member.part.transaction : undefined,
  )
  const others = each(members, (member) => (isLast(member) ? undefined : member.part.transaction))
  return last === null ? others : [...others, last]
}

/** Of two that decide the same nobody could say which one counts. */
function only<Slot>(
  members: readonly Member[],
  what: string,
  pick: (member: Member) => Slot | undefined,
): Slot | null {
  const [first, second] = members.filter((member) => pick(member) !== undefined)
  if (first !== undefined && second !== undefined) {
    throw new ImproperlyConfigured(
      `${sentence(first.owner)} and ${second.owner} both bring ${what}; an app has one`,
    )
  }
  return first === undefined ? null : (pick(first) ?? null)
}

function joinAuth(members: readonly Member[]): JoinedParts['auth'] {
  const joined: Partial<Record<SurfaceName, AuthEntry>> = {}
  const owners = new Map<SurfaceName, string>()
  for (const { owner, auth } of members) {
    for (const surface of SURFACES) {
      const config = auth[surface]
      if (config === undefined) continue
      const other = owners.get(surface)
      if (other !== undefined) {
        throw new ImproperlyConfigured(
          `${sentence(other)} and ${owner} both bring an authenticator of surface '${surface}'; ` +
            'cover each surface with one, and combine several checks inside it',
        )
      }
      owners.set(surface, owner)
      joined[surface] = config
    }
  }
  return Object.freeze(joined)
}

function listOf(auth: Part['authenticator']): readonly unknown[] {
  if (auth === undefined) return []
  return Array.isArray(auth) ? auth : [auth]
}

/** Remembers who brought what, and says so when somebody else brings it again. */
class Owners {
  readonly #owners = new Map<string, string>()

  /** @throws ImproperlyConfigured naming both */
  take(what: string, owner: string): void {
    const other = this.#owners.get(what)
    if (other === undefined) {
      this.#owners.set(what, owner)
      return
    }
    throw new ImproperlyConfigured(
      other === owner
        ? `${sentence(owner)} brings ${what} twice`
        : `${sentence(other)} and ${owner} both bring ${what}; rename one of them`,
    )
  }
}

function joinProblems(members: readonly Member[]): JoinedParts['problems'] {
  const rows = new Map<string, ProblemRow>()
  const owners = new Owners()
  const joined = new Map<object, string>()
  for (const { owner, part } of members) {
    const sets = part.problems === undefined ? [] : [part.problems].flat()
    for (const set of sets) {
      // Two of one kind bring the same table, and with it the same rows.
      if ((joined.get(set) ?? owner) !== owner) continue
      joined.set(set, owner)
      for (const [code, row] of Object.entries(set.rows)) {
        owners.take(`the problem code '${code}'`, owner)
        rows.set(code, row)
      }
    }
  }
  return rows
}

function joinVariableNames(members: readonly Member[]): KnownVariables {
  const owners = new Owners()
  for (const name of KNOWN_VARIABLES.names) owners.take(`the variable ${name}`, 'Trefoil itself')
  const all = members.flatMap(({ owner, part }) => {
    const ofOptions = part.options === undefined ? [] : [...variablesOf(part.options).names]
    const names = [...ofOptions, ...(part.variables ?? []).map(({ name }) => name)]
    for (const name of names) owners.take(`the variable ${name}`, owner)
    return names
  })
  return { names: new Set(all), renamed: new Map() }
}

function joinCommands(members: readonly Member[]): JoinedParts['commands'] {
  return members.flatMap(({ owner, part }) => {
    const { commands = [] } = part
    // Parts do not share names, so only the program's own can stand in the way.
    const name = 'name' in part ? String(part.name) : ''
    if (commands.length > 0 && PROGRAM_COMMANDS.includes(name)) {
      throw new ImproperlyConfigured(
        `${sentence(owner)} brings commands, and the program has a command '${name}' of its own; rename the part`,
      )
    }
    return commands.map((command) => ({ part: name, command }))
  })
}

function risksOfPart({ name, risks }: Part): readonly ProductionRisk[] {
  if (risks === undefined) return []
  let found: unknown
  try {
    found = risks()
  } catch (cause) {
    throw new ImproperlyConfigured(`Part '${name}': risks failed`, { cause })
  }
  if (Array.isArray(found) && found.every(isRisk)) return found
  throw new ImproperlyConfigured(`Part '${name}': risks must return a list of { code, message }`)
}

function isRisk(value: unknown): value is ProductionRisk {
  const { code, message }: Partial<Record<keyof ProductionRisk, unknown>> = Object(value)
  return typeof code === 'string' && code !== '' && typeof message === 'string' && message !== ''
}

function sentence(text: string): string {
  return text.startsWith('createApp') ? text : text.charAt(0).toUpperCase() + text.slice(1)
}
