import type { Issue } from '../../packages/trefoil/src/index.ts'
import type { FixtureApp } from './fixture-app.ts'

/** One use of one action, said without naming a surface. */
export interface CallSpec {
  readonly action: string
  readonly args: Readonly<Record<string, unknown>>
  /** Bearer token; `null` sends none. */
  readonly token: string | null
  readonly approval?: string | undefined
  readonly dryRun?: boolean | undefined
}

export interface SeenProblem {
  readonly code: string
  readonly message: string
  readonly issues?: readonly Issue[]
  readonly argumentsHash?: string
}

/** An answer in words that all surfaces share. */
export interface Answer {
  readonly ok: boolean
  /** What the handler returned, or the dry-run report. */
  readonly value?: unknown
  readonly problem?: SeenProblem
  /** What is neither text nor JSON. */
  readonly bytes?: { readonly base64: string; readonly type: string }
  /** True when the connection ended before the answer did. */
  readonly isCut?: boolean
  /** HTTP status; `null` in this process. */
  readonly status: number | null
  /** `WWW-Authenticate`, when sent. */
  readonly challenge: string | null
  /** Everything that left the server: head and body. */
  readonly raw: string
}

/** A way to call the fixture. */
export interface Driver {
  readonly name: 'http' | 'mcp-legacy' | 'mcp-modern' | 'cli-local' | 'cli-remote'
  readonly source: 'api' | 'mcp' | 'cli'
  readonly entrypoint: 'server' | 'local'
  call(spec: CallSpec): Promise<Answer>
  close?(): Promise<void>
}

/** What a driver is made for. */
export interface Target {
  readonly app: FixtureApp
  readonly url: string
}

/** Reads the public members that a problem has on every surface. */
export function problemFrom(document: unknown): SeenProblem {
  const { code, message, detail, issues, arguments_hash: hash } = members(document)
  return {
    code: String(code),
    message: String(message ?? detail),
    ...(Array.isArray(issues) ? { issues } : {}),
    ...(typeof hash === 'string' ? { argumentsHash: hash } : {}),
  }
}

/** Members of an object; none of anything else. */
export function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** JSON when it is, the text itself otherwise. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Bytes as the drivers show them, whichever way they came. */
export function bytesOf(base64: unknown, type: unknown): NonNullable<Answer['bytes']> {
  return { base64: String(base64), type: String(type).split(';', 1)[0] ?? '' }
}

/** Head and body of a response as one text. */
export function rawOf(response: Response, text: string): string {
  const head = [...response.headers].map(([name, value]) => `${name}: ${value}`)
  return [response.status, ...head, '', text].join('\n')
}

export function bearer(token: string | null): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` }
}
