import { JSON_TYPE } from './order-workloads.mjs'

/** Revisions of MCP: one with a handshake, whose state nobody keeps here, and one without. */
export const LEGACY = '2025-11-25'
export const MODERN = '2026-07-28'
const META = 'io.modelcontextprotocol'

const meta = {
  [`${META}/protocolVersion`]: MODERN,
  [`${META}/clientCapabilities`]: {},
  [`${META}/clientInfo`]: { name: 'bench', version: '1.0.0' },
}

/**
 * A JSON-RPC request to `POST /mcp`, with the headers and members its revision wants.
 *
 * @param {string} revision
 * @param {string} method
 * @param {Record<string, unknown>} params
 * @param {Record<string, string>} headers
 * @returns {import('./workloads.mjs').Request}
 */
export function toolMessage(revision, method, params, headers) {
  const modern = revision === MODERN
  return {
    method: 'POST',
    path: '/mcp',
    headers: {
      ...JSON_TYPE,
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': revision,
      ...(modern ? { 'mcp-method': method } : {}),
      ...(modern && typeof params.name === 'string' ? { 'mcp-name': params.name } : {}),
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method,
      params: { ...params, ...(modern ? { _meta: { ...meta, ...Object(params._meta) } } : {}) },
    }),
  }
}
