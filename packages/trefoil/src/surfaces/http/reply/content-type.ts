import type { ReplyOptions } from '../../../contract/answer/reply.ts'

/** The options with a content type, unless they name one already (RESP-2). */
export function withContentType(options: ReplyOptions, type: string): ReplyOptions {
  const headers = options.headers ?? {}
  const named = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return named ? options : { ...options, headers: { ...headers, 'content-type': type } }
}
