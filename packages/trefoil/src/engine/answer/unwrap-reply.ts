import { Reply } from '../../contract/reply.ts'

/** The value inside a reply, or the value itself. */
export function unwrapReply(returned: unknown): unknown {
  return returned instanceof Reply ? returned.value : returned
}
