import { sha256 } from '../sha256.ts'
import { HASH_SIZE } from './tree-hash.ts'

/**
 * What the tree holds of an entry, always 105 bytes: a 1, SHA-256 of the name of its stream, its number (eight
 * bytes, big-endian), its hash in the chain, SHA-256 of its text. An entry itself may be longer than a bundle
 * takes, and what is said of a person in it must not be published with the tree.
 */
export interface TreeLeaf {
  /** SHA-256 of the name of the stream, in hex. */
  readonly stream: string
  readonly seq: number
  /** Hash in the chain, in hex. */
  readonly hash: string
  /** SHA-256 of the stored text, in hex. */
  readonly text: string
}

const VERSION = 1
const AT_SEQ = 1 + HASH_SIZE
const AT_HASH = AT_SEQ + 8
const AT_TEXT = AT_HASH + HASH_SIZE
const LENGTH = AT_TEXT + HASH_SIZE

export function streamDigest(stream: string): string {
  return sha256(stream).toString('hex')
}

/** @param stream its digest */
export function leafBytes(stream: string, seq: number, hash: string, text: string): Uint8Array {
  const leaf = Buffer.alloc(LENGTH)
  leaf[0] = VERSION
  leaf.write(stream, 1, HASH_SIZE, 'hex')
  leaf.writeBigUInt64BE(BigInt(seq), AT_SEQ)
  leaf.write(hash, AT_HASH, HASH_SIZE, 'hex')
  leaf.set(sha256(text), AT_TEXT)
  return leaf
}

/** `null` for what is no leaf of this version. */
export function readLeaf(bytes: Uint8Array): TreeLeaf | null {
  if (bytes.length !== LENGTH || bytes[0] !== VERSION) return null
  const leaf = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const seq = leaf.readBigUInt64BE(AT_SEQ)
  if (seq > Number.MAX_SAFE_INTEGER) return null
  return {
    stream: leaf.toString('hex', 1, AT_SEQ),
    seq: Number(seq),
    hash: leaf.toString('hex', AT_HASH, AT_TEXT),
    text: leaf.toString('hex', AT_TEXT),
  }
}
