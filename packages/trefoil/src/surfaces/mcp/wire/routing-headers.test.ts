import { describe, expect, test } from 'vitest'
import type { RpcMessage } from '../message.ts'
import { checkRoutingHeaders } from './routing-headers.ts'

const CALL: RpcMessage = { id: 1, method: 'tools/call', params: { name: 'who' } }
const LIST: RpcMessage = { id: 1, method: 'tools/list', params: {} }
const TRUE = ['Mcp-Method', 'tools/call', 'MCP-NAME', 'who']

function check(message: RpcMessage, headers: readonly string[], required: boolean): string | null {
  return checkRoutingHeaders(message, headers, required)?.detail ?? null
}

describe('routing headers', () => {
  test('MCP 1.3: what agrees with the body passes, encoded or not, in both eras', () => {
    for (const required of [true, false]) {
      expect(check(CALL, TRUE, required)).toBeNull()
      expect(
        check(CALL, ['mcp-method', ' tools/call ', 'mcp-name', '=?base64?d2hv?='], required),
      ).toBe(null)
      expect(check(LIST, ['mcp-method', 'tools/list'], required)).toBeNull()
    }
  })

  test('MCP 1.3: missing ones are refused only where they are required', () => {
    expect(check(CALL, [], true)).toBe('Header mismatch: Mcp-Method header is missing')
    expect(check(CALL, TRUE.slice(0, 2), true)).toBe('Header mismatch: Mcp-Name header is missing')
    expect(check(CALL, [], false)).toBeNull()
  })

  test.each([
    ['another method', ['mcp-method', 'tools/list', 'mcp-name', 'who'], 'Mcp-Method'],
    ['another tool', ['mcp-method', 'tools/call', 'mcp-name', 'x'], 'Mcp-Name'],
    ['a broken encoding', ['mcp-method', 'tools/call', 'mcp-name', '=?base64?d2hv'], 'Mcp-Name'],
    ['a second line', [...TRUE, 'mcp-name', 'who'], 'Mcp-Name'],
    ['another second line', [...TRUE, 'mcp-method', 'x'], 'Mcp-Method'],
  ])('MCP 1.3: %s is refused in both eras', (_, headers, name) => {
    expect(check(CALL, headers, true)).toContain(name)
    expect(check(CALL, headers, false)).toContain(name)
  })

  test.each([
    ['tools/call', { name: 'a' }],
    ['prompts/get', { name: 'a' }],
    ['resources/read', { uri: 'a' }],
  ])('MCP 1.3: the name of %s is compared, and may not be missing', (method, params) => {
    const message: RpcMessage = { id: 1, method, params }
    const headers = (name: string) => ['mcp-method', method, 'mcp-name', name]
    expect(check(message, headers('a'), true)).toBeNull()
    for (const required of [true, false]) {
      expect(check(message, headers('b'), required)).toContain('Mcp-Name')
    }
    expect(check(message, ['mcp-method', method], true)).toContain('Mcp-Name')
  })
})
