// Who attacks: a client behind a gateway that routes, filters or bills by the `Mcp-*` headers.
// What they would win: a tool the gateway would not have let through.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMIN, type Attacked, attacked, post } from './attacked-app.ts'
import './eventually.ts'
import { ask, request } from './raw-connection.ts'

const MODERN = '2026-07-28'
let target: Attacked
beforeAll(async () => {
  target = await attacked()
})
afterAll(() => target.server.close())

const META = `"_meta":{"io.modelcontextprotocol/protocolVersion":"${MODERN}","io.modelcontextprotocol/clientCapabilities":{}}`
const body = (name: string, meta = `,${META}`) =>
  `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"${name}","arguments":{}${meta}}}`
const TRUE = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': 'who' }

const LIES: readonly (readonly [string, Record<string, string>])[] = [
  ['another tool', { ...TRUE, 'mcp-name': 'health' }],
  ['another tool, encoded', { ...TRUE, 'mcp-name': '=?base64?aGVhbHRo?=' }],
  ['a broken encoding', { ...TRUE, 'mcp-name': '=?base64?d2hv' }],
  ['a tool in another case', { ...TRUE, 'mcp-name': 'WHO' }],
  ['two tools in one line', { ...TRUE, 'mcp-name': 'who, health' }],
  ['another method', { ...TRUE, 'mcp-method': 'tools/list' }],
  ['another version', { ...TRUE, 'mcp-protocol-version': '2025-11-25' }],
]

describe('2026-07-28', () => {
  it.each(LIES)('%s in the headers: refused, nothing runs', async (_, headers) => {
    const before = target.seen.args.length
    const { status, json } = await post(`${target.url}/mcp`, body('who'), headers)
    expect(status).toBe(400)
    expect(json).toMatchObject({ id: 7, error: { code: -32020 } })
    expect(target.seen.args.length).toBe(before)
  })

  it.each(['mcp-protocol-version', 'mcp-method', 'mcp-name'] as const)(
    '%s left out, or sent twice: refused',
    async (name) => {
      const before = target.seen.args.length
      const { [name]: value, ...rest } = TRUE
      expect((await post(`${target.url}/mcp`, body('who'), rest)).status).toBe(400)
      const lines = [
        `Authorization: ${ADMIN['authorization']}`,
        'Content-Type: application/json',
        ...Object.entries(rest).map(([header, text]) => `${header}: ${text}`),
      ]
      for (const second of [value, 'health']) {
        const twice = [...lines, `${name}: ${value}`, `${name}: ${second}`]
        const answer = await ask(target.port, request('POST /mcp', twice, body('who')))
        expect(answer?.status, second).toBe(400)
      }
      expect(target.seen.args.length).toBe(before)
    },
  )

  it('metadata taken out of the body does not lead to older rules', async () => {
    const { status, json } = await post(`${target.url}/mcp`, body('who', ''), TRUE)
    expect(status).toBe(400)
    expect(json['error']).toMatchObject({ code: -32602 })
  })

  it('headers that agree pass, encoded or not', async () => {
    for (const name of ['who', '=?base64?d2hv?=', ' who ']) {
      const headers = { ...TRUE, 'mcp-name': name }
      expect((await post(`${target.url}/mcp`, body('who'), headers)).status, name).toBe(200)
    }
  })
})

describe('legacy', () => {
  it.each([
    ['another tool', { 'mcp-name': 'health' }],
    ['another method', { 'mcp-method': 'tools/list' }],
    [
      'another tool, with a legacy version',
      { 'mcp-name': 'a', 'mcp-protocol-version': '2025-11-25' },
    ],
  ])('%s in headers that nobody asked for: refused, nothing runs', async (_, headers) => {
    const before = target.seen.args.length
    const { status, json } = await post(`${target.url}/mcp`, body('who', ''), headers)
    expect(status).toBe(400)
    expect(json['error']).toMatchObject({ code: -32020 })
    expect(target.seen.args.length).toBe(before)
  })

  it('MCP-4 an unknown version is refused', async () => {
    for (const version of ['2099-01-01', '', 'latest', '2025-11-25, 2026-07-28']) {
      const headers = { 'mcp-protocol-version': version }
      const { status } = await post(`${target.url}/mcp`, body('who', ''), headers)
      expect(status, version).toBe(400)
    }
  })
})
