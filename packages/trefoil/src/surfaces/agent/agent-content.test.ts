import { expect, test } from 'vitest'
import { reply } from '../../contract/answer/reply.ts'
import { startCall } from '../../engine/call.fixture.ts'
import { actionAnswer } from '../cli/action-answer.ts'
import { agentContent, fits } from './agent-content.ts'

async function made(value: unknown) {
  const { call, outcome } = startCall({
    surface: 'cli',
    wholeAnswers: 100_000,
    action: { handler: () => value },
  })
  const ended = await outcome
  if (ended.kind !== 'answer') throw new Error(JSON.stringify(ended))
  return { state: call, answer: ended.answer }
}

async function contentOf(value: unknown) {
  const { state, answer } = await made(value)
  return agentContent(state, answer)
}

const typed = (value: unknown, type: string) => reply(value, { headers: { 'content-type': type } })

test.each<[string, unknown, object]>([
  ['text', 'a"b', { kind: 'text', text: 'a"b' }],
  ['a value', { a: 1 }, { kind: 'json', text: '{"a":1}' }],
  ['nothing', undefined, { kind: 'json', text: 'null' }],
  [
    'bytes that nobody named',
    new Uint8Array([0xc3, 0xa9]),
    { kind: 'bytes', base64: 'w6k=', type: 'application/octet-stream' },
  ],
  [
    'an image',
    typed(new Uint8Array([1, 2]), 'image/png'),
    { kind: 'bytes', base64: 'AQI=', type: 'image/png' },
  ],
  ['text as bytes', typed(new Uint8Array([0xc3, 0xa9]), 'text/csv'), { kind: 'text', text: 'é' }],
])('FND-4: %s reaches an agent as what it is', async (_, value, expected) => {
  expect(await contentOf(value)).toEqual(expected)
})

test('FND-4: no byte of a large answer is lost', async () => {
  const bytes = Uint8Array.from({ length: 70_001 }, (_, index) => (index * 7) % 256)
  const content = await contentOf(bytes)
  if (content.kind !== 'bytes') throw new Error(content.kind)
  expect(new Uint8Array(Buffer.from(content.base64, 'base64'))).toEqual(bytes)
})

test.each([
  ['aaaaa', 5, true],
  ['aaaaa', 4, false],
  ['ééééé', 10, true],
  ['ééééé', 9, false],
  ['😀', 4, true],
  ['😀', 3, false],
  ['', 0, true],
])('MCP-14: exactly the limit fits, counted in bytes: %j in %i', async (text, limit, isFit) => {
  expect(fits(text, limit)).toBe(isFit)
  const { state, answer: whole } = await made(text)
  const answer = actionAnswer(state, whole, limit)
  expect(answer).toMatchObject(isFit ? { ok: true, body: text } : { code: 'response_too_large' })
})
