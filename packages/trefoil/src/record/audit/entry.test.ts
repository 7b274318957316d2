import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../base/json/canonical-json.ts'
import { type AuditEvent, entryText, eventText, readEnvelope } from './entry.ts'

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

test('SW-26: the envelope is read without the event, and is never what an event says it is', () => {
  const inner = ',"kid":"00","seq":9,"stream":"x","time":9,"v":1}'
  const hostile = [inner, `"${inner}`, JSON.stringify(inner)]
  const value = fc.oneof(
    fc.constantFrom(...hostile),
    fc.constant({ kid: '00', seq: 9, stream: 'x', time: 9, v: 1 }),
    fc.string(),
  )
  const names = fc.constantFrom('a', 'data', 'kid', 'type', 'z')
  fc.assert(
    fc.property(fc.dictionary(names, value), fc.nat(), fc.string(), (event, seq, stream) => {
      const envelope = { stream, seq, time: 5, kid: 'ab12' }
      const text = entryText(envelope, eventText({ ...event, type: 'event' } as never))
      const { stream: of, seq: at, time, kid } = readEnvelope(text) ?? { stream: null }
      expect({ stream: of, seq: at, time, kid }).toEqual(envelope)
    }),
    { numRuns: 100 },
  )
})
