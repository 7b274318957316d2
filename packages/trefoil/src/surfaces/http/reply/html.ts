import {
  REPLY_OPTIONS,
  type Reply,
  type ReplyOptions,
  reply,
} from '../../../contract/answer/reply.ts'
import { checkOptionNames } from '../../../contract/options/option-names.ts'
import { valueKind } from '../../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { withContentType } from './content-type.ts'

/**
 * Answers with a page: `text/html; charset=utf-8`. The text is sent as it is; what came from a
 * caller must be escaped before it gets here.
 *
 * @throws ImproperlyConfigured for an unknown option, and when `status` is not an integer from 200 to 599
 */
export function html(text: string, options: ReplyOptions = {}): Reply<string> {
  checkOptionNames('html()', options, REPLY_OPTIONS)
  if (typeof text !== 'string') {
    throw new ImproperlyConfigured(`html() takes the text of a page, got ${valueKind(text)}`)
  }
  return reply(text, withContentType(options, 'text/html; charset=utf-8'))
}
