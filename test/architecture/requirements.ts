// The numbered requirements of the page on agents' servers (P), of its weak points (PW), of the audit log (AUD), of
// what is stored (STO), of passwords (S-PWD, S-HIBP, PWD), of keys and principals (S-KEY, S-PRI), and where tests name
// them.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-5.9'

/** How many there are of each kind; they are counted from 1. */
const COUNTS: Readonly<Record<string, number>> = {
  'P-PIPE': 7,
  'P-JWT': 11,
  'P-ASYM': 3,
  'P-JWKS': 1,
  'P-KEY': 4,
  'P-PROV': 3,
  'P-MW': 6,
  'P-CLI': 1,
  'P-REQ': 4,
  'P-GRD': 5,
  'P-ERR': 4,
  'P-CTX': 4,
  'P-RESP': 3,
  'P-DI': 5,
  'P-TOK': 6,
  'P-BG': 2,
  'P-RTR': 4,
  'P-MWL': 8,
  'P-SET': 1,
  'P-TST': 1,
  'P-NET': 5,
  'P-APR': 1,
  'P-VIS': 1,
  'P-CLT': 1,
  PW: 41,
  AUD: 9,
  STO: 4,
  'S-PWD': 6,
  'S-HIBP': 3,
  PWD: 5,
  'S-AUD': 4,
  'S-KEY': 3,
  'S-PRI': 3,
}

/** All of them, and those of other lists that go with rate limits and the audit log. */
export const REQUIREMENTS: readonly string[] = [
  ...Object.entries(COUNTS).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, at) =>
      kind === 'PW' ? `PW-${`${at + 1}`.padStart(2, '0')}` : `${kind}-${at + 1}`,
    ),
  ),
  'SW-09',
  'SW-10',
  'S-TEN-1',
  'SW-11',
  'SW-20',
  'SW-21',
  'SW-22',
  'SW-23',
  'SW-24',
  'SW-25',
  'SW-26',
  'SW-28',
  'V-03',
  'V-07',
  'V-08',
  'V-14',
]

const MCP = 'the MCP surface (issue 18)'

/** What no test can state yet, and what will bring it. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  'SW-25': 'impersonation (the issue of organisations)',
  'S-KEY-3': 'keys that their owners make over HTTP (the issue of organisations)',
  'S-PRI-2': 'roles are never scopes here: guards ask for either',
  'P-PIPE-7': MCP,
  'P-NET-2': MCP,
  'PW-27': MCP,
  'P-APR-1': 'approvals by somebody else, with a place where requests wait (after issue 15)',
  'AUD-7':
    'approvals by two people; until then a log is begun anew by hand, in another file (after issue 15)',
  'AUD-9':
    'a schedule that verifies; with `checkpoints` what is new is verified before it is signed (after issue 15)',
}

/** An id of one of the kinds above, whatever its number. */
const ID =
  /(?<!-)\b(?:P-[A-Z]+-\d+|PW-\d+|AUD-\d+|STO-\d+|S-(?:PWD|HIBP|AUD|KEY|PRI)-\d+|S-TEN-1|PWD-\d+|SW-(?:09|1[01]|2[0-68])|V-(?:03|07|08|14))\b/g
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FOLDERS = ['packages/trefoil/src', 'examples/store/test', 'test']

/** Tests by path, and the tables they run. */
export function readTests(): ReadonlyMap<string, string> {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((name) => (folder.endsWith('/src') ? name.endsWith('.test.ts') : /\.ts$/.test(name)))
      .filter((name) => !/\/(dist|node_modules)\/|\/architecture\/requirements/.test(name)),
  )
  return new Map(files.sort().map((file) => [file, readFileSync(ROOT + file, 'utf8')]))
}

/** Where each id is named, in the name of a test or of a row of a table; a comment is no test. */
export function citations(tests: ReadonlyMap<string, string>): ReadonlyMap<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const [file, text] of tests) {
    // Most files name none, and parsing is what takes time.
    if (text.search(ID) < 0) continue
    for (const id of namesOf(file, text)) {
      const files = found.get(id) ?? new Set()
      found.set(id, files.add(file))
    }
  }
  return found
}

function namesOf(file: string, text: string): ReadonlySet<string> {
  const ids = new Set<string>()
  const visit = (node: ts.Node): void => {
    // What does not run states nothing.
    if (ts.isCallExpression(node) && /\.(skip|todo)$/.test(node.expression.getText())) return
    if (
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node)
    ) {
      for (const id of node.text.match(ID) ?? []) ids.add(id)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS))
  return ids
}
