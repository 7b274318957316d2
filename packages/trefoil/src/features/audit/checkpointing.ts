import {
  type AuditCheckpoint,
  type AuditCheckpoints,
  type AuditStore,
  auditCheckpoints,
  type ChainRing,
  type CheckpointReport,
  TreeFiles,
  type TreeStore,
  verifyCheckpoint,
} from '../../audit-chain.ts'
import type { PartApp } from '../../parts.ts'
import { readOrMakeKey } from './checkpoint-key.ts'
import type { CheckpointValues } from './checkpoint-options.ts'

/** So long whoever asks waits for another process that makes one. */
const TRIES = 50
const WAIT = 100

/** The checkpoints of an app: made by a timer, after so many entries, and when somebody asks. */
export class Checkpointing {
  readonly tree: TreeStore
  readonly #values: CheckpointValues
  readonly #log: Pick<AuditStore, 'read' | 'streams'>
  readonly #ring: ChainRing
  #made: AuditCheckpoints | null = null
  #timer: ReturnType<typeof setTimeout> | null = null
  #app: PartApp | null = null
  #count = 0
  /** What went wrong last; said once, not every ten seconds. */
  #trouble: string | null = null

  constructor(
    values: CheckpointValues,
    log: Pick<AuditStore, 'read' | 'streams'>,
    ring: ChainRing,
  ) {
    this.#values = values
    this.#log = log
    this.#ring = ring
    this.tree = values.store ?? new TreeFiles({ dir: values.dir, fsync: true })
    // What is wrong with a key that is given is said at start-up; a file is made at first use.
    if (values.key !== null) this.#checkpoints()
  }

  get verifierKey(): string {
    return this.#checkpoints().verifierKey
  }

  /** @returns `null` for a log with nothing in it. @throws Error while another process makes one */
  async make(): Promise<AuditCheckpoint | null> {
    const checkpoints = this.#checkpoints()
    for (let tries = TRIES; ; tries--) {
      const made = await checkpoints.make()
      if (made !== null || (await this.#isEmpty())) return made
      if (tries === 0) throw new Error('Another process is making a checkpoint')
      await new Promise((resolve) => setTimeout(resolve, WAIT))
    }
  }

  verify(checkpoint: string | null, witnesses: readonly string[]): Promise<CheckpointReport> {
    const { verifierKey, tree } = this
    return verifyCheckpoint({ tree, log: this.#log, verifierKey, checkpoint, witnesses })
  }

  /** Told of each entry that was written. */
  wrote(): void {
    if (this.#app === null || ++this.#count < this.#values.entries) return
    this.#run()
  }

  start(app: PartApp): void {
    // Before the first call: a key that cannot be read must not be found out by an auditor.
    this.#checkpoints()
    this.#app = app
    this.#run()
  }

  /** How far the log is at the end is signed too (AUD-3). */
  async stop(): Promise<void> {
    if (this.#app === null) return
    await this.#attempt()
    this.#app = null
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #run(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#count = 0
    void this.#attempt().finally(() => {
      if (this.#app === null) return
      if (this.#timer !== null) clearTimeout(this.#timer)
      this.#timer = setTimeout(() => this.#run(), this.#values.every)
      this.#timer.unref?.()
    })
  }

  async #attempt(): Promise<void> {
    try {
      await this.#checkpoints().make()
      this.#trouble = null
    } catch (err) {
      const trouble = err instanceof Error ? err.message : 'unknown'
      if (trouble === this.#trouble) return
      this.#trouble = trouble
      this.#app?.log.error({ err }, 'No checkpoint of the audit log')
    }
  }

  #checkpoints(): AuditCheckpoints {
    this.#made ??= auditCheckpoints({
      log: this.#log,
      tree: this.tree,
      keys: this.#ring,
      origin: this.#values.origin,
      key: this.#values.key ?? readOrMakeKey(this.#values.keyFile),
    })
    return this.#made
  }

  async #isEmpty(): Promise<boolean> {
    for await (const _ of this.#log.read()) return false
    return true
  }
}
