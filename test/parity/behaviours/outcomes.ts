import type { Behaviour } from '../behaviour.ts'
import { MAX_BODY, MAX_RESPONSE } from '../fixture-app.ts'

const UNLIMITED = 'answers of the HTTP API have no size limit'
const STREAMS = 'HTTP streams: the status is out before the failure, the connection is cut (W-15)'
const NO_BODY = 'a call in this process has no request body'
const MASKED = {
  ok: false,
  code: 'INTERNAL_ERROR',
  message: 'Internal Server Error',
  status: 500,
} as const

function masked(name: string, action: string, opens: number, args = {}): Behaviour {
  return { name, as: 'admin', action, args, expect: { ...MASKED, opens } }
}

/** How a call ends. */
export const OUTCOMES: readonly Behaviour[] = [
  {
    name: 'RESP-1 text',
    as: 'reader',
    action: 'text',
    expect: { ok: true, value: 'a "text" ☃', opens: 0 },
  },
  {
    name: 'RESP-1 nothing',
    as: 'admin',
    action: 'delete_order',
    args: { order_id: 'ord_1' },
    expect: { ok: true, value: null, opens: 1 },
  },
  {
    name: 'MCP-12 a list with a schema',
    as: 'reader',
    action: 'list',
    expect: { ok: true, value: [1, 2, 3], opens: 0 },
  },
  {
    name: 'PW-05 metadata of a reply stays here',
    as: 'reader',
    action: 'meta',
    expect: { ok: true, value: { done: true }, opens: 0 },
  },
  {
    name: 'RPC-5 not found, in the words of the handler',
    as: 'reader',
    action: 'get_order',
    args: { order_id: 'ord_missing' },
    expect: { ok: false, code: 'http_error', message: 'Order not found', status: 404, opens: 1 },
  },
  {
    name: 'a failure of a part, by the row of its own table',
    as: 'reader',
    action: 'take',
    expect: {
      ok: false,
      code: 'shelf_empty',
      message: 'The shelf is empty',
      status: 409,
      opens: 0,
    },
  },
  {
    name: 'a failure of a part that MCP shows as the bare HTTP answer',
    as: 'reader',
    action: 'open_shelf',
    expect: {
      ok: false,
      code: 'shelf_closed',
      message: 'The shelf is closed',
      status: 423,
      mcpStatus: 423,
      opens: 0,
    },
  },
  {
    name: 'RPC-5 an expected failure with a code of its own; its cause is not told',
    as: 'reader',
    action: 'conflict',
    expect: {
      ok: false,
      code: 'already_shipped',
      message: 'Already shipped',
      status: 409,
      opens: 1,
    },
  },
  masked('RPC-5 MCP-12 handler crash', 'crash', 1),
  masked('RPC-5 MCP-12 handler throws text', 'crash_text', 0),
  masked('RES-5 a dependency that cannot be had', 'crash_open', 1),
  masked('W-33 an answer its schema refuses', 'crash_output', 1),
  masked('W-33 a schema that crashes', 'crash_schema', 0, { value: 'x' }),
  masked('RESP-1 a value whose member cannot be read', 'crash_json', 0),
  masked('FND-3 RESP-1 a value with no JSON form', 'crash_map', 0),
  masked('FND-3 RESP-1 a value with no JSON form inside', 'crash_map_inside', 0),
  {
    ...masked('W-14 a stream that fails in the middle', 'crash_stream', 1),
    except: { http: STREAMS },
  },
  {
    name: 'MCP-14 RPC-9 exactly the largest answer passes',
    as: 'reader',
    action: 'exactly',
    expect: { ok: true, value: 'x'.repeat(MAX_RESPONSE), opens: 0 },
  },
  {
    name: 'MCP-14 RPC-5 W-22 an answer too large',
    as: 'reader',
    action: 'big',
    expect: {
      ok: false,
      code: 'response_too_large',
      message: 'Response too large',
      status: 502,
      opens: 1,
    },
    except: { http: UNLIMITED },
  },
  {
    name: 'SEC-2 a request too large, from nobody',
    as: 'nobody',
    action: 'echo',
    args: { document: 'x'.repeat(MAX_BODY) },
    expect: {
      ok: false,
      code: 'payload_too_large',
      message: 'Payload Too Large',
      status: 413,
      mcpStatus: 413,
    },
    except: { 'cli-local': NO_BODY },
  },
]
