import {
  AUDIT_FORMATS,
  type AuditAnchor,
  type AuditEntry,
  type AuditReport,
  type AuditSource,
  type ChainRing,
  exportAudit,
  readEntry,
  verifyAudit,
} from '../../audit-chain.ts'
import type { CommandContext, CommandResult, PartCommand } from '../../parts.ts'
import { checkpointText, fileText, verifySvcFile } from './checkpoint-commands.ts'
import type { Checkpointing } from './checkpointing.ts'
import { orUnreadable, wholeNumber } from './command-results.ts'
import type { AuditPage, AuditQuery } from './find-entries.ts'

const DEFAULT_LINES = 20
/** Milliseconds. */
const LOOK_EVERY = 500

type Readable = Pick<AuditSource, 'read'>

/** What the commands work on. */
export interface CommandBook {
  readonly source: AuditSource
  readonly readable: Readable
  readonly keys: ChainRing
  /** `null` for a log that has none. */
  readonly checkpoints: Checkpointing | null
  /** @throws Error saying what to do where there is nothing that could be read */
  readonly ready: () => Promise<void>
  find(query: AuditQuery): Promise<AuditPage>
  /** The last entries. */
  last(count: number): Promise<readonly AuditEntry[]>
  /** What has come since it was last asked. */
  news(): () => Promise<readonly AuditEntry[]>
  /** Absent where nothing is ever removed. */
  readonly prune?: () => Promise<number>
}

/** `trefoil audit …`: each reads the log beside whoever writes it, and needs the app's code alone. */
export function auditCommands(book: CommandBook): readonly PartCommand[] {
  const { readable, prune, ready } = book
  return [
    {
      name: 'verify',
      describe:
        'verify every entry; exit code 1 where something was changed, 2 where it cannot be read',
      starts: false,
      options: {
        anchor: { describe: 'anchor of an earlier run, as JSON' },
        needsAnchor: { describe: 'no anchor is a finding', kind: 'flag' },
        checkpoint: { describe: 'file with a checkpoint that was kept elsewhere' },
        verifierKey: { describe: 'key that verifies checkpoints, if not that of the app' },
        witness: { describe: 'key of a witness who must have signed the checkpoint' },
        format: { describe: 'svc: rows that svc-infra wrote, in --file' },
        file: { describe: 'file with rows of --format' },
      },
      run: ({ options }) => orUnreadable(() => verifyAll(book, options)),
    },
    {
      name: 'tail',
      describe: 'the last entries, a line each; they are not verified',
      starts: false,
      options: {
        lines: { describe: `how many; ${DEFAULT_LINES} if not given` },
        follow: { describe: 'go on with those that come, until Ctrl-C', kind: 'flag' },
      },
      run: (context) => orUnreadable(() => tail(book, context), ready),
    },
    {
      name: 'export',
      describe: 'entries in the form of another program; they are not verified',
      starts: false,
      options: {
        format: { describe: `${AUDIT_FORMATS.join(', ')}; jsonl if not given` },
        after: { describe: 'only those behind this number' },
        stream: { describe: 'only this one' },
      },
      run: ({ options }) => orUnreadable(() => exported(readable, options), ready),
    },
    {
      name: 'find',
      describe: 'entries that fit, a page at a time; they are not verified',
      starts: false,
      options: FIND,
      run: ({ options }) => orUnreadable(() => found(book, options), ready),
    },
    ...(prune === undefined ? [] : [pruneCommand(prune)]),
  ]
}

const FIND: NonNullable<PartCommand['options']> = {
  subject: { describe: 'of whom' },
  tenant: { describe: 'of which tenant' },
  action: { describe: 'of which action' },
  call: { describe: 'id of a call' },
  type: { describe: 'call, intent, event, …' },
  outcome: { describe: 'ok, refused, failed, …' },
  from: { describe: 'not before this time, such as 2026-11-30T12:00:00Z' },
  to: { describe: 'before this time' },
  limit: { describe: 'how many at most; 100 if not given' },
  after: { describe: 'what the page before has said' },
}
const TEXTS = ['subject', 'tenant', 'action', 'call', 'type', 'outcome', 'after'] as const

async function found(
  { find }: CommandBook,
  options: CommandContext['options'],
): Promise<CommandResult> {
  const texts = TEXTS.map((name) => [name, options[name]]).filter(([, text]) => text !== undefined)
  const times = (['from', 'to'] as const)
    .map((name) => [name, timeOf(name, options[name])] as const)
    .filter(([, time]) => time !== null)
  const { entries, next } = await find({
    // Names of the query; what is no text is refused by it.
    ...(Object.fromEntries([...texts, ...times]) as AuditQuery),
    limit: wholeNumber('limit', options['limit'], 100),
  })
  const more = next === null ? [] : [`more: --after ${next}`]
  return {
    text: [...entries.map(entryLine), ...more].join('\n'),
    json: { ok: true, entries, next },
  }
}

function timeOf(name: string, text: string | boolean | undefined): number | null {
  if (text === undefined) return null
  const time = typeof text === 'string' ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return time
  throw new TypeError(`--${name} must be a time such as 2026-11-30T12:00:00Z`)
}

function pruneCommand(prune: () => Promise<number>): PartCommand {
  return {
    name: 'prune',
    describe: 'remove the entries that are older than the option retain says',
    async run() {
      const count = await prune()
      return { text: `${count} entries removed`, json: { ok: true, count } }
    },
  }
}

/** The chain, and where there are checkpoints, the tree too. */
async function verifyAll(
  book: CommandBook,
  options: CommandContext['options'],
): Promise<CommandResult> {
  const { format, file, witness, verifierKey } = options
  if (format === 'svc') return verifySvcFile(file)
  if (format !== undefined || file !== undefined) {
    throw new TypeError('--format must be svc, with the rows in --file')
  }
  await book.ready()
  const chain = await verify(book.source, book.keys, options)
  const kept = await fileText('checkpoint', options['checkpoint'])
  const { checkpoints } = book
  if (checkpoints === null) {
    if (kept === null) return chain
    throw new TypeError('--checkpoint needs auditLog({ checkpoints })')
  }
  const key = typeof verifierKey === 'string' ? verifierKey : checkpoints.verifierKey
  const report = await checkpoints.verify(key, kept, typeof witness === 'string' ? [witness] : [])
  // Of a log with nothing in it there is none. One that is gone otherwise is what somebody would take away first.
  const isNone = kept === null && report.findings[0]?.code === 'checkpoint_missing'
  const isSound = report.ok || (isNone && Reflect.get(Object(chain.json), 'entries') === 0)
  const text = isSound && isNone ? 'no checkpoint yet' : checkpointText(report)
  return {
    text: `${chain.text}\n${text}`,
    json: { ...Object(chain.json), ok: chain.exit === 0 && isSound, checkpoint: report },
    exit: isSound ? (chain.exit ?? 0) : 1,
  }
}

async function verify(
  store: AuditSource,
  keys: ChainRing,
  { anchor, needsAnchor }: CommandContext['options'],
): Promise<CommandResult> {
  const report = await verifyAudit({
    store,
    keys,
    anchor: typeof anchor === 'string' ? parsed(anchor) : null,
    needsAnchor: needsAnchor === true,
  })
  return { text: reportText(report), json: report, exit: report.ok ? 0 : 1 }
}

function parsed(text: string): AuditAnchor {
  try {
    // Whatever it is, `verifyAudit` looks at it.
    return JSON.parse(text) as AuditAnchor
  } catch {
    throw new TypeError('--anchor must be JSON, as `trefoil audit verify --json` prints it')
  }
}

function reportText({ ok, entries, findings, anchors }: AuditReport): string {
  const isSeveral = new Set(findings.map(({ stream }) => stream)).size > 1 || anchors.length > 1
  const lines = findings.map(({ code, stream, seq, position, text }) => {
    const where = position === 0 ? '' : ` at line ${position}`
    const of = isSeveral ? `${wordText(stream)}: ` : ''
    return `${of}${code}${seq === null ? '' : ` (entry ${seq})`}${where}: ${text}`
  })
  const verdict = ok ? 'sound' : 'NOT SOUND'
  return [
    ...lines,
    `${entries} entries: ${verdict}`,
    ...(anchors.length === 0
      ? []
      : [`anchor: ${JSON.stringify(anchors.length === 1 ? anchors[0] : anchors)}`]),
  ].join('\n')
}

async function tail(
  book: CommandBook,
  { options, signal, print }: CommandContext,
): Promise<CommandResult> {
  const most = wholeNumber('lines', options['lines'], DEFAULT_LINES)
  const last = await book.last(most)
  if (options['follow'] !== true) {
    return { text: last.map(entryLine).join('\n'), json: { ok: true, entries: last } }
  }
  for (const entry of last) print(entryLine(entry))
  await follow(book, { signal, print })
  return {}
}

/** Looks again and again. By the numbers of each stream: by time, one that was committed late would be missed. */
async function follow(
  { news }: CommandBook,
  { signal, print }: Pick<CommandContext, 'signal' | 'print'>,
): Promise<void> {
  const next = news()
  // What is there has been shown, as far as it was asked for.
  await next()
  while (!signal.aborted) {
    await pause(signal)
    for (const entry of await next()) print(entryLine(entry))
  }
}

/** Until it is time to look again, or nobody looks any more. */
function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(resolve, LOOK_EVERY)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** Lines are written as they are made: a log may be larger than what is free of the memory. */
async function exported(
  store: Readable,
  { format = 'jsonl', after, stream }: CommandContext['options'],
): Promise<CommandResult> {
  const wanted = AUDIT_FORMATS.find((one) => one === format)
  if (wanted === undefined) {
    throw new TypeError(`--format must be one of ${AUDIT_FORMATS.join(', ')}`)
  }
  const from = wholeNumber('after', after, -1)
  const only = typeof stream === 'string' ? stream : undefined
  return { lines: blocks(exportAudit(behind(store.read(only, from), from, only), wanted)) }
}

async function* behind(
  stored: ReturnType<Readable['read']>,
  after: number,
  stream: string | undefined,
): ReturnType<Readable['read']> {
  for await (const one of stored) {
    const entry = 'broken' in one ? null : readEntry(one.text)
    const isWanted = entry !== null && (stream === undefined || entry.stream === stream)
    if (isWanted && entry.seq > after) yield one
  }
}

/** So many lines in one piece: each by itself is a call of the system. */
const LINES = 256

async function* blocks(lines: AsyncIterable<string>): AsyncIterable<string> {
  let block: string[] = []
  for await (const line of lines) {
    block.push(line)
    if (block.length < LINES) continue
    yield block.join('\n')
    block = []
  }
  if (block.length > 0) yield block.join('\n')
}

function entryLine({ seq, time, event }: AuditEntry): string {
  const { type, ...rest } = event
  const what = 'action' in rest ? rest.action : 'name' in rest ? rest.name : undefined
  const who = 'subject' in rest ? rest.subject : undefined
  const ended = 'outcome' in rest ? `${rest.outcome} ${rest.status}` : undefined
  const words = [String(seq), new Date(time).toISOString(), type, what, who ?? '-', ended]
  return words
    .filter((word) => word !== undefined)
    .map(wordText)
    .join('  ')
}

const PLAIN = /^[^\s\p{C}]+(?: [^\s\p{C}]+)*$/u

/** Quoted where it could look like the end of its column or of its line, as what callers chose may. */
function wordText(word: string): string {
  if (PLAIN.test(word)) return word
  const text = JSON.stringify(word)
  return text.replace(/[\p{C}\u2028\u2029]/gu, (found) =>
    found
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
