/** Where a server is, for a client: at an address, or a program that speaks over its standard streams. */
export type Door =
  | { readonly url: string; readonly token: string | null }
  | {
      readonly command: string
      readonly args: readonly string[]
      readonly env: Readonly<Record<string, string>>
    }

/** What came of a call, whichever client brought it. */
export interface Answer {
  readonly isError: boolean
  readonly text: string
  /** `undefined` where there was none. */
  readonly structured: unknown
}

export interface CallOptions {
  /** Sent as `_meta.approval_token`. */
  readonly approval?: string
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number) => void
}

/** One client of other people's that is connected. What its server refuses, it throws in its own words. */
export interface OpenClient {
  /** The revision that was agreed on; `null` where the client does not tell. */
  readonly revision: string | null
  tools(): Promise<string[]>
  call(name: string, args: Record<string, unknown>, options?: CallOptions): Promise<Answer>
  /** The URIs that are listed. */
  resources(): Promise<string[]>
  templates(): Promise<string[]>
  /** The text of a resource. */
  read(uri: string): Promise<string>
  prompts(): Promise<string[]>
  /** The text of the first message. */
  prompt(name: string, args: Record<string, string>): Promise<string>
  close(): Promise<void>
}

/** What a person says to a question of the server. */
export type Respond = (message: string) => Record<string, string | number | boolean>

export interface OpenOptions {
  /** Without it the client is not declared to ask anybody. */
  readonly respond?: Respond
}

/** Opens a client on a door. */
export type Open = (door: Door, options?: OpenOptions) => Promise<OpenClient>

/** The headers of a door at an address. */
export function headersOf(token: string | null): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` }
}

/** The environment of a program that a test starts: it finds this Node first, and writes nowhere but where it is told. */
export function programEnv(env: Readonly<Record<string, string>>): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...env }
}
