import { isRecord } from '../base/plain/is-record.ts'
import { fillPath } from '../contract/call/fill-path.ts'
import type { ArgumentPlace, RouteArgument, RouteEntry } from '../contract/protocol/route-table.ts'
import { type FormPart, formBody } from './form-body.ts'

/** Where the arguments of a call have gone. */
export interface LaidOut {
  /** Path and query. */
  readonly target: string
  readonly headers: Headers
  readonly body: RequestInit['body']
}

type Args = Readonly<Record<string, unknown>>

/** One argument that was given, with its place. */
interface Placed extends RouteArgument {
  readonly wire: string
  readonly value: unknown
}

/**
 * Puts arguments where the table says they travel, so that the server binds exactly what was given.
 *
 * @throws TypeError naming the argument, for one that is not declared, and for a value that its place
 * cannot carry as it is
 */
export function layOutRequest(route: RouteEntry, args: Args): LaidOut {
  const placed = place(route, args)
  const at = (...places: ArgumentPlace[]) => placed.filter((each) => places.includes(each.in))
  const headers = new Headers()
  for (const each of at('header')) headers.set(each.wire, headerText(each))
  const cookies = at('cookie').map((each) => `${each.wire}=${cookieText(each)}`)
  if (cookies.length > 0) headers.set('cookie', cookies.join('; '))
  refuseDropped(route, headers)
  const path = fillPath(route.path, Object.fromEntries(at('path').map((a) => [a.wire, a.value])))
  const search = at('query').flatMap(queryPairs).join('&')
  const { body, type } = bodyOf(route, at)
  if (type !== null) headers.set('content-type', type)
  return { target: search === '' ? path : `${path}?${search}`, headers, body }
}

function place(route: RouteEntry, args: Args): readonly Placed[] {
  if (!isRecord(args)) throw new TypeError(`${route.name}: arguments must be an object by name`)
  return Object.entries(args).flatMap(([name, value]): readonly Placed[] => {
    if (!Object.hasOwn(route.arguments, name)) {
      throw new TypeError(`${route.name}: ${name} is no argument of it`)
    }
    const argument = route.arguments[name] as RouteArgument
    // Whole bodies and members of JSON can be null; anywhere else there is only being left out.
    const isJson = argument.in === 'field' || argument.in === 'body'
    if (value === undefined || (value === null && !isJson)) return []
    return [{ ...argument, wire: argument.name ?? name, value }]
  })
}

type At = (...places: ArgumentPlace[]) => readonly Placed[]

const JSON_TYPE = 'application/json'

function bodyOf(route: RouteEntry, at: At): { body: LaidOut['body']; type: string | null } {
  const sources = new Set(Object.values(route.arguments).map((argument) => argument.in))
  if (sources.has('form') || sources.has('file') || sources.has('files')) {
    return formBody(at('form', 'file', 'files').flatMap(formParts))
  }
  if (sources.has('field')) {
    // An object without members where none was given: an action with fields reads one.
    const members = Object.fromEntries(at('field').map(({ wire, value }) => [wire, value]))
    return { body: jsonText(members, route.name), type: JSON_TYPE }
  }
  const [whole] = at('body')
  if (whole === undefined) return { body: null, type: null }
  return { body: jsonText(whole.value, whole.wire), type: JSON_TYPE }
}

/** Bigints are digits in text: a JSON number would lose the last of them on its way. */
export function jsonText(value: unknown, name: string): string {
  const text = JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === 'bigint') return String(member)
    if (typeof member === 'number' && !Number.isFinite(member)) throw unfit(name, 'is no number')
    if (member instanceof Blob) throw unfit(name, 'is a file, which only forms can carry')
    return member
  }) as string | undefined
  if (text === undefined) throw unfit(name, 'has no JSON form')
  return text
}

function queryPairs({ wire, value, list }: Placed): readonly string[] {
  const name = encodeURIComponent(wire)
  const texts = textsOf(wire, value, list !== undefined).map((text) => encoded(wire, text))
  // A comma in an item is escaped, so that it does not end it.
  if (list === 'commas') return [`${name}=${texts.join(',')}`]
  return texts.map((text) => `${name}=${text}`)
}

function encoded(wire: string, text: string): string {
  if (!text.isWellFormed()) throw unfit(wire, 'has half a character (a lone surrogate)')
  return encodeURIComponent(text)
}

function formParts({ in: source, wire, value, list }: Placed): readonly FormPart[] {
  if (source === 'form') {
    return textsOf(wire, value, list !== undefined).map((text) => {
      if (!text.isWellFormed()) throw unfit(wire, 'has half a character (a lone surrogate)')
      return { name: wire, value: text }
    })
  }
  const files: readonly unknown[] = source === 'files' && Array.isArray(value) ? value : [value]
  return files.map((file) => {
    if (!(file instanceof Blob)) throw unfit(wire, 'must be a Blob or a File')
    return { name: wire, value: file }
  })
}

/** What a header can carry and no one on the way trims. */
const HEADER_TEXT = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/

function headerText({ wire, value, list }: Placed): string {
  const texts = textsOf(wire, value, list !== undefined)
  if (texts.length > 1) throw unfit(wire, 'is a list: fetch would make one header of its items')
  const [text = ''] = texts
  if (HEADER_TEXT.test(text)) return text
  throw unfit(wire, 'is no header value: Latin-1 text without line breaks and outer spaces')
}

/** Browsers drop the headers that no script may set, cookies first of all, and say nothing. */
function refuseDropped(route: RouteEntry, headers: Headers): void {
  const names = [...headers.keys()]
  if (names.length === 0) return
  const kept = new Request('https://localhost/', { headers }).headers
  const dropped = names.find((name) => !kept.has(name))
  if (dropped === undefined) return
  throw new TypeError(
    `${route.name}: no script can set the header '${dropped}' in a browser; leave the argument out that travels in it`,
  )
}

/** RFC 6265: whatever else it is, somebody on the way reads it otherwise. */
const COOKIE_TEXT = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/

function cookieText({ wire, value, list }: Placed): string {
  const [text = '', ...more] = textsOf(wire, value, list !== undefined)
  if (more.length === 0 && COOKIE_TEXT.test(text)) return text
  throw unfit(wire, 'is no cookie value: visible ASCII without spaces, quotes, commas, ; and \\')
}

function textsOf(wire: string, value: unknown, isList: boolean): readonly string[] {
  if (!isList || !Array.isArray(value)) return [textOf(wire, value)]
  // Sent as nothing it would be left out, and a default of the server's would stand in its place.
  if (value.length === 0)
    throw unfit(wire, 'is an empty list, which only JSON can carry: leave it out')
  return value.map((item) => textOf(wire, item))
}

/** By the grammar that the server reads: see `contract/params/decode-text.ts`. */
function textOf(wire: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
  throw unfit(wire, 'must be text, a number, a boolean, a bigint or a date to travel as text')
}

function unfit(wire: string, what: string): TypeError {
  return new TypeError(`Argument ${wire} ${what}`)
}
