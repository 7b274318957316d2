import { isRecord } from '../../base/plain/is-record.ts'
import type { Identity } from '../../contract/auth/auth-context.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { AccessCell, AccessMatrix } from './access-matrix.ts'

/** Principals by what becomes of them. */
export type AccessGroups = Readonly<Record<string, readonly string[]>>

/** The matrix as a file that is reviewed: callers who fare alike stand together. */
export interface AccessDocument {
  readonly format: 'trefoil-access/1'
  readonly app: string
  readonly authenticators: AccessMatrix['authenticators']
  readonly principals: AccessMatrix['given']
  /** By action, then by surface. */
  readonly actions: Readonly<Record<string, Readonly<Record<string, AccessGroups>>>>
  /** Where a caller fares otherwise on one surface than on another, and why. */
  readonly differences: readonly string[]
}

const FORMAT = 'trefoil-access/1'

export function accessDocument(matrix: AccessMatrix): AccessDocument {
  const actions = new Map<string, Map<string, Map<string, string[]>>>()
  for (const cell of matrix.cells) {
    const surfaces = entryOf(actions, cell.action, () => new Map<string, Map<string, string[]>>())
    const groups = entryOf(surfaces, cell.surface, () => new Map<string, string[]>())
    entryOf(groups, cellText(cell), () => []).push(cell.principal)
  }
  const sorted = (groups: Map<string, string[]>) =>
    Object.fromEntries([...groups].sort(([left], [right]) => (left < right ? -1 : 1)))
  return {
    format: FORMAT,
    app: matrix.app,
    authenticators: matrix.authenticators,
    principals: matrix.given,
    actions: Object.fromEntries(
      [...actions].map(([name, surfaces]) => [
        name,
        Object.fromEntries(
          [...surfaces].map(([surface, groups]) => [surface, sorted(groups)] as const),
        ),
      ]),
    ),
    differences: differencesOf(matrix),
  }
}

/** What becomes of a caller, in a few words: `403 HasRole, hidden`. */
export function cellText(cell: AccessCell): string {
  const { decision, rule, listed } = cell
  const words = [outcomeText(cell)]
  // A refusal that is listed is one that another token would help with.
  if (decision === 'allowed' ? !listed : !listed && decision !== '401') words.push('hidden')
  if (decision !== 'allowed' && rule === null) words[0] = decision
  return words.join(', ')
}

function outcomeText({ decision, rule, input, need, needRule }: AccessCell): string {
  if (decision !== 'allowed') return `${decision} ${rule ?? ''}`.trim()
  const then = input.length === 0 ? '' : `, then ${input.join(' and ')}`
  return need === 'none' ? `allowed${then}` : `allowed${then}, ${need} (${needRule ?? ''})`
}

/** Sentences, one for all principals that a difference is the same for. */
function differencesOf({ cells, authenticators }: AccessMatrix): readonly string[] {
  const rows = new Map<string, AccessCell[]>()
  for (const cell of cells) {
    entryOf(rows, JSON.stringify([cell.action, cell.principal]), () => []).push(cell)
  }
  const sentences = new Map<string, string[]>()
  for (const row of rows.values()) {
    const [first] = row
    if (first === undefined || new Set(row.map(outcomeText)).size === 1) continue
    const fares = row.map((cell) => `${cell.surface}: ${outcomeText(cell)}`).join('; ')
    const open = row.filter(({ surface }) => authenticators[surface] === null)
    const why = open.map(({ surface }) => ` (${surface} has no authenticator)`).join('')
    entryOf(sentences, JSON.stringify([first.action, fares + why]), () => []).push(first.principal)
  }
  return [...sentences]
    .map(([key, principals]) => {
      const [action, fares]: readonly string[] = JSON.parse(key)
      return `${action}, ${principals.join(', ')}: ${fares}`
    })
    .sort()
}

/** The text of a file: the same for the same app, wherever and whenever it is made. */
export function accessText(document: AccessDocument): string {
  // Lists of names on one line: a line is what a review shows.
  const text = JSON.stringify(document, null, 2)
  return `${text.replace(/\[\n\s+("[^\]]*?)\n\s+\]/g, (_all, inner: string) => `[${inner.replace(/\n\s+/g, ' ')}]`)}\n`
}

/**
 * Reads a file that {@link accessText} wrote.
 *
 * @param where its name, for messages
 * @throws ImproperlyConfigured for any other text
 */
export function readAccessDocument(text: string, where: string): AccessDocument {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new ImproperlyConfigured(`${where} is no JSON; write it anew`)
  }
  if (!isRecord(value) || value['format'] !== FORMAT) {
    throw new ImproperlyConfigured(`${where} is no access file: its format is not '${FORMAT}'`)
  }
  const { actions, principals } = value
  if (!isRecord(actions) || !isRecord(principals) || !Object.values(actions).every(isRecord)) {
    throw new ImproperlyConfigured(`${where}: actions and principals must be objects`)
  }
  // Everything below is compared as text, whatever it is.
  return value as unknown as AccessDocument
}

/**
 * The principals that a file was made for, to make it again.
 *
 * @throws ImproperlyConfigured for one whose token is not in the file, as no token is
 */
export function principalsIn(
  { principals }: AccessDocument,
  where: string,
): readonly { readonly name: string; readonly as: Identity }[] {
  return Object.entries(principals).map(([name, as]) => {
    if (as !== 'token') return { name, as }
    throw new ImproperlyConfigured(
      `${where} has principal '${name}' with a token, which only a test can hand over: use expectAccess()`,
    )
  })
}

/** What has changed from one document to another: one line for every place. */
export function accessChanges(agreed: AccessDocument, now: AccessDocument): readonly string[] {
  const [before, after] = [placesOf(agreed), placesOf(now)]
  const lines: string[] = []
  for (const place of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(place), after.get(place)]
    if (was !== is) lines.push(`${place}: was ${was ?? 'not there'}, is ${is ?? 'not there'}`)
  }
  // They follow from the rest, and are what a review reads first.
  if (
    lines.length === 0 &&
    JSON.stringify(agreed.differences) !== JSON.stringify(now.differences)
  ) {
    lines.push('differences: not those of the rest of the file; write it anew')
  }
  return lines.sort()
}

function placesOf({
  app,
  authenticators,
  principals,
  actions,
}: AccessDocument): Map<string, string> {
  const places = new Map<string, string>([['app', String(app)]])
  for (const [surface, name] of entriesOf(authenticators)) {
    places.set(`authenticator of ${surface}`, JSON.stringify(name))
  }
  for (const [name, as] of entriesOf(principals)) {
    places.set(`principal '${name}'`, JSON.stringify(as))
  }
  for (const [action, surfaces] of entriesOf(actions)) {
    for (const [surface, groups] of entriesOf(surfaces)) {
      for (const [text, names] of entriesOf(groups)) {
        for (const name of Array.isArray(names) ? names : []) {
          const place = `${action} on ${surface} for ${name}`
          const said = places.get(place)
          // Said twice, by hand: who reads the first would believe that.
          places.set(place, said === undefined ? text : `${said}; and also ${text}`)
        }
      }
    }
  }
  return places
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : []
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
