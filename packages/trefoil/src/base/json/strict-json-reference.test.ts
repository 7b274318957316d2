// The strict reader takes short cuts. Here it stands beside a slow one that takes none: both must
// say the same of every text, reason and place included.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findDuplicateKey } from './duplicate-key.ts'
import { pointerStep } from './json-pointer.ts'
import { parseStrictJson } from './strict-json.ts'

const DEPTH = 6

type Fault = { readonly reason: string; readonly at: string }

type Said = { readonly ok: true; readonly value: unknown } | ({ readonly ok: false } & Fault)

function slowly(text: string): Said {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, reason: 'not valid JSON', at: '' }
  }
  const found = { members: 0 }
  const fault = faultOf(value, 0, '', found)
  if (fault !== null) return { ok: false, ...fault }
  const colons = text.replace(/"(?:[^"\\]|\\.)*"/gs, '').split(':').length - 1
  if (colons === found.members) return { ok: true, value }
  return { ok: false, reason: 'duplicate object key', at: findDuplicateKey(text, DEPTH) }
}

function faultOf(
  value: unknown,
  depth: number,
  at: string,
  found: { members: number },
): Fault | null {
  const reason = ownReason(value, depth)
  if (reason !== null) return { reason, at }
  if (typeof value !== 'object' || value === null) return null
  let fault: Fault | null = null
  let own = 0
  for (const [key, member] of Object.entries(value)) {
    const place = at + pointerStep(key)
    if (!Array.isArray(value)) {
      found.members++
      if (++own > 1000) return { reason: 'an object with more than 1000 members', at }
      if (/^(__proto__|constructor)$/.test(key)) {
        return { reason: `the key "${key}" is not accepted`, at: place }
      }
      if (!key.isWellFormed()) return { reason: 'text with a lone surrogate', at }
    }
    fault ??= faultOf(member, depth + 1, place, found)
    if (fault !== null) return fault
  }
  return null
}

function ownReason(value: unknown, depth: number): string | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : 'text with a lone surrogate'
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'a number too large to hold'
    if (!Number.isInteger(value) || Number.isSafeInteger(value)) return null
    return 'an integer beyond 2^53-1; send it as text'
  }
  if (typeof value !== 'object' || value === null || depth < DEPTH) return null
  return `nested deeper than ${DEPTH} levels`
}

/** The fast one; how it names a fault of the grammar is for `json-syntax` to hold. */
function quickly(text: string): Said {
  const said = parseStrictJson(text, { maxDepth: DEPTH })
  if (said.ok) return said
  const { cause, reason, at } = said
  return { ok: false, reason: cause === 'syntax' ? 'not valid JSON' : reason, at }
}

function expectSame(text: string): void {
  const fast = quickly(text)
  // The one difference: a document that opens too many lists at once is not read to its end.
  if (text.startsWith('['.repeat(DEPTH + 1))) {
    expect(fast).toEqual({
      ok: false,
      reason: `nested deeper than ${DEPTH} levels`,
      at: '/0'.repeat(DEPTH),
    })
    if (slowly(text).ok) throw new Error('accepted by the slow reader')
    return
  }
  const slow = slowly(text)
  // Nor is a large one parsed that nests too deep: nobody looks where.
  const deep = `nested deeper than ${DEPTH} levels`
  if (text.length > 4096 && !slow.ok && !fast.ok && fast.at === '' && fast.reason === deep) return
  // V8 13.6 keeps the first of two equal keys or the last, and the other one when it is asked again.
  // Which fault of the kept one is told is the engine's to say; refused it is either way.
  const bothRefuse = !fast.ok && !slow.ok && fast.reason !== 'not valid JSON'
  if (bothRefuse && findDuplicateKey(text, DEPTH) !== '') return
  expect(fast, text).toEqual(slow)
}

test('HTTP-7: two equal keys are refused, whichever of them the engine kept', () => {
  const text = '{"\\u0061":{"7":1,"":[1e-400,0],"constructor":"é","7" :2},"b":1,"\\u0061":-1e400}'
  for (let round = 0; round < 5; round++) expectSame(text)
})

const space = fc.constantFrom('', '', '', '', ' ', '\n\t', '\r')
/** Spellings, not values: what a writer puts between the quotes. */
const spelling = fc.constantFrom(
  ...[
    'a',
    'b',
    '',
    '7',
    'a:b',
    ':',
    ' : ',
    '\\":',
    '\\\\',
    '\\\\\\":',
    '\\u0061',
    'é',
    '😀',
    '"x":1'.replaceAll('"', '\\"'),
  ],
  ...[
    '\\ud800',
    '\\udc00',
    '\\ud83d\\ude00',
    '\ud800',
    '__proto__',
    '\\u005f_proto__',
    'constructor',
    'a/~b',
  ],
)
const scalar = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '1.5',
    '9007199254740991',
    '9007199254740992',
    '-9007199254740993',
    '1e400',
    '-1e400',
    '1e16',
    '1e-400',
    'true',
    'false',
    'null',
  ),
  spelling.map((text) => `"${text}"`),
)
const { document } = fc.letrec<{ document: string; list: string; object: string }>((tie) => ({
  document: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    tie('list'),
    tie('object'),
  ),
  list: fc
    .tuple(space, fc.array(tie('document'), { maxLength: 4 }))
    .map(([gap, items]) => `[${gap}${items.join(`${gap},`)}]`),
  object: fc
    .array(fc.tuple(spelling, space, space, tie('document')), { maxLength: 5 })
    .map(
      (members) =>
        `{${members.map(([key, before, after, value]) => `${before}"${key}"${after}:${before}${value}`).join()}}`,
    ),
}))

describe('HTTP-7: the fast reader and a slow one agree', () => {
  test('on documents full of traps, equal keys and odd spacing (property)', () => {
    fc.assert(fc.property(document, expectSame), { numRuns: 3000 })
  })

  test('on ordinary JSON, however it is laid out (property)', () => {
    const layout = fc.constantFrom(undefined, 1, '\t')
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), layout, (value, gap) => {
        expectSame(JSON.stringify(value, null, gap))
      }),
      { numRuns: 1000 },
    )
  })

  test('on documents with a piece taken out, doubled or put in (property)', () => {
    const piece = fc.constantFrom(
      '"',
      ':',
      ',',
      '{',
      '}',
      '[',
      ']',
      '\\',
      '"a":',
      '1e400',
      ' ',
      '\ud800',
      '"\\u',
    )
    fc.assert(
      fc.property(document, fc.nat(), fc.nat(12), fc.option(piece), (text, from, length, put) => {
        const start = from % (text.length + 1)
        const cut = text.slice(start, start + length)
        expectSame(text.slice(0, start) + (put ?? cut + cut) + text.slice(start + length))
        expectSame(text.slice(0, start) + text.slice(start + length))
      }),
      { numRuns: 3000 },
    )
  })

  test('on wide objects and deep lists', () => {
    const wide = (members: number) =>
      `{${Array.from({ length: members }, (_, index) => `"k${index}":0`).join()}}`
    const deep = (levels: number, open: string, close: string) =>
      open.repeat(levels) + close.repeat(levels)
    for (const text of [wide(1000), wide(1001), `[${wide(1000)},${wide(1000)}]`]) expectSame(text)
    for (const levels of [DEPTH, DEPTH + 1, 50_000]) {
      expectSame(deep(levels, '[', ']'))
      expectSame(deep(levels, ' [', ']'))
      expectSame(`[1,${deep(levels, '[', ']')}]`)
    }
    expectSame(`${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`)
    expectSame(`${'{"a":'.repeat(DEPTH + 1)}1${'}'.repeat(DEPTH + 1)}`)
  })
})
