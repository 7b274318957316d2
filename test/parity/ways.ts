// The five ways to call an app, in this process and as fast as a test client is.
import { expect } from 'vitest'
import type { HeadersInput, TestClient } from '../../packages/trefoil/src/testing.ts'
import { members } from './driver.ts'

export const WAYS = ['http', 'mcp-legacy', 'mcp-modern', 'cli-remote', 'cli-local'] as const
export type Way = (typeof WAYS)[number]

/** An answer as these tests compare them. */
export interface Seen {
  readonly ok: boolean
  readonly value: unknown
  /** Members of the problem; none for an answer. */
  readonly problem: Readonly<Record<string, unknown>>
  /** Response headers; none in this process. */
  readonly headers: Headers | null
  /** All that left the app. */
  readonly raw: string
}

export interface CallOptions {
  readonly token?: string
  readonly headers?: HeadersInput
  /** `_meta` of MCP. */
  readonly meta?: Readonly<Record<string, unknown>>
}

/** Calls `POST /<action>`, or the action of that name. */
export async function callBy(
  way: Way,
  client: TestClient,
  action: string,
  options: CallOptions = {},
): Promise<Seen> {
  const { meta, ...sent } = options
  if (way === 'http') {
    const response = await client.http.post(`/${action}`, { ...sent, json: {} })
    const { text, status, headers } = response
    const body: unknown = text === '' ? null : jsonOrText(text)
    const raw = rawOf(headers, text)
    if (status < 400) return { ok: true, value: body, problem: {}, headers, raw }
    return { ok: false, value: null, problem: members(body), headers, raw }
  }
  if (way === 'cli-remote' || way === 'cli-local') {
    const local = way === 'cli-local'
    const answer = await client.cli.call(action, {}, { ...sent, local })
    const raw = JSON.stringify(answer)
    return answer.ok
      ? { ok: true, value: members(answer)['body'], problem: {}, headers: null, raw }
      : { ok: false, value: null, problem: { ...answer.error }, headers: null, raw }
  }
  const era = way === 'mcp-legacy' ? 'legacy' : 'modern'
  const answer = await client.mcp.callTool(
    action,
    {},
    { ...sent, era, ...(meta === undefined ? {} : { meta }) },
  )
  const { headers, text } = answer.response
  const raw = rawOf(headers, text)
  // Behind what it said of its progress, the answer is the last event.
  const [last = ''] = text.startsWith('event: ') ? text.split('data: ').slice(-1) : [text]
  const document = members(JSON.parse(last))
  const result = members(document['result'])
  const [block] = Array.isArray(result['content']) ? result['content'] : []
  const value = jsonOrText(String(members(block)['text'] ?? ''))
  if (result['isError'] === true) {
    return { ok: false, value: null, problem: members(members(value)['error']), headers, raw }
  }
  if (Object.keys(result).length > 0) return { ok: true, value, problem: {}, headers, raw }
  const error = members(document['error'])
  const problem = Object.keys(error).length > 0 ? { ...error, ...members(error['data']) } : document
  return { ok: false, value: null, problem, headers, raw }
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function rawOf(headers: Headers, text: string): string {
  return [...[...headers].map((pair) => pair.join(': ')), text].join('\n')
}

/** Lines that an app wrote, with their fields. */
export interface Line {
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export function linesOf(): { readonly lines: Line[]; readonly logger: LoggerOfLines } {
  const lines: Line[] = []
  const at =
    (level: string) =>
    (fields: object | string, message?: string): void => {
      lines.push({ level, message: message ?? '', fields: Object(fields) })
    }
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { lines, logger }
}

interface LoggerOfLines {
  readonly debug: (fields: object | string, message?: string) => void
  readonly info: (fields: object | string, message?: string) => void
  readonly warn: (fields: object | string, message?: string) => void
  readonly error: (fields: object | string, message?: string) => void
}

/** The one of a list that must have one. */
export function onlyOne<Value>(list: readonly Value[]): Value {
  expect(list).toHaveLength(1)
  return list[0] as Value
}
