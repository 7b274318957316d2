import { ImproperlyConfigured } from '../../contract/problems/problem.ts'

const MIN_MAJOR = 22
const MIN_MINOR = 18

/**
 * Refuses a Node that is too old in one line, before something obscure fails (DESIGN §5). Other
 * runtimes pass.
 *
 * @param versions `process.versions`, or nothing where there is no process
 * @throws ImproperlyConfigured
 */
export function assertSupportedNode(versions: Readonly<Record<string, string | undefined>>): void {
  const { node, bun, deno } = versions
  if (node === undefined || bun !== undefined || deno !== undefined) return
  const [major = 0, minor = 0] = node.split('.').map(Number)
  if (major > MIN_MAJOR || (major === MIN_MAJOR && minor >= MIN_MINOR)) return
  throw new ImproperlyConfigured(
    `Trefoil needs Node ${MIN_MAJOR}.${MIN_MINOR} or newer, this is ${node}. Start through npm (which brings Node 24), or install a newer Node.`,
  )
}
