import { isArgumentsHash, issueApproval } from './approval.ts'
import { printLine } from './print-line.ts'
import { loadSecret } from './secret.ts'

const usage = 'npm run approve -- sha256:<64 hex digits, from a dry run>'

process.exitCode = await printLine(process.argv.slice(2), usage, async (hash) =>
  isArgumentsHash(hash) ? issueApproval(hash, loadSecret(), Date.now()) : null,
)
