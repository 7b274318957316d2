import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { sha256 } from '../sha256.ts'

/** The dash at the beginning of a line with a signature. */
const DASH = '\u2014 '
const LONGEST = 1_000_000
const MOST_SIGNATURES = 100
const NAME = /^[^\s+]+$/
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
/** DER of an Ed25519 public key, before its 32 bytes. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

/** Kinds of keys of signed notes: of a log, and of a witness that adds when it saw it (C2SP tlog-cosignature). */
const ED25519 = 1
const COSIGNATURE = 4

/** A text with signatures under it (C2SP signed-note). */
export interface SignedNote {
  /** With the line feed at its end. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** One line under a note: who says to have signed it. */
export interface NoteSignature {
  readonly name: string
  /** First four bytes of a hash over name and key, in hex. */
  readonly id: string
  readonly bytes: Uint8Array
}

/** Key that verifies what somebody has signed, read from `name+id+key`. */
export interface NoteKey {
  readonly name: string
  readonly id: string
  readonly isWitness: boolean
  readonly key: KeyObject
}

/** What a key says of a note: `absent` where nothing under it is of this key. */
export type NoteVerdict = 'signed' | 'forged' | 'absent'

/** True for what may be the name of a key: no spaces, no plus. */
export function isNoteName(name: string): boolean {
  return NAME.test(name) && name.length <= 255
}

/** Text of the key that verifies what a private key signs: `name+id+key` (C2SP vkey). */
export function verifierKeyText(name: string, key: KeyObject): string {
  const bytes = keyBytes(ED25519, key)
  return `${name}+${keyId(name, bytes)}+${bytes.toString('base64')}`
}

/** `null` for what is no key, or whose id is not its own. */
export function readVerifierKey(text: string): NoteKey | null {
  // The key itself may have a plus in it: the first two divide.
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim())
  const [, name = '', id = '', encoded = ''] = match ?? []
  if (match === null || !BASE64.test(encoded)) return null
  const bytes = Buffer.from(encoded, 'base64')
  const kind = bytes[0]
  if (bytes.length !== 33 || (kind !== ED25519 && kind !== COSIGNATURE)) return null
  if (keyId(name, bytes) !== id) return null
  try {
    const der = Buffer.concat([SPKI, bytes.subarray(1)])
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    return { name, id, isWitness: kind === COSIGNATURE, key }
  } catch {
    return null
  }
}

/** @param text ends with a line feed */
export function signNote(text: string, name: string, key: KeyObject): string {
  const id = Buffer.from(keyId(name, keyBytes(ED25519, createPublicKey(key))), 'hex')
  const line = Buffer.concat([id, sign(null, Buffer.from(text), key)]).toString('base64')
  return `${text}\n${DASH}${name} ${line}\n`
}

/** `null` for what is no signed note. Verifies nothing. */
export function readNote(given: string): SignedNote | null {
  if (given.length > LONGEST || hasControl(given) || !given.isWellFormed()) return null
  const end = given.lastIndexOf('\n\n')
  if (end === -1 || !given.endsWith('\n')) return null
  const lines = given.slice(end + 2, -1).split('\n')
  if (lines.length > MOST_SIGNATURES) return null
  const signatures: NoteSignature[] = []
  for (const line of lines) {
    const [, name = '', encoded = ''] = /^\u2014 ([^\s+]+) (\S+)$/.exec(line) ?? []
    const bytes = Buffer.from(encoded, 'base64')
    if (name === '' || !BASE64.test(encoded) || bytes.length < 5) return null
    signatures.push({ name, id: bytes.toString('hex', 0, 4), bytes: bytes.subarray(4) })
  }
  return { text: given.slice(0, end + 1), signatures }
}

/** Lines of others are passed over; two of one key are forged, because readers would choose. */
export function verifyNote({ text, signatures }: SignedNote, key: NoteKey): NoteVerdict {
  const own = signatures.filter(({ name, id }) => name === key.name && id === key.id)
  const [signature] = own
  if (signature === undefined) return 'absent'
  return own.length === 1 && isSigned(text, signature, key) ? 'signed' : 'forged'
}

function isSigned(text: string, { bytes }: NoteSignature, { key, isWitness }: NoteKey): boolean {
  if (!isWitness) return bytes.length === 64 && verify(null, Buffer.from(text), key, bytes)
  if (bytes.length !== 72) return false
  const time = Buffer.from(bytes.subarray(0, 8)).readBigUInt64BE()
  const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`)
  return verify(null, message, key, bytes.subarray(8))
}

/** Characters below a space, but for line feeds, have no place in a note. */
function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 32 && code !== 10) return true
  }
  return false
}

function keyBytes(kind: number, key: KeyObject): Buffer {
  const der = key.export({ format: 'der', type: 'spki' })
  return Buffer.concat([Uint8Array.of(kind), der.subarray(-32)])
}

function keyId(name: string, bytes: Uint8Array): string {
  return sha256(Buffer.concat([Buffer.from(`${name}\n`), bytes])).toString('hex', 0, 4)
}
