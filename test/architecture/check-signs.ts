import { posix } from 'node:path'
import type { Sources } from './read-sources.ts'
import type { Report } from './report.ts'
import { MAY_IMPORT, ROOMS, type Room, roomOf } from './rooms.ts'

/** A folder of so many sources has a sign of its own. */
const SIGN_FROM = 5
/** Lines of a sign: what is here, and what never happens here. */
const MOST_LINES = 25

/** Places of the repository that are not below `src`. */
const ELSEWHERE = /^(bench|bin|decisions|docs|examples|scripts|test|dist|build)(\/|$)/

/** Every room and every larger folder says what is in it, and what it says is so. */
export function checkSigns(sources: Sources, report: Report): void {
  for (const folder of foldersWithSigns(sources)) {
    if (!sources.has(`${folder}/README.md`)) report('room-signs', folder, 'has no README.md')
  }
  for (const [file, text] of sources) {
    if (!file.endsWith('README.md')) continue
    const lines = text.trimEnd().split('\n').length
    if (lines > MOST_LINES)
      report('room-signs', file, `has ${lines} lines, which is no sign any more`)
    checkNames(file, text, sources, report)
    checkClaims(file, text, report)
  }
}

function foldersWithSigns(sources: Sources): ReadonlySet<string> {
  const folders = new Set<string>()
  const counts = new Map<string, number>()
  for (const file of sources.keys()) {
    const room = roomOf(file)
    if (room !== null && room !== 'doors') folders.add(room)
    const folder = posix.dirname(file)
    if (!file.endsWith('.ts') || folder === '.') continue
    const count = (counts.get(folder) ?? 0) + 1
    counts.set(folder, count)
    if (count === SIGN_FROM) folders.add(folder)
  }
  return folders
}

/** Files and folders that a sign names are there, from the folder it hangs in or from `src`. */
function checkNames(file: string, text: string, sources: Sources, report: Report): void {
  const folder = posix.dirname(file)
  for (const [, name = ''] of text.matchAll(/`([\w./*-]+)`/g)) {
    const isPath = /\.(ts|md)$/.test(name) || name.includes('/')
    // Tests are not read, and a path of HTTP is none of ours.
    if (!isPath || ELSEWHERE.test(name) || /^\/|\.test\.ts$/.test(name)) continue
    const places = [posix.join(folder, name), posix.normalize(name)]
    if (!places.some((place) => isThere(place, sources))) {
      report('true-signs', file, `names '${name}', which is not there`)
    }
  }
}

function isThere(place: string, sources: Sources): boolean {
  const path = place.replace(/\/$/, '')
  if (sources.has(path)) return true
  const pattern = path.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  const match = new RegExp(`^${pattern.join('[^/]*')}(/|$)`)
  return [...sources.keys()].some((one) => match.test(one))
}

/** What a sign says of imports is what `rooms.ts` holds. */
function checkClaims(file: string, text: string, report: Report): void {
  const folder = posix.dirname(file)
  const room = roomOf(`${folder}/x.ts`)
  if (room === null) return
  const allowed = new Set<Room>([...MAY_IMPORT[room], room])
  const [, may] = /^- May import: ((?:.|\n(?!- ))*)/m.exec(text) ?? []
  const said = may === undefined ? null : importsNamed(may)
  if (said !== null && room === folder) {
    const wrong = difference(said, allowed)
    const left = difference(allowed, said).filter((one) => one !== room)
    if (wrong.length > 0) report('true-signs', file, `says that it may import ${wrong.join(', ')}`)
    if (left.length > 0)
      report('true-signs', file, `does not say that it may import ${left.join(', ')}`)
  }
  const [, never = ''] = /^- Must never happen here: ((?:.|\n(?!- ))*)/m.exec(text) ?? []
  for (const [, ban = ''] of never.matchAll(/importing ([^;.]*)/g)) {
    const allowedOnes = [...roomsNamed(ban)].filter((one) => one !== room && allowed.has(one))
    if (allowedOnes.length > 0) {
      report('true-signs', file, `forbids importing ${allowedOnes.join(', ')}, which is allowed`)
    }
  }
}

const FLOORS: readonly (readonly Room[])[] = [
  ['base'],
  ['contract', 'web'],
  ['identity', 'policy', 'record'],
  ['engine'],
]

/** Rooms that a sentence such as "floors 0 to 2, `describe`" names; `null` for "anything". */
export function importsNamed(text: string): ReadonlySet<Room> | null {
  if (/^(anything|what `[^`]+` may)/.test(text)) return null
  const rooms = roomsNamed(text)
  for (const [, from, to = from] of text.matchAll(/floors? (\d)(?: to (\d))?/g)) {
    for (const floor of FLOORS.slice(Number(from), Number(to) + 1)) {
      for (const room of floor) rooms.add(room)
    }
  }
  return rooms
}

function roomsNamed(text: string): Set<Room> {
  const names = [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name)
  return new Set(ROOMS.filter((room) => names.includes(room)))
}

function difference(some: ReadonlySet<Room>, others: ReadonlySet<Room>): readonly Room[] {
  return [...some].filter((room) => !others.has(room))
}
