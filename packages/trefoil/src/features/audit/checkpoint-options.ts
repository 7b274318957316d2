import type { SigningKey, TreeStore } from '../../audit-chain.ts'
import type { Duration } from '../../index.ts'
import { kinds, type OptionGroup, type OptionKind, REQUIRED, type Values } from '../../parts.ts'

/** Options of `auditLog({ checkpoints })`: signatures that others can verify, without the key of the log. */
export interface CheckpointOptions {
  /**
   * Name of the log under which it signs, and nothing else does: `example.com/store/audit`. Another key needs
   * another name, and another `dir`.
   */
  readonly origin: string
  /** Ed25519 private key, as PEM or JWK. Default: that of `keyFile`. */
  readonly key?: SigningKey
  /** File with the private key as PEM, made with a new one where there is none. Default `.data/audit-checkpoint.key`. */
  readonly keyFile?: string
  /** How often one is made while the app is served, if there is anything new. Default `10s`. */
  readonly every?: Duration
  /** After how many entries of this process one is made at once. Default 10000. */
  readonly entries?: number
  /** Folder of the tree. Default `.data/audit-tree`. */
  readonly dir?: string
  /** Where the tree is kept, in the place of `dir`. Default none. */
  readonly store?: TreeStore
}

/** {@link CheckpointOptions} after reading. */
export type CheckpointValues = Values<
  CheckpointOptions,
  { key: unknown; every: number; store: TreeStore | null }
>

const anything: OptionKind<unknown> = { words: 'value', read: (value) => ({ value }) }

/** The timer of `every` would not rest. */
const someTime: OptionKind<number> = {
  ...kinds.duration,
  read(value, path) {
    const read = kinds.duration.read(value, path)
    return 'value' in read && read.value < 100 ? { mistake: "must be at least '100ms'" } : read
  },
}

const METHODS = ['open', 'read', 'write', 'removeBelow', 'close'] as const

const store = kinds.kind(
  'a store with open(), read(), write(), removeBelow() and close(), such as memoryTree()',
  (value): value is TreeStore =>
    typeof value === 'object' &&
    value !== null &&
    METHODS.every((name) => typeof Reflect.get(value, name) === 'function'),
)

/** The rows of {@link CheckpointOptions}. */
export const CHECKPOINTS: OptionGroup<CheckpointOptions, CheckpointValues> = {
  name: 'checkpoints',
  prefix: 'TREFOIL_AUDIT_CHECKPOINTS',
  subject: ['origin'],
  rows: {
    origin: {
      read: kinds.text,
      default: REQUIRED,
      variable: true,
      doc: 'Name of the log under which it signs, and nothing else does: `example.com/store/audit`.',
    },
    key: {
      read: anything,
      default: null,
      shown: 'that of `keyFile`',
      doc: 'Ed25519 private key, as PEM or JWK.',
    },
    keyFile: {
      read: kinds.text,
      default: '.data/audit-checkpoint.key',
      variable: true,
      doc: 'File with the private key as PEM, made with a new one where there is none.',
    },
    every: {
      read: someTime,
      default: '10s',
      variable: true,
      doc: 'How often one is made while the app is served, if there is anything new.',
    },
    entries: {
      read: kinds.count(),
      default: 10_000,
      variable: true,
      doc: 'After how many entries of this process one is made at once.',
    },
    dir: {
      read: kinds.text,
      default: '.data/audit-tree',
      variable: true,
      doc: 'Folder of the tree.',
    },
    store: {
      read: store,
      default: null,
      shown: 'none',
      doc: 'Where the tree is kept, in the place of `dir`.',
    },
  },
}
