import { type Reply, type ReplyOptions, reply } from '../../../contract/answer/reply.ts'
import { withContentType } from './content-type.ts'

/**
 * Answers with a page: `text/html; charset=utf-8`. The text is sent as it is; what came from a
 * caller must be escaped before it gets here.
 *
 * @throws ImproperlyConfigured when `status` is not an integer from 200 to 599
 */
export function html(text: string, options: ReplyOptions = {}): Reply<string> {
  return reply(text, withContentType(options, 'text/html; charset=utf-8'))
}
