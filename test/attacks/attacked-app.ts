import { CALL_PATH } from '../../packages/trefoil/src/contract/protocol/paths.ts'
import { type RunningServer, type ServeOptions, serve } from '../../packages/trefoil/src/node.ts'
import { members } from '../parity/driver.ts'
import { createFixtureApp, Observations } from '../parity/fixture-app.ts'
import { CALLERS } from '../parity/tokens.ts'

/** The parity fixture, served for an attacker. */
export interface Attacked {
  readonly server: RunningServer
  readonly port: number
  readonly url: string
  readonly seen: Observations
}

export async function attacked(options: ServeOptions = {}): Promise<Attacked> {
  const seen = new Observations()
  const server = await serve(createFixtureApp(seen), {
    port: 0,
    signals: false,
    drainTimeout: '500ms',
    ...options,
  })
  return { server, port: server.port, url: server.url, seen }
}

type Json = Readonly<Record<string, unknown>>

/** `Authorization` of a caller who may do nearly everything. */
export const ADMIN: Record<string, string> = { authorization: `Bearer ${CALLERS.admin}` }

/** An answer, body parsed when it is JSON. */
export interface Seen {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: Json
}

export async function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Seen> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...ADMIN, ...headers },
    body,
  })
  return seenOf(response)
}

export async function seenOf(response: Response): Promise<Seen> {
  const text = await response.text()
  const { status, headers } = response
  return { status, headers, text, json: text.startsWith('{') ? members(JSON.parse(text)) : {} }
}

/** A legacy `tools/call`, as text, so that a test can spoil it. */
export function toolCall(name: string, args: string, more = ''): string {
  return `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${args}${more}}}`
}

export function actionCall(name: string, args: string, more = ''): string {
  return `{"action":"${name}","arguments":${args}${more}}`
}

/** Sends the same arguments text as a body of HTTP, over MCP, and over the action protocol. */
export async function postEverywhere(
  url: string,
  action: string,
  args: string,
): Promise<readonly (readonly [surface: string, seen: Seen])[]> {
  return [
    ['mcp', await post(`${url}/mcp`, toolCall(action, args))],
    ['cli', await post(url + CALL_PATH, actionCall(action, args))],
  ]
}
