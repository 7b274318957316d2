import { expect, test } from 'vitest'
import { readEnvelope } from './read-envelope.ts'

const LIMITS = { maxDepth: 10 }

function read(message: unknown, headers: readonly string[] | null) {
  return readEnvelope(new TextEncoder().encode(JSON.stringify(message)), headers, LIMITS)
}

function modernMessage(version: string) {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  return { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } }
}

test('a message without HTTP is judged by what it says alone (MCP-1)', () => {
  expect(read(modernMessage('2026-07-28'), null)).toMatchObject({
    era: { name: 'modern' },
    problem: null,
  })
  // The same with HTTP must repeat itself in headers.
  expect(read(modernMessage('2026-07-28'), []).problem?.code).toBe('mcp_header_mismatch')
})

test('without HTTP its own version is still checked, and what it lacks', () => {
  expect(read(modernMessage('2099-01-01'), null).problem?.code).toBe('mcp_unsupported_version')
  const message = modernMessage('2026-07-28')
  const bare = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }
  expect(read({ ...message, params: { _meta: bare } }, null).problem?.code).toBe(
    'mcp_invalid_params',
  )
})

test('without HTTP and without a claim it is of the revisions with a handshake', () => {
  const ping = { jsonrpc: '2.0', id: 2, method: 'ping' }
  expect(read(ping, null)).toMatchObject({ era: { name: 'legacy' }, problem: null })
})
