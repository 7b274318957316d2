import { type Answer, bytesOf, jsonOrText, members, problemFrom } from '../driver.ts'

/** One HTTP exchange of a `tools/call`, as it went over the wire. */
export interface McpExchange {
  readonly status: number
  readonly challenge: string | null
  readonly text: string
  readonly raw: string
}

/** Reads a tool result, a JSON-RPC error or an OAuth answer into the shared words. */
export function fromMcp({ status, challenge, text, raw }: McpExchange): Answer {
  const shared = { status, challenge, raw }
  const document = members(jsonOrText(text))
  if ('result' in document) return { ...shared, ...fromResult(members(document['result'])) }
  const { error } = document
  if (typeof error === 'string') {
    // RFC 6750 §3: the OAuth words stand beside the code of the problem table.
    const { code, error_description: message } = document
    return { ...shared, ok: false, problem: problemFrom({ ...document, code, message }) }
  }
  // What the edge refuses never reaches a surface: HTTP's own words, a problem document.
  if (error === undefined) return { ...shared, ok: false, problem: problemFrom(document) }
  const { message, data } = members(error)
  const problem = problemFrom({ ...members(data), code: members(data)['problem'], message })
  return { ...shared, ok: false, problem }
}

type Result = Readonly<Record<string, unknown>>

function fromResult(result: Result): Pick<Answer, 'ok' | 'value' | 'bytes' | 'problem'> {
  const [content] = Array.isArray(result['content']) ? result['content'] : []
  const { data, mimeType, resource } = members(content)
  const { blob, mimeType: type } = members(resource)
  if (blob !== undefined) return { ok: true, bytes: bytesOf(blob, type) }
  if (data !== undefined) return { ok: true, bytes: bytesOf(data, mimeType) }
  const value = jsonOrText(String(members(content)['text']))
  if (result['isError'] !== true) return { ok: true, value }
  return { ok: false, problem: problemFrom(members(value)['error']) }
}
