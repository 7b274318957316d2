import { posix } from 'node:path'
import type { ParsedModule } from './parse-module.ts'
import type { Report } from './report.ts'
import { roomOf } from './rooms.ts'

const MOST_FILES = 20
const MOST_IMPORTS = 15

/** Folders that may hold more, and why. */
export const LARGE_FOLDERS: Readonly<Record<string, string>> = {
  '.': 'doors: one file for each, and nothing in them but names',
  web: 'a vocabulary: most of its files are tied to nothing, so none of them is in the way of another',
}

/** A file that imports more than others may. */
export interface WideFile {
  /** How many modules it imports today. The number may go down, and the row with it. */
  readonly most: number
  readonly why: string
}

/** Files that may import more, and why. */
export const WIDE_FILES: Readonly<Record<string, WideFile>> = {
  'engine/lifecycle.ts': { most: 19, why: 'the list of stages, each with its code' },
  'app/app.ts': { most: 35, why: 'what a developer holds, in one class' },
  'engine/background/own-call.ts': { most: 18, why: 'a call from its beginning to its end' },
  'app/compile/compile-params.ts': { most: 17, why: 'each rule of a declaration has a file' },
  'app/compile/compile-action.ts': { most: 32, why: 'checks each member of a declaration' },
  'app/compile/compiled-app.ts': { most: 27, why: 'what is known of an app, in one object' },
  'app/compile/create-surfaces.ts': { most: 23, why: 'puts the surfaces together' },
  'app/compile/join-parts.ts': { most: 22, why: 'every member of a part has its own type' },
  'app/cookie-session.ts': { most: 16, why: 'options, a signer and a dependency meet' },
  'app/declare/routes.ts': { most: 16, why: 'every kind of declaration, in one class' },
  'app/declare/route-types.ts': { most: 17, why: 'the types of every option of a route' },
  'app/options/app-options.ts': { most: 24, why: 'the types of all options' },
  'engine/app-context.ts': { most: 20, why: 'the types of what all calls of an app share' },
  'engine/call-state.ts': { most: 27, why: 'types of what a call meets on its way' },
  'engine/views/handler-call.ts': { most: 19, why: 'all that a handler can ask of its call' },
  'engine/visibility.ts': { most: 20, why: 'a plan of its own, and the call that it is asked for' },
  'features/audit/audit-log.ts': {
    most: 16,
    why: 'the log, where it is kept, what signs it and what it is sent to meet',
  },
  'identity/api-key-auth.ts': {
    most: 24,
    why: 'both forms of keys, their options and results meet',
  },
  'identity/introspection/introspection-options.ts': {
    most: 19,
    why: 'every option of introspection, its type and its row',
  },
  'identity/jwt-auth.ts': { most: 23, why: 'options, keys, verdicts and tokens of its own meet' },
  'identity/jwt/jwt-options.ts': { most: 26, why: 'every option of JWT, its type and its row' },
  'identity/jwt/keys/given-keys.ts': { most: 19, why: 'every place that keys may come from' },
  'program/commands/call-command.ts': {
    most: 18,
    why: 'a call from the words typed to the screen',
  },
  'program/commands/serve-commands.ts': { most: 16, why: 'two commands, and how each serves' },
  'program/main.ts': { most: 20, why: 'every command, once' },
  'surfaces/cli/endpoints.ts': { most: 16, why: 'every endpoint of the action protocol, once' },
  'surfaces/cli/local.ts': { most: 17, why: 'a call in this process, from words to an answer' },
  'surfaces/docs/docs-surface.ts': { most: 21, why: 'four documents, each with its reader' },
  'surfaces/http/http-surface.ts': { most: 27, why: 'puts the four verbs of HTTP together' },
  'surfaces/http/node/exchange/node-exchange.ts': {
    most: 17,
    why: 'one request, whatever it speaks',
  },
  'surfaces/http/node/serve.ts': { most: 25, why: 'puts the parts of a listener together' },
  'surfaces/http/node/to-node-handler.ts': { most: 18, why: 'the same for a host that listens' },
  'features/accounts/accounts-house.ts': { most: 19, why: 'all that flows work with' },
  'features/accounts/accounts-options.ts': { most: 19, why: 'every group of options, once' },
  'features/accounts/flow-graph.ts': { most: 31, why: 'every step of every flow, once' },
  'features/accounts/pages/page-graph.ts': { most: 19, why: 'lists all pages of accounts' },
  'features/accounts/accounts.ts': { most: 27, why: 'joins the rooms of accounts' },
  'features/accounts/sessions/make-login-sessions.ts': {
    most: 26,
    why: 'puts the parts of login sessions together',
  },
  'features/pages/pages.ts': { most: 19, why: 'puts the parts of the page kit together' },
  'surfaces/http/request/http-inbound.ts': {
    most: 17,
    why: 'all that a request of HTTP can be asked for, each where it is read',
  },
  'surfaces/http/request/read-arguments.ts': {
    most: 17,
    why: 'reads from every place of a request',
  },
  'surfaces/http/response/shape-reply.ts': { most: 16, why: 'conditions, ranges and codings meet' },
  'surfaces/http/route/find.ts': { most: 23, why: 'edge, preflight, route and browser, in order' },
  'surfaces/mcp/mcp-surface.ts': { most: 30, why: 'puts the parts of MCP together' },
  'surfaces/mcp/message-verbs.ts': {
    most: 21,
    why: 'a message, from what it asks for to what is said of it',
  },
  'surfaces/mcp/stdio/stdio-connection.ts': {
    most: 18,
    why: 'a line, from its bytes to the record of its call',
  },
  'surfaces/mcp/tool-reply.ts': { most: 17, why: 'what a tool came to, in the words of MCP' },
  'testing/access/decide-access.ts': { most: 18, why: 'a plan without what acts, and its call' },
  'testing/typed-client.ts': { most: 18, why: 'a client, its options and the app under test' },
}

/** Holds folders and files to a size that one person can take in. */
export function checkFolders(modules: ReadonlyMap<string, ParsedModule>, report: Report): void {
  const counts = new Map<string, number>()
  for (const [file, { references }] of modules) {
    const folder = posix.dirname(file)
    counts.set(folder, (counts.get(folder) ?? 0) + 1)
    // A door names what is behind it, and nothing else.
    if (roomOf(file) === 'doors') continue
    const imports = new Set(references.map(({ specifier }) => specifier)).size
    const most = WIDE_FILES[file]?.most ?? MOST_IMPORTS
    if (imports > most) report('fan-out', file, `imports ${imports} modules, more than ${most}`)
    else if (file in WIDE_FILES && imports <= MOST_IMPORTS) {
      report('fan-out', file, `imports ${imports} modules: take it off the list of wide files`)
    }
  }
  for (const [folder, count] of counts) {
    if (count > MOST_FILES && !(folder in LARGE_FOLDERS)) {
      report('folder-size', folder, `has ${count} files, more than ${MOST_FILES}: give it rooms`)
    }
  }
}
