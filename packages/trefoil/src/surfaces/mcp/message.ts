import { isRecord } from '../../base/plain/is-record.ts'
/** Id of a JSON-RPC request. */
export type RpcId = string | number

/** A JSON-RPC message that is well-formed; `id` is `null` for notifications. */
export interface RpcMessage {
  readonly id: RpcId | null
  readonly method: string
  /** `{}` when none were sent. */
  readonly params: Readonly<Record<string, unknown>>
}

/** What was read: a message, or why it is none (with its id, when that much could be read). */
export type ReadMessage =
  | { readonly ok: true; readonly message: RpcMessage }
  | { readonly ok: false; readonly id: RpcId | null }

/** Checks the shape of a JSON-RPC 2.0 message (MCP-5). Batches are no message. */
export function readMessage(value: unknown): ReadMessage {
  if (!isRecord(value)) return { ok: false, id: null }
  const { id, jsonrpc, method } = value
  // Written as null by serializers that leave nothing out: not sent (FND-46).
  const params = value['params'] ?? {}
  const valid = isRpcId(id) ? id : null
  if (jsonrpc !== '2.0' || typeof method !== 'string' || !isRecord(params)) {
    return { ok: false, id: valid }
  }
  if ('id' in value && valid === null) return { ok: false, id: null }
  return { ok: true, message: { id: valid, method, params } }
}

function isRpcId(id: unknown): id is RpcId {
  return typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id))
}
