// Holds an event to the compiled schema of OCSF in test/fixtures: every member known, of its type, required
// ones there, captions as the schema writes them.
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'

interface Attribute {
  readonly type: string
  readonly object?: string
  readonly array?: boolean
  readonly requirement: string
  readonly profile?: string
  readonly enum?: Readonly<Record<string, string>>
  readonly sibling?: string
  readonly deprecated?: string
}

interface Shape {
  readonly uid?: number
  readonly profiles?: readonly string[]
  readonly open?: boolean
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly constraints?: Readonly<
    Record<'at_least_one' | 'just_one', readonly string[] | undefined>
  >
}

interface TypeRow {
  readonly type?: string
  readonly regex?: string
  readonly range?: readonly [number, number]
  readonly max_len?: number
}

interface Schema {
  readonly version: string
  readonly types: Readonly<Record<string, TypeRow>>
  readonly classes: Readonly<Record<string, Shape>>
  readonly objects: Readonly<Record<string, Shape>>
}

const file = new URL('../fixtures/ocsf-1.9.0-subset.json', import.meta.url)
export const SCHEMA: Schema = JSON.parse(readFileSync(file, 'utf8'))

type Members = Readonly<Record<string, unknown>>

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What is wrong with an event, as `path: reason`; nothing for a valid one. */
export function ocsfFaults(event: unknown): readonly string[] {
  if (!isMembers(event)) return [': no object']
  const shape = Object.values(SCHEMA.classes).find(({ uid }) => uid === event['class_uid'])
  if (shape === undefined) return ['class_uid: unknown']
  const faults: string[] = []
  const metadata = isMembers(event['metadata']) ? event['metadata'] : {}
  const listed = Array.isArray(metadata['profiles']) ? metadata['profiles'] : []
  for (const one of listed) {
    if (!shape.profiles?.includes(one))
      faults.push(`metadata.profiles: ${one} is not of this class`)
  }
  if (event['type_uid'] !== Number(event['class_uid']) * 100 + Number(event['activity_id'])) {
    faults.push('type_uid: not of class_uid and activity_id')
  }
  if (metadata['version'] !== SCHEMA.version) faults.push(`metadata.version: not ${SCHEMA.version}`)
  new Walk(new Set(listed), faults).object(shape, event, '')
  return faults
}

class Walk {
  readonly #profiles: ReadonlySet<unknown>
  readonly #faults: string[]

  constructor(profiles: ReadonlySet<unknown>, faults: string[]) {
    this.#profiles = profiles
    this.#faults = faults
  }

  object(shape: Shape, value: unknown, path: string): void {
    if (!isMembers(value)) return void this.#fault(path, 'no object')
    if (shape.open === true) return
    for (const [name, member] of Object.entries(value))
      this.#member(shape, name, member, value, path)
    for (const [name, row] of Object.entries(shape.attributes)) {
      const isNeeded = row.requirement === 'required' && this.#applies(row)
      if (isNeeded && value[name] === undefined) this.#fault(`${path}${name}`, 'required')
    }
    const { at_least_one: some, just_one: one } = shape.constraints ?? {}
    const there = (names: readonly string[]) => names.filter((name) => value[name] !== undefined)
    if (some !== undefined && there(some).length === 0) this.#fault(path, `none of ${some}`)
    if (one !== undefined && there(one).length !== 1) this.#fault(path, `not one of ${one}`)
  }

  #applies({ profile }: Attribute): boolean {
    return profile === undefined || profile === null || this.#profiles.has(profile)
  }

  #member(shape: Shape, name: string, member: unknown, of: Members, above: string): void {
    const path = `${above}${name}`
    const row = Object.hasOwn(shape.attributes, name) ? shape.attributes[name] : undefined
    if (row === undefined) return void this.#fault(path, 'unknown')
    if (!this.#applies(row)) return void this.#fault(path, `profile ${row.profile} is not listed`)
    if (row.deprecated) this.#fault(path, 'deprecated')
    if (row.array === true && !Array.isArray(member)) return void this.#fault(path, 'no list')
    const items: readonly unknown[] = row.array === true ? (member as readonly unknown[]) : [member]
    for (const item of items) this.#value(row, item, path)
    if (row.sibling === undefined || row.enum === undefined) return
    const caption = of[row.sibling]
    if (member === 99 && caption === undefined)
      this.#fault(`${above}${row.sibling}`, 'needed by 99')
    if (member === 99 || caption === undefined) return
    const expected = row.enum[String(member)]
    if (caption !== expected) this.#fault(`${above}${row.sibling}`, `not '${expected}'`)
  }

  #value(row: Attribute, value: unknown, path: string): void {
    if (row.enum !== undefined && row.enum[String(value)] === undefined) {
      this.#fault(path, `${String(value)} is none of its values`)
    }
    if (row.type === 'json_t') return
    if (row.type === 'object_t') {
      const shape = SCHEMA.objects[row.object ?? '']
      if (shape === undefined) return void this.#fault(path, `no object ${row.object}`)
      return void this.object(shape, value, `${path}.`)
    }
    const type = SCHEMA.types[row.type] ?? {}
    const kind = type.type ?? row.type
    if (kind === 'boolean_t') {
      if (typeof value !== 'boolean') this.#fault(path, 'no boolean')
    } else if (kind === 'integer_t' || kind === 'long_t' || kind === 'timestamp_t') {
      if (!Number.isSafeInteger(value)) this.#fault(path, 'no whole number')
      const [least, most] = type.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      if (Number(value) < least || Number(value) > most) this.#fault(path, 'out of range')
    } else if (kind === 'float_t') {
      if (typeof value !== 'number') this.#fault(path, 'no number')
    } else if (typeof value !== 'string') {
      this.#fault(path, 'no text')
    } else {
      this.#text(row.type, type, value, path)
    }
  }

  #text(name: string, { regex, max_len }: TypeRow, value: string, path: string): void {
    if (max_len !== undefined && value.length > max_len) this.#fault(path, `longer than ${max_len}`)
    // The pattern of the schema takes halves of addresses.
    if (name === 'ip_t' && isIP(value) === 0) this.#fault(path, 'no address')
    if (regex !== undefined && !new RegExp(regex).test(value)) this.#fault(path, `no ${name}`)
    if (!value.isWellFormed()) this.#fault(path, 'half a character')
  }

  #fault(path: string, reason: string): void {
    this.#faults.push(`${path.replace(/\.$/, '')}: ${reason}`)
  }
}
