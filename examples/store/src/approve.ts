import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { createApp } from 'trefoil'
import { type ApprovalRequest, Approvals, isArgumentsHash } from './approval.ts'
import { storeDatabase } from './database.ts'
import { printable } from './printable.ts'

const usage = `Usage: npm run approve -- sha256:<64 hex digits, from a refused call> [--subject <who>] [--yes]

Shows the call, asks, and prints a token that runs it once within 15 minutes.
--yes does not ask; without a terminal it has to be given.`

/**
 * What is shown goes to the error stream: the token alone is the output, for `APPROVAL=$(…)`.
 *
 * @returns the exit code: 0, 1 when nothing was approved, 2 for wrong usage
 */
async function main(args: readonly string[]): Promise<number> {
  const given = readArguments(args)
  if (given === null) {
    console.error(usage)
    return 2
  }
  const data = storeDatabase()
  // An app of its own, which has nothing but the database.
  const app = createApp({ name: 'approve', parts: [data] })
  await app.startup({ announce: false })
  try {
    const approvals = new Approvals(data)
    const request = pick(await approvals.asked(given.hash, Date.now()), given.subject)
    if (typeof request === 'string') {
      console.error(request)
      return 1
    }
    console.error(shown(request))
    if (!given.yes && !(await agreed())) {
      console.error('Not approved.')
      return 1
    }
    console.log(await approvals.approve(request, Date.now()))
    return 0
  } finally {
    await app.shutdown()
  }
}

interface Given {
  readonly hash: string
  readonly subject: string | undefined
  readonly yes: boolean
}

function readArguments(args: readonly string[]): Given | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { subject: { type: 'string' }, yes: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const [hash, ...more] = positionals
    if (hash === undefined || more.length > 0 || !isArgumentsHash(hash)) return null
    return { hash, subject: values.subject, yes: values.yes }
  } catch {
    return null
  }
}

/** The one that is meant, or why there is none. */
function pick(asked: readonly ApprovalRequest[], subject: string | undefined) {
  const [first, ...others] =
    subject === undefined ? asked : asked.filter((request) => request.subject === subject)
  if (first === undefined) {
    return 'Nobody has asked for this call within a day. Make it without a token first; a dry run asks for nothing.'
  }
  // Somebody else who asks for the same call would be approved in the place of the first.
  if (others.length > 0) {
    const who = asked.map((request) => printable(request.subject)).join(', ')
    return `Several have asked for this call: ${who}. Say whom you mean with --subject.`
  }
  return first
}

function shown({ action, subject, args, askedAt, hash }: ApprovalRequest): string {
  const lines = Object.entries(JSON.parse(args) as Record<string, unknown>).map(
    // As JSON: a text with a line break in it cannot look like two arguments.
    ([name, value]) => `  ${printable(name)} = ${printable(JSON.stringify(value))}`,
  )
  return [
    `${printable(subject)} asks for ${printable(action)} (${new Date(askedAt).toISOString()}):`,
    ...lines,
    `  ${hash}`,
  ].join('\n')
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error('There is no terminal to ask on; give --yes to approve what stands above.')
    return false
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question('Approve? [y/N] ')).trim())
  } finally {
    terminal.close()
  }
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  return 1
})
