import type { AuditStore, ChainRing } from '../../audit-chain.ts'
import { type KeyMaterial, type KeyRing, keyRing } from '../../auth.ts'
import type { AnyDatabase } from '../../database.ts'
import {
  type ByteSize,
  type Clock,
  type Duration,
  ImproperlyConfigured,
  type SurfaceName,
} from '../../index.ts'
import {
  kinds,
  type OptionGroup,
  type OptionKind,
  REQUIRED,
  systemClock,
  type Values,
} from '../../parts.ts'
import { CHECKPOINTS, type CheckpointOptions, type CheckpointValues } from './checkpoint-options.ts'
import { OTLP, type OtlpOptions, type OtlpValues } from './otlp/otlp-options.ts'

/** Which calls have an entry, beside those of actions that say so themselves. */
export type AuditedCalls = 'refused' | 'changes' | 'agents' | 'reads'

/** Options of {@link auditLog}. */
export interface AuditLogOptions {
  /**
   * What entries are signed with, of at least 32 bytes. A ring can be changed while the app runs; keep
   * previous keys in it for as long as there are entries of theirs.
   */
  readonly keys: KeyMaterial | KeyRing
  /**
   * A database in whose tables entries are kept: that of a call that writes in the transaction of the call, so
   * that neither is kept without the other. Default none.
   */
  readonly data?: AnyDatabase
  /** Where entries are kept, in the place of `data`. Default `auditFile()`. */
  readonly sink?: AuditStore
  /** Where an entry goes that cannot be written: another store, such as a file of this machine. Default none. */
  readonly fallback?: AuditStore
  /**
   * Surfaces on which no call runs that cannot be written down. Default none: then only actions with
   * `audit: 'required'`.
   */
  readonly failClosed?: readonly SurfaceName[]
  /**
   * Which calls have an entry: those refused with 401, 403 or 429, those of actions that change something,
   * those driven by agents, all others. Default the first three.
   */
  readonly include?: readonly AuditedCalls[]
  /** Names of arguments, and of members in them, that are as secret as `sensitive` ones. Default none. */
  readonly redact?: readonly string[]
  /** Names of members of `meta` that an entry takes. Default none. */
  readonly meta?: readonly string[]
  /** How much of the arguments an entry takes. Default `8kb`. */
  readonly arguments?: ByteSize
  /**
   * How long entries are kept, in a database; older ones leave by the thousand, and that is signed. Default for
   * ever.
   */
  readonly retain?: Duration
  /**
   * What is personal in an entry is sealed with a key of its subject, which `audit.erase()` throws away. In a
   * database. Default false.
   */
  readonly erasable?: boolean
  /** Signs how far the log is, so that others can verify it without its keys. Default none. */
  readonly checkpoints?: CheckpointOptions
  /** Sends every entry to a collector of OpenTelemetry, as a log record, at least once. Default none. */
  readonly otlp?: OtlpOptions
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

/** {@link AuditLogOptions} after reading. */
export type AuditValues = Values<
  AuditLogOptions,
  {
    keys: unknown
    data: AnyDatabase | null
    sink: AuditStore | null
    fallback: AuditStore | null
    arguments: number
    retain: number | null
    checkpoints: CheckpointValues | null
    otlp: OtlpValues | null
  }
>

const anything: OptionKind<unknown> = { words: 'value', read: (value) => ({ value }) }

const METHODS = ['open', 'append', 'read', 'close'] as const

const sink = kinds.kind(
  'a store with open(), append(), read() and close(), such as auditFile()',
  (value): value is AuditStore =>
    typeof value === 'object' &&
    value !== null &&
    METHODS.every((name) => typeof Reflect.get(value, name) === 'function'),
)

const USED = ['queries', 'statements', 'tables', 'unit'] as const

const data = kinds.kind(
  'a database, such as database()',
  (value): value is AnyDatabase =>
    typeof value === 'object' &&
    value !== null &&
    USED.every((name) => typeof Reflect.get(value, name) === 'function'),
)

/** The rows of {@link AuditLogOptions}. */
export const AUDIT: OptionGroup<AuditLogOptions, AuditValues> = {
  name: 'auditLog()',
  prefix: 'TREFOIL_AUDIT',
  rows: {
    keys: {
      read: anything,
      default: REQUIRED,
      doc: 'What entries are signed with, of at least 32 bytes: a secret, or a ring.',
    },
    data: {
      read: data,
      default: null,
      shown: 'none',
      doc: 'A database in whose tables entries are kept, those of calls that write in the transaction of the call.',
    },
    sink: {
      read: sink,
      default: null,
      shown: '`auditFile()`',
      doc: 'Where entries are kept.',
    },
    fallback: {
      read: sink,
      default: null,
      shown: 'none',
      doc: 'Where an entry goes that cannot be written: another store, such as a file of this machine.',
    },
    failClosed: {
      read: kinds.listOf<SurfaceName>(['api', 'mcp', 'cli']),
      default: [],
      variable: true,
      doc: 'Surfaces on which no call runs that cannot be written down.',
    },
    include: {
      read: kinds.listOf<AuditedCalls>(['refused', 'changes', 'agents', 'reads']),
      default: ['refused', 'changes', 'agents'],
      variable: true,
      doc: 'Which calls have an entry: `refused` with 401, 403 or 429, of actions that may change something (`changes`), driven by `agents`, and all others (`reads`).',
    },
    redact: {
      read: kinds.list(),
      default: [],
      doc: 'Names of arguments, and of members in them, that are as secret as `sensitive` ones.',
    },
    meta: {
      read: kinds.list(),
      default: [],
      doc: 'Names of members of `meta` that an entry takes.',
    },
    arguments: {
      read: kinds.size,
      default: '8kb',
      variable: true,
      doc: 'How much of the arguments an entry takes.',
    },
    retain: {
      read: kinds.duration,
      default: null,
      shown: 'for ever',
      variable: true,
      doc: 'How long entries are kept, in a database; older ones leave by the thousand, and that is signed.',
    },
    erasable: {
      read: kinds.flag,
      default: false,
      doc: 'What is personal in an entry is sealed with a key of its subject, which `audit.erase()` throws away. In a database.',
    },
    checkpoints: {
      group: CHECKPOINTS,
      default: null,
      doc: 'Signs how far the log is, so that others can verify it without its keys.',
    },
    otlp: {
      group: OTLP,
      default: null,
      doc: 'Sends every entry to a collector of OpenTelemetry, as a log record, at least once.',
    },
    clock: {
      read: kinds.clock,
      default: systemClock,
      shown: "the machine's",
      doc: 'Source of time.',
    },
  },
}

/** @throws ImproperlyConfigured for options that exclude each other, or need one another */
export function checkTogether({ data, sink, retain, erasable }: AuditValues): void {
  const refuse = (text: string) => {
    throw new ImproperlyConfigured(`auditLog(): ${text}`)
  }
  if (data !== null && sink !== null) {
    refuse('data and sink are two places for one log; give one of them')
  }
  if (data !== null) return
  if (retain !== null) refuse('retain needs data: of a file, remove the oldest ones by hand')
  if (erasable) refuse('erasable needs data, where the keys of the persons are kept')
}

/** @throws ImproperlyConfigured for what is no key; never what it is (FND-38) */
export function ringOf(keys: unknown): ChainRing {
  if (isRing(keys)) return keys
  try {
    // Whatever it is, `keyRing` looks at it.
    return keyRing(keys as KeyMaterial)
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    const message = error.message.replace('keyRing(): the current key', 'auditLog(): keys')
    throw new ImproperlyConfigured(message, { cause: error })
  }
}

function isRing(keys: unknown): keys is KeyRing {
  if (typeof keys !== 'object' || keys === null || keys instanceof Uint8Array) return false
  const { version, current, previous }: Partial<Record<keyof KeyRing, unknown>> = keys
  return typeof version === 'number' && current instanceof Uint8Array && Array.isArray(previous)
}
