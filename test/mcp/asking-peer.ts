// A client of MCP that is asked: one message of 2026-07-28 after the other, as they stand on the wire.
import type { testClient } from 'trefoil/testing'

type Http = ReturnType<typeof testClient>['http']
type Members = Readonly<Record<string, unknown>>

export interface Told {
  readonly status: number
  readonly result: Members
  readonly error: { readonly code: number; readonly message: string; readonly data?: Members }
  /** What is asked, by key. */
  readonly asked: Readonly<Record<string, { readonly method: string; readonly params: Members }>>
  readonly state: string
  /** The text of the first block. */
  readonly text: string
}

export interface Sent {
  readonly method?: string
  readonly token?: string
  readonly capabilities?: Members
  readonly answers?: unknown
  readonly state?: unknown
  readonly meta?: Members
}

export const FORMS = { elicitation: {} } as const

/** @param target `name` and `arguments` of a tool or a prompt, or the `uri` of a resource */
export async function askMcp(http: Http, target: Members, sent: Sent = {}): Promise<Told> {
  const { method = 'tools/call', token, capabilities = FORMS, answers, state, meta } = sent
  const params = {
    ...target,
    ...(answers === undefined ? {} : { inputResponses: answers }),
    ...(state === undefined ? {} : { requestState: state }),
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': capabilities,
      ...meta,
    },
  }
  const response = await http.post('/mcp', {
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      'mcp-name': String(target['name'] ?? target['uri']),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { result = {}, error = { code: 0, message: '' } } = response.json() as Partial<Told>
  const content = (result['content'] ?? []) as readonly { readonly text?: string }[]
  return {
    status: response.status,
    result,
    error,
    asked: (result['inputRequests'] ?? {}) as Told['asked'],
    state: String(result['requestState'] ?? ''),
    text: content[0]?.text ?? '',
  }
}

export const accept = (content: unknown) => ({ action: 'accept', content }) as const
