import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../base/json/canonical-json.ts'
import { type AuditEvent, eventText } from './entry.ts'

test('SW-26: the text of an event is its canonical JSON, made faster', () => {
  const names = fc.constantFrom('type', 'call', 'actor', 'arguments', 'status', 'meta', 'action')
  const text = fc.string({ unit: 'grapheme' })
  const value = fc.oneof(text, fc.array(text), fc.nat(), fc.dictionary(text, text))
  fc.assert(
    fc.property(fc.dictionary(names, value), (event) => {
      expect(eventText(event as never)).toBe(canonicalJson(event))
    }),
    { numRuns: 100 },
  )
})

test('AUD-8: nobody goes unseen by a name that is no well-formed text', () => {
  const event: AuditEvent = { type: 'event', name: 'a', subject: 'ann\ud800' }
  expect(JSON.parse(eventText(event))).toEqual({ ...event, subject: 'ann\ufffd' })
})
