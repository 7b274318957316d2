import { isRecord } from '../../../base/plain/is-record.ts'
import type { RpcMessage } from '../message.ts'
import { CALL } from './search-tools.ts'

const MEMBERS: ReadonlySet<string> = new Set(['name', 'arguments'])

/**
 * The message that `call_action` stands for: a call of the action by its own name, so that all that follows (its plan,
 * limits, approval, record and the hash of its arguments) is that of a call which came directly. What else the message
 * says (`_meta` with a token of approval or a dry run) is said of that call.
 *
 * @returns `null` for every other message, and for a `call_action` that is none
 */
export function innerCall(message: RpcMessage): RpcMessage | null {
  if (message.method !== 'tools/call' || message.params['name'] !== CALL) return null
  const asked = message.params['arguments']
  if (!isRecord(asked) || typeof asked['name'] !== 'string') return null
  // A token or a dry run that stands beside the name is in the wrong place, and would be ignored there.
  if (Object.keys(asked).some((member) => !MEMBERS.has(member))) return null
  // Written as null by serializers that leave nothing out: not sent (FND-46).
  const args = asked['arguments'] ?? {}
  if (!isRecord(args)) return null
  return { ...message, params: { ...message.params, name: asked['name'], arguments: args } }
}
