// Clients × behaviours, as docs/mcp-clients.md shows it. Nothing is loaded here but a row's driver, when it is opened.
import type { Open } from './drivers/driver.ts'

/** What is tried with every client. */
export const BEHAVIOURS = {
  list: 'lists the tools',
  call: 'calls one, and is given the value',
  unicode: 'any text arrives as it was sent',
  toolError: 'a failed action is a result that says why',
  badArguments: 'wrong arguments are a result that names them',
  approval: 'shows that an approval is needed, and sends one',
  progress: 'shows progress',
  cancel: 'calls a call off, and the handler hears of it',
  restart: 'goes on after the server was restarted',
  noToken: 'says that a token is missing',
  badToken: 'says that a token is wrong',
  scope: 'says which scope is missing',
  resources: 'lists and reads resources, by templates too',
  noResource: 'says that a resource is not there, or not for this caller',
  prompts: 'lists the prompts of this caller, and fills one in',
  large: 'takes a result of 900 KB',
  tooLarge: 'says that a result was too large',
} as const

export type Behaviour = keyof typeof BEHAVIOURS

/** How a client reaches the server. */
export type Way = 'HTTP' | 'mcp-remote' | 'stdio'

export interface ClientRow {
  readonly name: string
  /** The package of npm that is run. */
  readonly package: string
  readonly way: Way
  /** The revision it agrees on; `null` where it does not tell. */
  readonly revision: string | null
  readonly open: () => Promise<Open>
  /** What it says of a missing or wrong token. */
  readonly refused: RegExp
  /** What it says of a missing scope. */
  readonly forbidden: RegExp
  /** What cannot be had from this client, and why. Each has a proof in `proofs.ts`. */
  readonly cannot: Readonly<Partial<Record<Behaviour, string>>>
  /** Another row that does the same but for what is tried here: starting a program for each request takes long. */
  readonly as?: { readonly row: string; readonly but: readonly Behaviour[] }
}

type Row = Omit<ClientRow, 'cannot'> & { readonly cannot?: ClientRow['cannot'] }

const LEGACY = '2025-11-25'
const MODERN = '2026-07-28'

async function sdk(mode: 'legacy' | 'auto' | { pin: string }): Promise<Open> {
  return (await import('./drivers/sdk-client.ts')).openSdk(mode)
}
const firstSdk = async (): Promise<Open> => (await import('./drivers/first-sdk.ts')).openFirstSdk
const aiSdk = async (): Promise<Open> => (await import('./drivers/ai-sdk.ts')).openAiSdk
const langChain = async (): Promise<Open> => (await import('./drivers/langchain.ts')).openLangChain
async function inspector(era: 'legacy' | 'auto' | 'modern'): Promise<Open> {
  return (await import('./drivers/inspector.ts')).openInspector(era)
}

const SDK = '@modelcontextprotocol/client'
const HTTP: readonly Row[] = [
  {
    name: 'SDK 2, legacy',
    package: SDK,
    way: 'HTTP',
    revision: LEGACY,
    open: () => sdk('legacy'),
    refused: /AUTHENTICATION_ERROR/,
    forbidden: /orders:write/,
  },
  {
    name: 'SDK 2, auto',
    package: SDK,
    way: 'HTTP',
    revision: MODERN,
    open: () => sdk('auto'),
    refused: /requires authorization/,
    forbidden: /orders:write/,
  },
  {
    name: 'SDK 2, pinned',
    package: SDK,
    way: 'HTTP',
    revision: MODERN,
    open: () => sdk({ pin: MODERN }),
    refused: /requires authorization/,
    forbidden: /orders:write/,
  },
  {
    name: 'SDK 1',
    package: '@modelcontextprotocol/sdk',
    way: 'HTTP',
    revision: LEGACY,
    open: firstSdk,
    refused: /AUTHENTICATION_ERROR/,
    forbidden: /orders:write/,
  },
  {
    name: 'AI SDK',
    package: '@ai-sdk/mcp',
    way: 'HTTP',
    revision: MODERN,
    open: aiSdk,
    refused: /401/,
    forbidden: /orders:write/,
    cannot: {
      approval: '`callTool()` takes no `_meta`, so the token cannot be sent; the refusal is shown',
      progress: '`callTool()` names no progress token, so that nothing is sent',
    },
  },
  {
    name: 'LangChain',
    package: '@langchain/mcp-adapters',
    way: 'HTTP',
    revision: null,
    open: langChain,
    refused: /Authentication failed/,
    forbidden: /orders:write/,
    cannot: {
      approval: 'its tools take no `_meta`, so the token cannot be sent; the refusal is shown',
      badArguments: 'it holds arguments to the schema itself, and sends nothing',
    },
  },
]

/** What an era of the Inspector shows that the others do not. */
const OF_AN_ERA: Readonly<Record<'auto' | 'modern', readonly Behaviour[]>> = {
  auto: ['list', 'call'],
  modern: [
    'list',
    'call',
    'toolError',
    'approval',
    'cancel',
    'badToken',
    'scope',
    'resources',
    'noResource',
    'prompts',
  ],
}

const INSPECTOR: readonly Row[] = (['legacy', 'auto', 'modern'] as const).map((era) => ({
  name: `Inspector, ${era}`,
  package: '@modelcontextprotocol/inspector',
  way: 'HTTP' as const,
  revision: null,
  open: () => inspector(era),
  refused: /exit 3: .*auth_required/,
  forbidden: /exit 1: .*orders:write/,
  cannot: {
    progress: 'the program prints the result alone',
    restart: 'each request is a program of its own, which has no connection to lose',
  },
  ...(era !== 'legacy' && { as: { row: 'Inspector, legacy', but: OF_AN_ERA[era] } }),
}))

const BRIDGED: readonly Row[] = [
  { name: 'SDK 2, auto', package: SDK, revision: MODERN, open: () => sdk('auto') },
  {
    name: 'SDK 1',
    package: '@modelcontextprotocol/sdk',
    revision: LEGACY,
    open: firstSdk,
  },
].map((row) => ({
  ...row,
  way: 'mcp-remote' as const,
  refused: /Connection closed/,
  forbidden: /orders:write/,
  cannot: {
    scope: 'it answers a missing scope by a login of its own, and says only how that failed',
  },
}))

const PINNED =
  'pinned, it takes a refusal for a server that does not know the revision, and says only that'

/** They start `trefoil mcp` themselves. */
const STDIO: readonly Row[] = [
  { name: 'SDK 2, legacy', package: SDK, revision: LEGACY, open: () => sdk('legacy') },
  { name: 'SDK 2, auto', package: SDK, revision: MODERN, open: () => sdk('auto') },
  { name: 'SDK 2, pinned', package: SDK, revision: MODERN, open: () => sdk({ pin: MODERN }) },
  { name: 'SDK 1', package: '@modelcontextprotocol/sdk', revision: LEGACY, open: firstSdk },
].map((row) => ({
  ...row,
  way: 'stdio' as const,
  refused: /Unauthorized/,
  forbidden: /orders:write|scope/,
  cannot: {
    restart: 'the server is a program of the client, which ends with it',
    ...(row.name === 'SDK 2, pinned' && { noToken: PINNED, badToken: PINNED }),
  },
}))

/** Every client that is driven. */
export const CLIENTS: readonly ClientRow[] = [...HTTP, ...INSPECTOR, ...BRIDGED, ...STDIO].map(
  (row) => ({
    ...row,
    cannot: row.cannot ?? {},
  }),
)
