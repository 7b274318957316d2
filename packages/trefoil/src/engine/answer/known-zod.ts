/**
 * Which zod this was written against, by reading its source and by the property test. To add a
 * minor: install it, read what changed in `zod/v4/core/schemas` and `checks`, run
 * `exact-copy.property.test.ts` with several seeds, add a number. Until then that zod's schemas
 * decide for themselves, which is slower and never wrong.
 */
const UNDERSTOOD: Readonly<Record<number, ReadonlySet<number>>> = { 4: new Set([6]) }

/** The parts of zod's documented internals (`zod/v4/core`) that are read here. */
export interface ZodNode {
  readonly _zod: {
    readonly def: ZodDef
    readonly traits: ReadonlySet<string>
    readonly constr: new (def: ZodDef) => ZodNode
    readonly version?: { readonly major: number; readonly minor: number }
    readonly optin?: string | undefined
    readonly optout?: string | undefined
    readonly values?: ReadonlySet<unknown> | undefined
    readonly onattach?: readonly unknown[]
    readonly check?: unknown
    readonly parse: unknown
    readonly run: (payload: ZodPayload, context: { readonly async: false }) => unknown
  }
  readonly '~standard'?: { readonly vendor: string; readonly validate: unknown }
}

export interface ZodPayload {
  readonly value: unknown
  readonly issues: readonly unknown[]
}

export interface ZodDef {
  readonly type?: string
  readonly check?: string
  readonly checks?: readonly ZodNode[]
  readonly coerce?: boolean
  readonly format?: string
  readonly when?: unknown
  readonly value?: unknown
  readonly inclusive?: boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly length?: number
  readonly innerType?: ZodNode
  readonly element?: ZodNode
  readonly shape?: Readonly<Record<string, ZodNode>>
  readonly catchall?: ZodNode
  readonly options?: readonly ZodNode[]
  readonly discriminator?: string
  readonly unionFallback?: boolean
  readonly items?: readonly ZodNode[]
  readonly rest?: ZodNode | null
  readonly keyType?: ZodNode
  readonly valueType?: ZodNode
  readonly mode?: string
  readonly partial?: boolean
}

/** Thrown for whatever is not understood completely. */
export class NotUnderstood extends Error {}

export function child(node: ZodNode | undefined): ZodNode {
  if (node === undefined) throw new NotUnderstood()
  return node
}

/** Base class of the ones below in both flavours, zod's own type word, further core traits. */
const SCHEMAS = {
  String: 'string',
  Number: 'number',
  NumberFormat: 'number',
  Boolean: 'boolean',
  Null: 'null',
  Undefined: 'undefined',
  Unknown: 'unknown',
  Any: 'any',
  Enum: 'enum',
  Literal: 'literal',
  Optional: 'optional',
  ExactOptional: 'optional',
  NonOptional: 'nonoptional',
  Nullable: 'nullable',
  Readonly: 'readonly',
  Array: 'array',
  Tuple: 'tuple',
  Record: 'record',
  Object: 'object',
  Union: 'union',
  DiscriminatedUnion: 'union',
} as const

export type KnownSchema = keyof typeof SCHEMAS | 'StringFormat'
export type KnownCheck = 'length' | 'bound' | 'multiple' | 'number format' | 'text'

/** Texts zod tests, and URLs, which it rewrites: all are asked of zod itself. */
const FORMATS = [
  ...['Email', 'URL', 'JWT', 'E164', 'IBAN', 'CreditCard', 'Emoji', 'Base64', 'Base64URL'],
  ...['GUID', 'UUID', 'NanoID', 'CUID', 'CUID2', 'ULID', 'XID', 'KSUID'],
  ...['ISODateTime', 'ISODate', 'ISOTime', 'ISODuration'],
  ...['IPv4', 'IPv6', 'CIDRv4', 'CIDRv6', 'MAC'],
]

const CHECKS: Readonly<Record<string, KnownCheck>> = {
  MinLength: 'length',
  MaxLength: 'length',
  LengthEquals: 'length',
  GreaterThan: 'bound',
  LessThan: 'bound',
  MultipleOf: 'multiple',
  Regex: 'text',
  LowerCase: 'text',
  UpperCase: 'text',
  Includes: 'text',
  StartsWith: 'text',
  EndsWith: 'text',
}

/** What a class brings along besides its own name. */
const CORE_PARENTS: Readonly<Record<string, readonly string[]>> = {
  StringFormat: ['$ZodString', '$ZodStringFormat', '$ZodCheckStringFormat', '$ZodCheck'],
  NumberFormat: ['$ZodNumber', '$ZodCheckNumberFormat', '$ZodCheck'],
  ExactOptional: ['$ZodOptional'],
  DiscriminatedUnion: ['$ZodUnion'],
}
const CLASSIC_PARENTS: Readonly<Record<string, readonly string[]>> = {
  String: ['_ZodString'],
  StringFormat: ['ZodStringFormat', '_ZodString'],
  NumberFormat: ['ZodNumber'],
  Object: ['$ZodObjectJIT'],
  DiscriminatedUnion: ['ZodUnion'],
}
const MINI_PARENTS: Readonly<Record<string, readonly string[]>> = {
  StringFormat: ['ZodMiniStringFormat', 'ZodMiniString'],
  NumberFormat: ['ZodMiniNumber'],
}
const PATTERN_CHECKS: ReadonlySet<string> = new Set(['Regex', 'LowerCase', 'UpperCase'])

interface Known<Kind> {
  readonly kind: Kind
  readonly name: string
  readonly type: string | undefined
}

/** By the whole set of traits: a class with one trait more may do anything. */
const KNOWN_SCHEMAS: ReadonlyMap<string, Known<KnownSchema>> = new Map(
  [
    ...Object.entries(SCHEMAS).map(([name, type]) => ({ name, type, kind: name as KnownSchema })),
    ...FORMATS.map((name) => ({ name, type: 'string', kind: 'StringFormat' as const })),
  ].flatMap(({ name, type, kind }) => {
    const core = ['$ZodType', `$Zod${name}`, ...(CORE_PARENTS[kind] ?? [])]
    const classic = ['ZodType', `Zod${name}`, ...(CLASSIC_PARENTS[kind] ?? [])]
    const mini = ['ZodMiniType', `ZodMini${name}`, ...(MINI_PARENTS[kind] ?? [])]
    return [
      [fingerprint([...core, ...classic]), { kind, type, name: `Zod${name}` }],
      [fingerprint([...core, ...mini]), { kind, type, name: `ZodMini${name}` }],
    ] satisfies [string, Known<KnownSchema>][]
  }),
)

const KNOWN_CHECKS: ReadonlyMap<string, Known<KnownCheck>> = new Map(
  Object.entries(CHECKS).map(([check, kind]) => {
    const name = `$ZodCheck${check}`
    const parents = PATTERN_CHECKS.has(check) ? ['$ZodCheckStringFormat'] : []
    return [fingerprint([name, '$ZodCheck', ...parents]), { kind, name, type: undefined }]
  }),
)

function fingerprint(traits: Iterable<string>): string {
  return [...traits].sort().join(' ')
}

export function isKnownVersion(version: ZodNode['_zod']['version']): boolean {
  return version !== undefined && UNDERSTOOD[version.major]?.has(version.minor) === true
}

/** @throws NotUnderstood unless the node is exactly what one of zod's own classes makes */
export function knownSchema(node: ZodNode): KnownSchema {
  const { _zod: internals } = node
  const known = KNOWN_SCHEMAS.get(fingerprint(internals.traits))
  if (known === undefined || !isKnownVersion(internals.version)) throw new NotUnderstood()
  if (internals.def.coerce === true) throw new NotUnderstood()
  const fresh = madeBy(node, known, childless(known.kind, internals.def))
  const texts = new Set([text(fresh._zod.parse), text(fresh._zod.run)])
  // A container of classic zod takes its guard against cycles off in its first parse.
  if (CONTAINERS.has(known.kind)) {
    fresh._zod.run({ value: undefined, issues: [] }, { async: false })
    texts.add(text(fresh._zod.parse)).add(text(fresh._zod.run))
  }
  // The functions that decide are assigned to the node, so anybody can assign others (a spy, a
  // compiler). Those of a fresh node come from the same line of zod's source.
  if (!texts.has(text(internals.parse)) || !texts.has(text(internals.run))) {
    throw new NotUnderstood()
  }
  sameText(node['~standard']?.validate, fresh['~standard']?.validate)
  if (internals.check !== undefined) sameText(internals.check, fresh._zod.check)
  return known.kind
}

/** @throws NotUnderstood for every check that may run the developer's code or change a value */
export function knownCheck(check: ZodNode): KnownCheck {
  const { traits, onattach, def } = check._zod
  if (onattach !== undefined && onattach.length > 0) throw new NotUnderstood()
  if (traits.has('$ZodType')) {
    const kind = knownSchema(check)
    // A check on a check would not run: zod runs the outer one's `check` alone.
    if (def.when !== undefined || (def.checks?.length ?? 0) > 0) throw new NotUnderstood()
    if (kind === 'NumberFormat') return 'number format'
    if (kind === 'StringFormat') return 'text'
    throw new NotUnderstood()
  }
  const known = KNOWN_CHECKS.get(fingerprint(traits))
  if (known === undefined) throw new NotUnderstood()
  // zod's length checks bring a condition of their own; the developer may give another.
  const fresh = madeBy(check, known, { ...def, when: undefined })
  sameText(check._zod.check, fresh._zod.check)
  if (def.when !== undefined) sameText(def.when, fresh._zod.def.when)
  return known.kind
}

const CONTAINERS: ReadonlySet<KnownSchema> = new Set(['Array', 'Tuple', 'Record', 'Object'])

/** A fresh container needs no children, and must not run those that were not looked at yet. */
function childless(kind: KnownSchema, def: ZodDef): ZodDef {
  if (!CONTAINERS.has(kind)) return { ...def }
  return { type: def.type as string, checks: def.checks ?? [], shape: {}, items: [] }
}

/** @throws NotUnderstood for instances of a subclass, whose members may override zod's */
function madeBy(node: ZodNode, { name, type }: Known<unknown>, def: ZodDef): ZodNode {
  const { constr } = node._zod
  if (constr.name !== name || node._zod.def.type !== (type ?? node._zod.def.type)) {
    throw new NotUnderstood()
  }
  if (Object.getPrototypeOf(node) !== constr.prototype) throw new NotUnderstood()
  const fresh = new constr(def)
  if (Object.getPrototypeOf(node._zod) !== Object.getPrototypeOf(fresh._zod)) {
    throw new NotUnderstood()
  }
  return fresh
}

function sameText(one: unknown, other: unknown): void {
  if (text(one) !== text(other)) throw new NotUnderstood()
}

const sourceOf = Function.prototype.toString

function text(value: unknown): string {
  if (typeof value !== 'function') throw new NotUnderstood()
  return sourceOf.call(value)
}
