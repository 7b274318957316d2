import assert from 'node:assert/strict'
import { bearer, json } from '../asking.mjs'
import { token } from '../tokens.mjs'

const MODERN = '2026-07-28'

/** How a call is written down in each era. */
const ERAS = {
  legacy: { headers: () => ({}), meta: {} },
  modern: {
    headers: (method, tool) => ({
      'mcp-protocol-version': MODERN,
      'mcp-method': method,
      ...(tool === undefined ? {} : { 'mcp-name': tool }),
    }),
    meta: {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': MODERN,
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  },
}

async function ask(send, era, method, params, credential) {
  const { headers, meta } = ERAS[era]
  const answer = await send(
    '/mcp',
    json(
      { jsonrpc: '2.0', id: 1, method, params: { ...params, ...meta } },
      {
        accept: 'application/json, text/event-stream',
        ...headers(method, params.name),
        ...(credential === null ? {} : bearer(credential)),
      },
    ),
  )
  const text = await answer.text()
  return { answer, document: JSON.parse(text) }
}

async function callTools(send, era) {
  const credential = await token()
  const item = { name: 'get_item', arguments: { id: 7 } }
  const { answer, document } = await ask(send, era, 'tools/call', item, credential)
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('content-type'), 'application/json')
  assert.equal(document.result.isError, false)
  assert.deepEqual(document.result.structuredContent, { id: 7, verbose: false })
  assert.equal(document.result.content[0].text, '{"id":7,"verbose":false}')

  const me = await ask(send, era, 'tools/call', { name: 'get_me', arguments: {} }, credential)
  assert.equal(me.document.result.content[0].text, '{"subject":"user_1","source":"mcp"}')

  const wrong = { name: 'get_item', arguments: { id: 'seven' } }
  const refused = await ask(send, era, 'tools/call', wrong, credential)
  assert.equal(refused.document.result.isError, true)
  assert.match(refused.document.result.content[0].text, /"pointer":"\/id"/)

  const nobody = await ask(send, era, 'tools/call', { name: 'get_me', arguments: {} }, null)
  assert.equal(nobody.answer.status, 401)
  assert.equal(nobody.answer.headers.get('www-authenticate')?.startsWith('Bearer'), true)

  const list = await ask(send, era, 'tools/list', {}, credential)
  assert.deepEqual(
    list.document.result.tools.map(({ name }) => name),
    ['get_item', 'get_me'],
  )
}

export const MCP_CHECKS = {
  'MCP 2025-11-25: tools/call': ({ send }) => callTools(send, 'legacy'),

  'MCP 2026-07-28: tools/call': ({ send }) => callTools(send, 'modern'),

  async 'MCP initialize and server/discover'({ send }) {
    const credential = await token()
    const hello = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'probe', version: '1.0.0' },
    }
    const legacy = await ask(send, 'legacy', 'initialize', hello, credential)
    assert.equal(legacy.document.result.protocolVersion, '2025-11-25')
    const modern = await ask(send, 'modern', 'server/discover', {}, credential)
    assert.equal(modern.document.result.resultType, 'complete')
  },
}
