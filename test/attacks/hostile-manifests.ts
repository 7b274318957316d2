/** Schemas and manifests by which a remote would hang, crash or fool whoever reads them. */

type Json = Readonly<Record<string, unknown>>

const text = { type: 'string' }
const object = (properties: Json, required: readonly string[] = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
})

function nested(levels: number, wrap: (inner: unknown) => unknown, inner: unknown = text): unknown {
  let schema = inner
  for (let level = 0; level < levels; level++) schema = wrap(schema)
  return schema
}

/** Each level names its one member 300 times over. */
const repeating = (inner: unknown) => object({ a: inner }, Array<string>(300).fill('a'))

/** Definitions that each refer to the next one several times. */
function fanned(levels: number, fan: number): Json {
  const definitions = Array.from({ length: levels }, (_, level) => {
    const next = level + 1 < levels ? { $ref: `#/$defs/d${level + 1}` } : text
    const members = Array.from({ length: fan }, (_member, at) => [`m${at}`, next] as const)
    return [`d${level}`, object(Object.fromEntries(members))] as const
  })
  return { ...object({ x: { $ref: '#/$defs/d0' } }), $defs: Object.fromEntries(definitions) }
}

function unions(levels: number, fan: number): Json {
  const definitions = Array.from({ length: levels }, (_, level) => {
    const next = { $ref: `#/$defs/u${(level + 1) % levels}` }
    return [`u${level}`, { anyOf: Array<unknown>(fan).fill(next) }] as const
  })
  return { ...object({ x: { $ref: '#/$defs/u0' } }), $defs: Object.fromEntries(definitions) }
}

const many = (count: number, make: (at: number) => unknown = () => text): Json =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`a_${at.toString(36)}`, make(at)]))

const ESCAPES = '\u001b[2J\u001b]0;pwned\u0007\u009b31m\u202e\u200b\u{e0041}\r\n'

/** Input schemas of an action. */
export const HOSTILE_SCHEMAS: Readonly<Record<string, unknown>> = {
  'members named again at every level': object({ x: nested(4, repeating) }),
  'references that fan out': fanned(30, 10),
  'unions that fan out': unions(30, 50),
  'a reference to itself': object({
    x: { $ref: '#/properties/x' },
    y: { anyOf: [{ $ref: '#/properties/y' }, { $ref: '#/properties/y' }] },
    z: { allOf: [{ $ref: '#' }, { $ref: '#/properties/z' }] },
  }),
  'a reference through everything': object({ x: { $ref: `#${'/properties/x'.repeat(70)}` } }),
  'many arguments of one long list': {
    ...object(
      many(2000, () => ({ $ref: '#/$defs/all' })),
      [],
    ),
    $defs: { all: { enum: Array.from({ length: 10_000 }, (_, at) => `v${at}`) } },
  },
  'arrays within arrays': object({
    x: nested(60, (items) => ({ type: 'array', items, minItems: 16 })),
  }),
  'many arguments': object(many(9000)),
  'many arguments, all of one short name': object(
    Object.fromEntries(
      Array.from({ length: 4000 }, (_, at) => [
        [...at.toString(2).padStart(12, '0')].map((bit) => (bit === '1' ? 'A' : 'a')).join(''),
        text,
      ]),
    ),
  ),
  'patterns that never end': object(
    Object.fromEntries(
      ['^(a+)+$', '(.*)*x', '^(([a-z])+.)+[A-Z]([a-z])+$', '(', 'a'.repeat(9000)].map(
        (pattern, at) => [`p${at}`, { type: 'string', pattern, minLength: 1e9 }],
      ),
    ),
  ),
  'numbers beyond all': object({
    a: { type: 'integer', minimum: 1e308, examples: [Number.MAX_VALUE] },
    b: { type: 'number', minimum: -0, default: -1e-320 },
    c: { type: 'array', items: { type: 'integer' }, minItems: 1e12 },
  }),
  'names that reach prototypes': JSON.parse(
    '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"object","properties":{"prototype":{}}},"toString":{"type":"string"}},"required":["__proto__","constructor","hasOwnProperty"]}',
  ),
  'terminal sequences': object({
    [`${ESCAPES}x`]: { type: 'string', description: ESCAPES, enum: [ESCAPES], default: ESCAPES },
  }),
  'halves of characters': object({ ['\ud800']: { type: 'string', examples: ['\udfff'] } }),
  'shell words': object({ ['$(touch pwned);`id`\'"']: { type: 'string', examples: ["'; id #"] } }),
  'no schema at all': { type: ['object', 7, null], properties: [1], required: { length: 1e9 } },
  'keywords of every wrong type': object({
    a: { type: {}, enum: {}, anyOf: {}, allOf: 7, $ref: 7, items: 7, examples: {}, properties: 7 },
    b: { type: 'array', prefixItems: [null], items: null },
    c: null,
    d: 7,
    e: [[]],
  }),
  // Beyond the budget, so refused at the door.
  'deeper than anything': object({ x: nested(3000, (items) => ({ type: 'array', items })) }),
  'wider than anything': object(many(25_000)),
  'a text of a megabyte': object({ x: { type: 'string', description: 'x'.repeat(1_000_000) } }),
  'a reference of a megabyte': object({ x: { $ref: `#${'/x'.repeat(500_000)}` } }),
  'a name of a megabyte': object({ ['x'.repeat(1_000_000)]: text }),
}

export function manifestOf(actions: readonly unknown[]): unknown {
  return {
    protocol: 'trefoil-actions.v1',
    service: { name: 's', version: '1' },
    rpc: {},
    auth: { required: false },
    actions,
  }
}

export function actionOf(input_schema: unknown, more: Json = {}): unknown {
  return { name: 'act', description: '', needs_approval: true, input_schema, ...more }
}

const plain = object({ x: text }, [])

/** Whole manifests, as text. */
export const HOSTILE_MANIFESTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(HOSTILE_SCHEMAS).map(([name, schema]) => [
      name,
      JSON.stringify(manifestOf([actionOf(schema, { output_schema: schema })])),
    ]),
  ),
  'ten thousand actions': JSON.stringify(
    manifestOf(Array.from({ length: 10_000 }, (_, at) => actionOf(plain, { name: `act_${at}` }))),
  ),
  'one action ten times': JSON.stringify(manifestOf(Array(10).fill(actionOf(plain)))),
  'brackets alone': '['.repeat(1_000_000),
  'brackets that close': `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
  'objects that close': `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`,
}
