// Who attacks: an MCP client, through the JSON-RPC envelope. What they would win: text of their
// own in an answer to somebody else, two calls for one check, or a call that answers to no one.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ADMIN, type Attacked, attacked, post } from './attacked-app.ts'

let target: Attacked
beforeAll(async () => {
  target = await attacked()
})
afterAll(() => target.server.close())

const call = (id: string, name = 'who') =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${name}","arguments":{}}}`
const mcp = (body: string, headers = {}) => post(`${target.url}/mcp`, body, headers)

it.each([
  '"\\",\\"result\\":{\\"isError\\":false},\\"x\\":\\""',
  '"</script><script>"',
  '"\\r\\nSet-Cookie: a=b"',
  '"\\u2028"',
  '"__proto__"',
  '""',
  '-1',
  '0',
])('MCP-5 the id %s comes back as the value it was', async (id) => {
  const { json, status } = await mcp(call(id))
  expect(status).toBe(200)
  expect(json['id']).toBe(JSON.parse(id))
  expect(Object.keys(json)).toEqual(['jsonrpc', 'id', 'result'])
})

it.each(['null', 'true', '1.5', '1e300', '9007199254740993', '[1]', '{"a":1}'])(
  'MCP-5 the id %s is none, and is not echoed',
  async (id) => {
    const before = target.seen.args.length
    const { json, status } = await mcp(call(id))
    expect(status).toBe(400)
    expect(json['id']).toBeNull()
    expect(target.seen.args.length).toBe(before)
  },
)

it.each([
  ['two calls', `[${call('1')},${call('2')}]`],
  ['one call', `[${call('1')}]`],
  ['nothing', '[]'],
  ['a list in a list', `[[${call('1')}]]`],
])('MCP-2 a batch of %s runs nothing where the revision has none', async (_, body) => {
  const before = target.seen.args.length
  const { status, json } = await mcp(body, { 'mcp-protocol-version': '2025-11-25' })
  expect(status).toBe(400)
  expect(json['error']).toMatchObject({ code: -32600 })
  expect(target.seen.args.length).toBe(before)
})

it('MCP-6 a call without an id runs nothing', async () => {
  const before = target.seen.args.length
  const body = '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"who","arguments":{}}}'
  expect((await mcp(body)).status).toBe(202)
  expect(target.seen.args.length).toBe(before)
  // A stranger does not even learn that it was well-formed.
  expect((await mcp(body, { authorization: 'Bearer x' })).status).toBe(401)
})

it.each([
  ['no version', '{"id":1,"method":"tools/call","params":{"name":"who"}}'],
  ['another version', '{"jsonrpc":"1.0","id":1,"method":"tools/call","params":{"name":"who"}}'],
  ['version as a number', '{"jsonrpc":2.0,"id":1,"method":"tools/call","params":{"name":"who"}}'],
  ['method as a list', '{"jsonrpc":"2.0","id":1,"method":["tools/call"],"params":{"name":"who"}}'],
  ['params as a list', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["who",{}]}'],
  ['params null', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":null}'],
  [
    'method twice',
    '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"who"}}',
  ],
  ['another case', '{"jsonrpc":"2.0","id":1,"method":"Tools/Call","params":{"name":"who"}}'],
  ['a space behind', '{"jsonrpc":"2.0","id":1,"method":"tools/call ","params":{"name":"who"}}'],
  ['name in another case', call('1', 'WHO')],
  ['name as a list', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":["who"]}}'],
  [
    'arguments as a list',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"who","arguments":[]}}',
  ],
  [
    'arguments as text',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"who","arguments":"{}"}}',
  ],
])('MCP-5 MCP-11 %s runs nothing', async (_, body) => {
  const before = target.seen.args.length
  const { json } = await mcp(body)
  expect(json['error']).toBeDefined()
  expect(json['result']).toBeUndefined()
  expect(target.seen.args.length).toBe(before)
})

it('AUTH-8 AUTH-9 a stranger is told the same for every message', async () => {
  const answers = new Set<string>()
  for (const body of [
    call('1', 'get_order'),
    call('1', 'no_such_tool'),
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    '{"jsonrpc":"2.0","id":1,"method":"no/such"}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_order","arguments":7}}',
    '[]',
    'nonsense',
  ]) {
    const { status, text } = await mcp(body, { authorization: 'Bearer x' })
    expect(status, body).toBe(401)
    answers.add(text.replace(/[0-9a-f]{32}/, ''))
  }
  expect(answers.size).toBe(1)
  expect(ADMIN['authorization']).not.toContain('Bearer x')
})
