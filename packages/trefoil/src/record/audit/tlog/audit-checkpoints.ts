import { checkOptionNames, type OptionNames } from '../../../contract/options/option-names.ts'
import type { AuditStore } from '../../../contract/ports/audit-store.ts'
import type { TreeStore } from '../../../contract/ports/tree-store.ts'
import { ChainKeys, type ChainRing } from '../chain-keys.ts'
import { Checkpointer } from './checkpointer.ts'
import { checkpointSigner, type SigningKey } from './signing-key.ts'

/** What {@link auditCheckpoints} works with. */
export interface AuditCheckpointsOptions {
  /** The log. Only read. */
  readonly log: Pick<AuditStore, 'read' | 'streams'>
  readonly tree: TreeStore
  /** The ring of the log: what does not verify is not signed. */
  readonly keys: ChainRing
  /** Name of the log, such as `example.com/store/audit`. */
  readonly origin: string
  /** Ed25519 private key: PEM, JWK or a `KeyObject`. */
  readonly key: SigningKey
}

/** A checkpoint of a log, signed. */
export interface AuditCheckpoint {
  readonly origin: string
  /** Entries under it. */
  readonly size: number
  /** Root of the tree, in base64. */
  readonly root: string
  /** The signed note: to keep elsewhere, and to give to witnesses. */
  readonly note: string
}

/** Signs how far an audit log is. */
export interface AuditCheckpoints {
  /** Verifies what it signs: `name+id+key`. */
  readonly verifierKey: string
  /**
   * Adds to the tree what the log has got, and signs it.
   *
   * @returns `null` for a log with nothing in it, and while another process makes one
   * @throws Error when the log or the tree is not what was signed before: then nothing more is signed
   */
  make(): Promise<AuditCheckpoint | null>
}

const OPTIONS: OptionNames<AuditCheckpointsOptions> = {
  log: true,
  tree: true,
  keys: true,
  origin: true,
  key: true,
}

/**
 * The checkpoints of a log, without an app: for those who sign it elsewhere.
 *
 * @throws ImproperlyConfigured for a key or a name that is none
 */
export function auditCheckpoints(options: AuditCheckpointsOptions): AuditCheckpoints {
  checkOptionNames('auditCheckpoints()', options, OPTIONS)
  const { log, tree, keys, origin, key } = options
  const signer = checkpointSigner(origin, key)
  const checkpointer = new Checkpointer({ log, tree, keys: new ChainKeys(keys), signer })
  return Object.freeze({
    verifierKey: signer.verifierKey,
    async make(): Promise<AuditCheckpoint | null> {
      const made = await checkpointer.make()
      if (made === null) return null
      const { size, note, root } = made
      return Object.freeze({ origin, size, root: Buffer.from(root).toString('base64'), note })
    },
  })
}
