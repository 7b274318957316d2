import { expect, test } from 'vitest'
import { acceptTracestate, readTraceparent, writeTraceparent } from './trace-context.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'
const GOOD = `00-${TRACE}-${SPAN}-01`

test.each([
  [GOOD, '01'],
  [`  ${GOOD}\t`, '01'],
  [`00-${TRACE}-${SPAN}-00`, '00'],
  // Flags that nobody knows yet are not sent on.
  [`00-${TRACE}-${SPAN}-ff`, '03'],
  [`00-${TRACE}-${SPAN}-fc`, '00'],
  // A later version may say more.
  [`01-${TRACE}-${SPAN}-01`, '01'],
  [`cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, '01'],
])('traceparent %s is read', (value, flags) => {
  expect(readTraceparent(value)).toEqual({ traceId: TRACE, spanId: SPAN, flags })
})

test.each([
  ['nothing', undefined],
  ['no text', 5],
  ['an object', { toString: () => GOOD }],
  ['empty', ''],
  ['version ff', `ff-${TRACE}-${SPAN}-01`],
  ['version ff with more', `ff-${TRACE}-${SPAN}-01-x`],
  ['version 00 with more', `${GOOD}-x`],
  ['version 00 with a dash', `${GOOD}-`],
  ['a later version without the dash', `01-${TRACE}-${SPAN}-01x`],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
  ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['capitals in the trace', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ['capitals in the flags', `00-${TRACE}-${SPAN}-0A`],
  ['capitals in the version', `0A-${TRACE}-${SPAN}-01`],
  ['a short trace', `00-${TRACE.slice(1)}-${SPAN}-01`],
  ['a long span', `00-${TRACE}-${SPAN}0-01`],
  ['no digits', `00-${'g'.repeat(32)}-${SPAN}-01`],
  ['one flag digit', `00-${TRACE}-${SPAN}-1`],
  ['two of them', `${GOOD},${GOOD}`],
  ['a line break', `${GOOD.slice(0, -2)}\n01`],
  ['a line break behind it', `01-${TRACE}-${SPAN}-01-a\r\nx-evil: 1`],
  ['what no header has behind it', `01-${TRACE}-${SPAN}-01-\u2713`],
  ['a NUL behind it', `01-${TRACE}-${SPAN}-01-\0`],
  ['more than anybody says', `01-${TRACE}-${SPAN}-01-${'x'.repeat(300)}`],
  ['a megabyte', '0'.repeat(1_000_000)],
])('traceparent with %s is ignored', (_, value) => {
  expect(readTraceparent(value)).toBeNull()
})

test('what is sent on is version 00', () => {
  const read = readTraceparent(`cc-${TRACE}-${SPAN}-01-more`)
  expect(read && writeTraceparent(read)).toBe(GOOD)
})

const LONG_KEY = `${'k'.repeat(241)}@${'s'.repeat(14)}`

test.each([
  'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
  'rojo=1, congo=2',
  'a=1,,b=2',
  'fw529a3039@dt=FfAAA;x:y 1',
  `${LONG_KEY}=1`,
  Array.from({ length: 32 }, (_, index) => `k${index}=1`).join(','),
])('tracestate %s is passed on as it is', (value) => {
  expect(acceptTracestate(value)).toBe(value)
  expect(acceptTracestate(` ${value}\t`)).toBe(value)
})

test.each([
  ['nothing', undefined],
  ['empty', ' '],
  ['commas alone', ',,'],
  ['no equals sign', 'rojo'],
  ['no value', 'rojo='],
  ['no key', '=1'],
  ['a key twice', 'rojo=1,rojo=2'],
  ['__proto__, which is no key', '__proto__=1'],
  ['capitals in a key', 'Rojo=1'],
  ['two equals signs', 'rojo=1=2'],
  ['a line break', 'rojo=1\r\nx-evil: 1'],
  ['a line break between members', 'rojo=1\r\n,congo=2'],
  ['line breaks in an empty member', 'rojo=1,\r\n\r\n,congo=2'],
  ['a line break before it', '\nrojo=1'],
  ['white space that no header has', 'rojo=1,\u2028congo=2'],
  ['other letters', 'rojo=é'],
  ['33 members', Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(',')],
  ['513 characters', `rojo=${'x'.repeat(254)},congo=${'x'.repeat(247)}`.padEnd(513, ' ')],
  ['a key that is too long', `${'k'.repeat(257)}=1`],
])('tracestate with %s is dropped whole', (_, value) => {
  expect(acceptTracestate(value)).toBeNull()
})
