import {
  type AuditCheckpoint,
  type AuditCheckpoints,
  type AuditSource,
  auditCheckpoints,
  type ChainRing,
  type CheckpointReport,
  type SigningKey,
  signingKeyFile,
  TreeFiles,
  type TreeStore,
  verifyCheckpoint,
} from '../../audit-chain.ts'
import { ImproperlyConfigured, type Logger } from '../../index.ts'
import type { AuditBook, UnitBook } from './audit-book.ts'
import type { CheckpointValues } from './checkpoint-options.ts'

/** So long whoever asks waits for another process that makes one. */
const TRIES = 50
const WAIT = 100

/** The checkpoints of an app: made by a timer, after so many entries, and when somebody asks. */
export class Checkpointing {
  readonly tree: TreeStore
  readonly #values: CheckpointValues
  readonly #source: AuditSource
  readonly #ring: ChainRing
  #made: AuditCheckpoints | null = null
  #timer: ReturnType<typeof setTimeout> | null = null
  /** While the app is served. */
  #log: Logger | null = null
  #count = 0
  /** What went wrong last; said once, not every ten seconds. */
  #trouble: string | null = null

  constructor(values: CheckpointValues, source: AuditSource, ring: ChainRing) {
    this.#values = values
    this.#source = source
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

  verify(
    verifierKey: string,
    checkpoint: string | null,
    witnesses: readonly string[],
  ): Promise<CheckpointReport> {
    const { tree } = this
    return verifyCheckpoint({
      tree,
      log: this.#source,
      keys: this.#ring,
      verifierKey,
      checkpoint,
      witnesses,
    })
  }

  /** The same log, whose entries are counted. */
  counted(book: AuditBook): AuditBook {
    const counted = <Place>(place: Place): Place => {
      this.#wrote()
      return place
    }
    const { units } = book
    const own: UnitBook | null =
      units === null
        ? null
        : { ...units, append: (...given) => units.append(...given).then(counted) }
    return { ...book, append: (event) => book.append(event).then(counted), units: own }
  }

  start(log: Logger): void {
    // Before the first call: a key that cannot be read must not be found out by an auditor.
    this.#checkpoints()
    this.#log = log
    this.#run()
  }

  /** How far the log is at the end is signed too (AUD-3). */
  async stop(): Promise<void> {
    if (this.#log === null) return
    await this.#attempt()
    this.#log = null
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #wrote(): void {
    if (this.#log === null || ++this.#count < this.#values.entries) return
    this.#run()
  }

  #run(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#count = 0
    void this.#attempt().finally(() => {
      if (this.#log === null) return
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
      this.#log?.error({ err }, 'No checkpoint of the audit log')
    }
  }

  #checkpoints(): AuditCheckpoints {
    this.#made ??= auditCheckpoints({
      log: this.#source,
      tree: this.tree,
      keys: this.#ring,
      origin: this.#values.origin,
      // What it is is looked at where it is read.
      key: (this.#values.key as SigningKey | null) ?? keyOf(this.#values.keyFile),
    })
    return this.#made
  }

  async #isEmpty(): Promise<boolean> {
    for await (const _ of this.#source.read()) return false
    return true
  }
}

function keyOf(path: string): string {
  try {
    return signingKeyFile(path)
  } catch (error) {
    const why = error instanceof Error ? error.message : path
    throw new ImproperlyConfigured(`checkpoints.keyFile ${why}`, { cause: error })
  }
}
