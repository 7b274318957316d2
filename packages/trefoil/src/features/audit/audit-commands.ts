import {
  type AuditAnchor,
  type AuditEntry,
  type AuditReport,
  type AuditStore,
  type ChainRing,
  readEntry,
  verifyAudit,
} from '../../audit-chain.ts'
import type { CommandContext, CommandResult, PartCommand } from '../../parts.ts'

const UNREADABLE = 2
const DEFAULT_LINES = 20

/** `trefoil audit …`: each reads the store beside whoever writes it, and needs the app's code alone. */
export function auditCommands(
  store: Pick<AuditStore, 'read'>,
  keys: ChainRing,
): readonly PartCommand[] {
  return [
    {
      name: 'verify',
      describe:
        'verify every entry; exit code 1 where something was changed, 2 where it cannot be read',
      starts: false,
      options: {
        anchor: { describe: 'anchor of an earlier run, as JSON' },
        needsAnchor: { describe: 'no anchor is a finding', kind: 'flag' },
      },
      run: ({ options }) => orUnreadable(() => verify(store, keys, options)),
    },
    {
      name: 'tail',
      describe: 'the last entries, a line each; they are not verified',
      starts: false,
      options: { lines: { describe: `how many; ${DEFAULT_LINES} if not given` } },
      run: ({ options }) => orUnreadable(() => tail(store, options['lines'])),
    },
    {
      name: 'export',
      describe: 'entries as JSON lines; they are not verified',
      starts: false,
      options: { after: { describe: 'only those behind this number' } },
      run: ({ options }) => orUnreadable(() => exported(store, options['after'])),
    },
  ]
}

async function orUnreadable(run: () => Promise<CommandResult>): Promise<CommandResult> {
  try {
    return await run()
  } catch (error) {
    const why = error instanceof Error ? error.message : 'the log cannot be read'
    return { text: why, json: { ok: false, error: why }, exit: UNREADABLE }
  }
}

async function verify(
  store: Pick<AuditStore, 'read'>,
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

function reportText({ ok, entries, findings, anchor }: AuditReport): string {
  const lines = findings.map(({ code, seq, position, text }) => {
    const where = position === 0 ? '' : ` at line ${position}`
    return `${code}${seq === null ? '' : ` (entry ${seq})`}${where}: ${text}`
  })
  const verdict = ok ? 'sound' : 'NOT SOUND'
  return [
    ...lines,
    `${entries} entries: ${verdict}`,
    ...(anchor === null ? [] : [`anchor: ${JSON.stringify(anchor)}`]),
  ].join('\n')
}

async function tail(
  store: Pick<AuditStore, 'read'>,
  lines: string | boolean | undefined,
): Promise<CommandResult> {
  const most = wholeNumber('lines', lines, DEFAULT_LINES)
  const last: AuditEntry[] = []
  for await (const entry of entriesOf(store)) {
    last.push(entry)
    if (last.length > most) last.shift()
  }
  return { text: last.map(entryLine).join('\n'), json: { ok: true, entries: last } }
}

async function exported(
  store: Pick<AuditStore, 'read'>,
  after: string | boolean | undefined,
): Promise<CommandResult> {
  const from = wholeNumber('after', after, -1)
  const entries: AuditEntry[] = []
  for await (const entry of entriesOf(store)) if (entry.seq > from) entries.push(entry)
  const text = entries.map((entry) => JSON.stringify(entry)).join('\n')
  return { text, json: { ok: true, entries } }
}

async function* entriesOf(store: Pick<AuditStore, 'read'>): AsyncIterable<AuditEntry> {
  for await (const stored of store.read()) {
    const entry = 'broken' in stored ? null : readEntry(stored.text)
    if (entry !== null) yield entry
  }
}

function wholeNumber(name: string, text: string | boolean | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (typeof text !== 'string' || !/^[0-9]{1,12}$/.test(text)) {
    throw new TypeError(`--${name} must be a whole number`)
  }
  return Number(text)
}

function entryLine({ seq, time, event }: AuditEntry): string {
  const { type, ...rest } = event
  const what = 'action' in rest ? rest.action : 'name' in rest ? rest.name : undefined
  const who = 'subject' in rest ? rest.subject : undefined
  const ended = 'outcome' in rest ? `${rest.outcome} ${rest.status}` : undefined
  const words = [String(seq), new Date(time).toISOString(), type, what, who ?? '-', ended]
  return words.filter((word) => word !== undefined).join('  ')
}
