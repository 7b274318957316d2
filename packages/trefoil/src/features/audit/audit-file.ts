import { AuditFile, type AuditOpening, type AuditStore } from '../../audit-chain.ts'
import { type ByteSize, ImproperlyConfigured } from '../../index.ts'
import {
  kinds,
  type OptionGroup,
  processEnvironment,
  readOptions,
  type Values,
} from '../../parts.ts'

/** Options of {@link auditFile}. */
export interface AuditFileOptions {
  /** Where it is written; full files stand beside it. Default `.data/audit.jsonl`. */
  readonly path?: string
  /** Size from which on another file is begun. Default `64mb`. */
  readonly rotate?: ByteSize
  /** Wait until the disk has an entry before the call goes on. Default true. */
  readonly fsync?: boolean
}

/** The rows of {@link AuditFileOptions}. */
export const AUDIT_FILE: OptionGroup<
  AuditFileOptions,
  Values<AuditFileOptions, { rotate: number }>
> = {
  name: 'auditFile()',
  prefix: 'TREFOIL_AUDIT_FILE',
  rows: {
    path: {
      read: kinds.text,
      default: '.data/audit.jsonl',
      variable: true,
      doc: 'Where it is written; full files stand beside it.',
    },
    rotate: {
      read: kinds.size,
      default: '64mb',
      variable: true,
      doc: 'Size from which on another file is begun.',
    },
    fsync: {
      read: kinds.flag,
      default: true,
      variable: true,
      doc: 'Wait until the disk has an entry before the call goes on.',
    },
  },
}

/** One chain has one writer: the second worker would not start, and say less of why. */
class OneWriter extends AuditFile {
  override async open(): Promise<AuditOpening> {
    const { TREFOIL_WORKER: worker, TREFOIL_WORKERS: workers } = processEnvironment()
    if (worker !== undefined && Number(workers) > 1) {
      throw new ImproperlyConfigured(
        `auditFile(): one process writes a file, and there are ${Number(workers)} workers; keep entries in the database (auditLog({ data })), or serve without --workers`,
      )
    }
    return super.open()
  }
}

/**
 * An audit log as JSON lines in files of this machine, which one process at a time writes.
 *
 * @throws ImproperlyConfigured naming the option or the variable that is wrong
 */
export function auditFile(options: AuditFileOptions = {}): AuditStore {
  return new OneWriter(readOptions(AUDIT_FILE, options, { env: processEnvironment() }))
}
