import type { AuditStore, BrokenEntry, StoredEntry } from '../../../contract/ports/audit-store.ts'
import type { TreeFile, TreeStore } from '../../../contract/ports/tree-store.ts'
import { type ChainKeys, GENESIS } from '../chain-keys.ts'
import { type AuditEntry, readEntry } from '../entry.ts'
import { type Checkpoint, checkpointText, readCheckpoint } from './checkpoint.ts'
import { leafBytes, streamDigest } from './leaf.ts'
import { LogPositions, type StreamPosition } from './log-positions.ts'
import { readNote, readVerifierKey, verifyNote } from './note.ts'
import type { CheckpointSigner } from './signing-key.ts'
import { sameHash } from './tree-hash.ts'
import { TreeReader } from './tree-reader.ts'
import { TreeWriter } from './tree-writer.ts'

/** What a {@link Checkpointer} works with. */
export interface CheckpointerOptions {
  readonly log: Pick<AuditStore, 'read' | 'streams'>
  readonly tree: TreeStore
  readonly keys: ChainKeys
  readonly signer: CheckpointSigner
}

/** A checkpoint that was signed. */
export interface SignedCheckpoint extends Checkpoint {
  /** The signed note, as witnesses and verifiers take it. */
  readonly note: string
}

/** The log, or the tree, is not what was signed before: nothing more is signed (AUD-3). */
export class CheckpointRefused extends Error {
  override readonly name: string = 'CheckpointRefused'
}

/** Where the files are that are no tiles. */
export const CHECKPOINT_PATH = 'checkpoint'
const POSITIONS_PATH = 'streams'

/** Full tiles and bundles are written when there are so many: what waits takes a megabyte and a half. */
const FLUSH = 64

interface State {
  readonly signed: SignedCheckpoint | null
  readonly writer: TreeWriter
  readonly positions: LogPositions
}

/**
 * Adds what a log has got to its tree, and signs the root: everything that was signed before is the
 * beginning of what is signed next, or nothing is signed. Files of the tree are safe before the checkpoint
 * that needs them is written; a crash in between leaves files that the next run writes again.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions
  readonly #digests = new Map<string, string>()
  #state: State | null = null
  /** What this process signed last: to notice when an older one is put in its place. */
  #signed: SignedCheckpoint | null = null
  #running: Promise<unknown> = Promise.resolve()

  constructor(options: CheckpointerOptions) {
    this.#options = options
  }

  /** The last one this process made, or found. */
  get last(): SignedCheckpoint | null {
    return this.#signed
  }

  /**
   * Signs how far the log is now. One after another, whoever asks.
   *
   * @returns `null` where another process makes one at this moment, and for a log with nothing in it
   * @throws CheckpointRefused when the log or the tree is not what was signed before
   * @throws Error when it cannot be read or written
   */
  make(): Promise<SignedCheckpoint | null> {
    const run = this.#running.then(() => this.#make())
    this.#running = run.catch(() => undefined)
    return run
  }

  async #make(): Promise<SignedCheckpoint | null> {
    const { tree } = this.#options
    if (!(await tree.open())) return null
    try {
      const state = await this.#load()
      // Until it has been written as a whole, what is known is what is there.
      this.#state = null
      const signed = await this.#advance(state)
      this.#state = { ...state, signed }
      this.#signed = signed
      return signed
    } finally {
      await tree.close()
    }
  }

  async #load(): Promise<State> {
    const { tree } = this.#options
    const note = textOf(await tree.read(CHECKPOINT_PATH))
    if (this.#state !== null && this.#state.signed?.note === (note ?? undefined)) return this.#state
    const kept = textOf(await tree.read(POSITIONS_PATH))
    if (note === null) {
      if (kept !== null || this.#signed !== null) {
        throw new CheckpointRefused(
          'The checkpoint is gone, though there was one: put it back, or begin a new tree under another origin',
        )
      }
      return { signed: null, writer: new TreeWriter(), positions: new LogPositions() }
    }
    const signed = this.#own(note)
    const reader = new TreeReader(tree, signed.size)
    const writer = await TreeWriter.from(reader, signed.size)
    if (!sameHash(writer.root(), signed.root)) {
      throw new CheckpointRefused(
        'The tiles of the checkpoints do not come to the root that was signed',
      )
    }
    await this.#extendsLast(signed, reader)
    const positions = await LogPositions.of(reader, signed.size, kept)
    return { signed, writer, positions }
  }

  #own(note: string): SignedCheckpoint {
    const { signer } = this.#options
    const key = readVerifierKey(signer.verifierKey)
    const read = readNote(note)
    const checkpoint = read === null ? null : readCheckpoint(read.text)
    if (read === null || checkpoint === null) {
      throw new CheckpointRefused('What stands in the place of the checkpoint is none')
    }
    if (checkpoint.origin !== signer.origin) {
      throw new CheckpointRefused(
        `The checkpoint is of '${checkpoint.origin}', and not of '${signer.origin}': one tree is of one log`,
      )
    }
    if (key === null || verifyNote(read, key) !== 'signed') {
      throw new CheckpointRefused(
        'The checkpoint is not signed with checkpoints.key: to change the key, begin a new tree under another origin',
      )
    }
    return { ...checkpoint, note }
  }

  /** Another process may have gone on; none may have gone back. */
  async #extendsLast(signed: SignedCheckpoint, reader: TreeReader): Promise<void> {
    const last = this.#signed
    if (last === null) return
    const isThere = signed.size >= last.size
    if (!isThere || !sameHash(await reader.root(last.size), last.root)) {
      throw new CheckpointRefused(
        `The checkpoint was put back: ${last.size} entries were signed, and the one that is there does not have them`,
      )
    }
  }

  async #advance({ signed, writer, positions }: State): Promise<SignedCheckpoint | null> {
    const { tree, signer } = this.#options
    const before = writer.size
    await this.#addEntries(writer, positions)
    if (writer.size === before) return signed
    await tree.write([...writer.takeFull(), ...writer.takeParts()])
    const checkpoint = { origin: signer.origin, size: writer.size, root: writer.root() }
    const note = signer.sign(checkpointText(checkpoint))
    await tree.write([file(CHECKPOINT_PATH, note)])
    await tree.write([file(POSITIONS_PATH, positions.text())])
    for (const path of writer.takeDone()) await tree.removeBelow(path)
    return Object.freeze({ ...checkpoint, note })
  }

  /** Streams one after another: what came between two checkpoints has no other order. */
  async #addEntries(writer: TreeWriter, positions: LogPositions): Promise<void> {
    const { log } = this.#options
    const unseen = new Map(positions.entries())
    const names = (await log.streams?.()) ?? [undefined]
    for (const name of names) {
      const position = name === undefined ? onlyOf(unseen) : unseen.get(this.#digest(name))
      // The last that was signed is asked for once more: if it is gone, or another one, nothing is signed.
      const entries = log.read(name, (position?.seq ?? 0) - 1)
      await this.#addStreams(entries, writer, positions, unseen)
    }
    if (unseen.size > 0) {
      throw refused('Entries that were signed are missing: the end of the log was cut off')
    }
  }

  async #addStreams(
    entries: AsyncIterable<StoredEntry | BrokenEntry>,
    writer: TreeWriter,
    positions: LogPositions,
    unseen: Map<string, StreamPosition>,
  ): Promise<void> {
    let waiting: TreeFile[] = []
    for await (const stored of entries) {
      // Somebody may be writing it now.
      if ('broken' in stored && stored.broken === 'torn') continue
      const entry = 'broken' in stored ? null : readEntry(stored.text)
      if ('broken' in stored || entry === null) throw refused('An entry of the log cannot be read')
      const stream = this.#digest(entry.stream)
      const last = positions.get(stream)
      if (last !== null && entry.seq <= last.seq) {
        if (entry.seq < last.seq) continue
        if (stored.hash !== last.hash) throw refused(at(entry, 'is another one than was signed'))
        unseen.delete(stream)
        continue
      }
      // The last one that was signed may have been pruned since: this one names it.
      this.#check(entry, stored, last?.hash ?? (entry.seq === 0 ? GENESIS : stored.prev))
      if (!positions.add({ stream, seq: entry.seq, hash: stored.hash })) {
        throw refused(at(entry, 'does not follow the last that was signed'))
      }
      unseen.delete(stream)
      writer.add(leafBytes(stream, entry.seq, stored.hash, stored.text))
      waiting.push(...writer.takeFull())
      if (waiting.length < FLUSH) continue
      await this.#options.tree.write(waiting)
      waiting = []
    }
    if (waiting.length > 0) await this.#options.tree.write(waiting)
  }

  #digest(stream: string): string {
    let digest = this.#digests.get(stream)
    if (digest === undefined) {
      digest = streamDigest(stream)
      this.#digests.set(stream, digest)
    }
    return digest
  }

  /** What does not verify is never signed. */
  #check(entry: AuditEntry, stored: StoredEntry, prev: string): void {
    const key = this.#options.keys.find(entry.kid)
    if (key === null) throw refused(at(entry, 'is of a key that is not in the ring'))
    if (stored.prev !== prev) throw refused(at(entry, 'does not follow the one before'))
    if (key.chain(stored.prev, stored.text) !== stored.hash) {
      throw refused(at(entry, 'does not match its hash'))
    }
  }
}

/** Where a tree is of one stream, that is the one of a log that has no other. */
function onlyOf(positions: ReadonlyMap<string, StreamPosition>): StreamPosition | undefined {
  const [position, ...others] = positions.values()
  return others.length === 0 ? position : undefined
}

function refused(what: string): CheckpointRefused {
  return new CheckpointRefused(`${what}; see \`trefoil audit verify\``)
}

function at({ stream, seq }: AuditEntry, what: string): string {
  return `Entry ${seq} of ${stream} ${what}`
}

function file(path: string, text: string): TreeFile {
  return { path, bytes: Buffer.from(text) }
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('utf8')
}
