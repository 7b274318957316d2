import {
  type CheckpointReport,
  proveEntry,
  proveGrowth,
  type SvcAuditRow,
  verifySvcAudit,
} from '../../audit-chain.ts'
import { readTextFile } from '../../inner.ts'
import type { CommandContext, CommandResult, PartCommand } from '../../parts.ts'
import type { Checkpointing } from './checkpointing.ts'
import { orUnreadable, wholeNumber } from './command-results.ts'

/** `trefoil audit checkpoint` and `prove`, of a log that has checkpoints. */
export function checkpointCommands(
  checkpoints: Checkpointing,
  ready: () => Promise<void>,
): readonly PartCommand[] {
  return [
    {
      name: 'checkpoint',
      describe: 'sign how far the log is now, and print it: to keep elsewhere, and for witnesses',
      starts: false,
      options: {
        verifierKey: { describe: 'print the key that verifies it, and sign nothing', kind: 'flag' },
      },
      run: ({ options }) =>
        orUnreadable(() => checkpoint(checkpoints, ready, options['verifierKey'] === true)),
    },
    {
      name: 'prove',
      describe:
        'prove that an entry is under the checkpoint, or that it goes on from an earlier one',
      starts: false,
      options: {
        seq: { describe: 'number of the entry' },
        stream: { describe: 'its stream; main/0 if not given' },
        from: { describe: 'how many entries are under the earlier checkpoint' },
      },
      run: ({ options }) => orUnreadable(() => prove(checkpoints, options), ready),
    },
  ]
}

async function checkpoint(
  checkpoints: Checkpointing,
  ready: () => Promise<void>,
  keyAlone: boolean,
): Promise<CommandResult> {
  const key = checkpoints.verifierKey
  if (keyAlone) return { text: key, json: { ok: true, verifier_key: key } }
  await ready()
  const made = await checkpoints.make()
  if (made === null) throw new Error('The log has no entries yet')
  const { origin, size, root, note } = made
  return { text: note, json: { ok: true, origin, size, root, note, verifier_key: key } }
}

async function prove(
  { tree }: Checkpointing,
  { seq, stream, from }: CommandContext['options'],
): Promise<CommandResult> {
  if ((seq === undefined) === (from === undefined)) {
    throw new TypeError('either --seq or --from must be given')
  }
  const name = typeof stream === 'string' ? stream : 'main/0'
  const number = wholeNumber(seq === undefined ? 'from' : 'seq', seq ?? from, 0)
  const proof =
    seq === undefined ? await proveGrowth(tree, number) : await proveEntry(tree, name, number)
  if (proof === null) throw new Error(`Entry ${number} of ${name} is under no checkpoint`)
  return { text: JSON.stringify(proof, null, 2), json: proof }
}

/** The text of a file that an option names. */
export async function fileText(
  name: string,
  path: string | boolean | undefined,
): Promise<string | null> {
  if (path === undefined) return null
  if (typeof path !== 'string') throw new TypeError(`--${name} needs a file`)
  return readTextFile(path)
}

export function checkpointText({ size, covered, uncovered, findings }: CheckpointReport): string {
  const lines = findings.map(({ code, stream, seq, text }) => {
    const where = [stream, seq === null ? null : `entry ${seq}`].filter((part) => part !== null)
    return `${code}${where.length === 0 ? '' : ` (${where.join(', ')})`}: ${text}`
  })
  const verdict = findings.length === 0 ? 'sound' : 'NOT SOUND'
  return [
    ...lines,
    `checkpoint of ${size} entries, ${covered} as they were, ${uncovered} since: ${verdict}`,
  ].join('\n')
}

/** `trefoil audit verify --format svc --file …`: rows that svc-infra wrote (V-03). */
export async function verifySvcFile(path: string | boolean | undefined): Promise<CommandResult> {
  const text = await fileText('file', path)
  if (text === null) throw new TypeError('--format svc needs --file')
  const { ok, broken } = verifySvcAudit(readRows(text))
  const lines = broken.map((index) => `row ${index} does not match its hash, or the row before it`)
  const verdict = ok ? 'nothing was changed' : 'NOT SOUND'
  return {
    text: [...lines, `rows of svc-infra: ${verdict}; their hash has no key`].join('\n'),
    json: { ok, broken },
    exit: ok ? 0 : 1,
  }
}

/** One list, or a row on each line. */
function readRows(text: string): readonly SvcAuditRow[] {
  try {
    const isList = text.trimStart().startsWith('[')
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    const rows: unknown = isList ? JSON.parse(text) : lines.map((line) => JSON.parse(line))
    // What a row is made of is held to its hash.
    if (Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null)) {
      return rows
    }
  } catch {
    // Said below.
  }
  throw new TypeError('--file must hold rows as JSON: a list, or one on each line')
}
