// TEST-5: the test client as a client of MCP that can be asked.
import { ask, createApp } from 'trefoil'
import { type JsonMembers, testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'

const app = createApp({ env: {}, log: { level: 'silent' }, publicSurfaces: ['mcp'] })
const Ok = z.object({ ok: z.boolean() })
const sure = () => ({ sure: ask.form('Sure?', Ok) })

app.tool('refund', { description: 'R.', params: { order: z.int() } }, async ({ order }, call) => {
  const { sure: first } = await call.ask(sure())
  if (first.action !== 'accept') return { order, first }
  const { really } = await call.ask({ really: ask.form('Really?', Ok) })
  return { order, really }
})
app.tool('forever', { description: 'F.' }, async (_args, call) => {
  for (let round = 0; ; round++) await call.ask({ [`q${round}`]: ask.form('More?', Ok) })
})
app.prompt('letter', { description: 'L.' }, async (_args, call) => {
  const { sure: said } = await call.ask(sure())
  return `It was ${said.action}`
})
app.resource('note://{id}', { name: 'note', description: 'N.' }, async ({ id }, call) => {
  const { sure: said } = await call.ask(sure())
  return `${id}: ${said.action}`
})

const capabilities = { elicitation: { form: {} } }
const yes = { action: 'accept', content: { ok: true } }
const all = (action: unknown) => (requests: JsonMembers) =>
  Object.fromEntries(Object.keys(requests).map((key) => [key, action]))

test('it can be asked nothing unless it is said', async () => {
  await using client = testClient(app)
  const { error, isSuccess, inputRequests } = await client.mcp.callTool('refund', { order: 7 })
  expect({ code: error?.code, isSuccess, inputRequests }).toEqual({
    code: -32_021,
    isSuccess: false,
    inputRequests: null,
  })
})

test('round by round, by hand', async () => {
  await using client = testClient(app)
  const { mcp } = client
  const asked = await mcp.callTool('refund', { order: 7 }, { capabilities })
  expect(asked.inputRequests).toMatchObject({
    sure: { method: 'elicitation/create', params: { message: 'Sure?' } },
  })
  // It has not succeeded yet.
  expect(asked.isSuccess).toBe(false)
  const requestState = asked.requestState ?? ''
  const answers = { sure: { action: 'decline' } }
  const done = await mcp.callTool('refund', { order: 7 }, { capabilities, requestState, answers })
  expect(done).toMatchObject({ isSuccess: true, inputRequests: null, requestState: null })
  expect(done.structuredContent ?? JSON.parse(done.text)).toEqual({
    order: 7,
    first: { action: 'decline' },
  })
})

test('by a function that answers whatever is asked', async () => {
  await using client = testClient(app)
  const { mcp } = client
  const seen: string[][] = []
  const answer = (requests: JsonMembers) => {
    seen.push(Object.keys(requests))
    return all(yes)(requests)
  }
  const done = await mcp.callTool('refund', { order: 7 }, { capabilities, answer })
  expect(seen).toEqual([['sure'], ['really']])
  expect(JSON.parse(done.text)).toMatchObject({ really: { action: 'accept', value: { ok: true } } })
  const letter = await mcp.getPrompt('letter', {}, { capabilities, answer: all(yes) })
  expect(letter.response.text).toContain('It was accept')
  const cancel = async (requests: JsonMembers) => all({ action: 'cancel' })(requests)
  const note = await mcp.readResource('note://7', { capabilities, answer: cancel })
  expect(note.contents).toMatchObject([{ text: '7: cancel' }])
})

test('which may leave it at that; and no test asks for ever', async () => {
  await using client = testClient(app)
  const { mcp } = client
  const left = await mcp.callTool('refund', { order: 7 }, { capabilities, answer: () => null })
  expect(Object.keys(left.inputRequests ?? {})).toEqual(['sure'])
  let rounds = 0
  const answer = (requests: JsonMembers) => {
    rounds++
    return all(yes)(requests)
  }
  const last = await mcp.callTool('forever', {}, { capabilities, answer })
  expect(rounds).toBe(20)
  expect(last.isSuccess).toBe(false)
})

test('the handshake says what the client can', async () => {
  await using client = testClient(app)
  const { isSuccess } = await client.mcp.initialize({ capabilities })
  expect(isSuccess).toBe(true)
  const wrong = { capability: {} } as object
  await expect(client.mcp.listTools(wrong)).rejects.toThrow('capability')
})
