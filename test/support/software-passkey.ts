import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'

/** What of a signature or a registration a test wants otherwise than a device would have it. */
export interface Forged {
  readonly origin?: string
  readonly rpId?: string
  readonly type?: string
  readonly challenge?: string
  readonly crossOrigin?: boolean
  readonly topOrigin?: string
  /** Default true. */
  readonly userVerified?: boolean
  /** Default true. */
  readonly userPresent?: boolean
  /** Default one more each time. */
  readonly counter?: number
  readonly userHandle?: string | null
  readonly format?: string
  readonly statement?: ReadonlyMap<string, unknown>
  /** The statement, of what is signed by it. */
  readonly attest?: (signed: Buffer) => ReadonlyMap<string, unknown>
  /** Default ES256. */
  readonly algorithm?: number
  /** In the place of the one in the signed data. */
  readonly id?: string
}

interface Options {
  readonly challenge: string
  readonly rp?: { readonly id: string }
  readonly rpId?: string
  readonly user?: { readonly id: string }
}

const UP = 0x01
const UV = 0x04
/** May be in several places. */
const BE = 0x08
const ATTESTED = 0x40

/** A passkey without a device, which does as it is told: what browsers would never send can be sent as well. */
export class SoftwarePasskey {
  readonly origin: string
  id: string = randomBytes(32).toString('base64url')
  counter = 0
  /** False: as those that phones keep, which do not count. */
  counts = true
  userHandle: string | null = null
  #key: KeyObject
  #public: KeyObject

  constructor(origin: string) {
    this.origin = origin
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.#key = privateKey
    this.#public = publicKey
  }

  /** The same key in other hands. */
  clone(): SoftwarePasskey {
    const copy = new SoftwarePasskey(this.origin)
    copy.#key = createPrivateKey(this.#key.export({ type: 'pkcs8', format: 'pem' }))
    copy.#public = this.#public
    copy.id = this.id
    copy.counter = this.counter
    copy.counts = this.counts
    copy.userHandle = this.userHandle
    return copy
  }

  /** As `startRegistration()` of the browser. */
  create(options: unknown, forged: Forged = {}): Record<string, unknown> {
    const { challenge, rp, user } = options as Options
    this.userHandle = user?.id ?? null
    const key = cosePublicKey(this.#public, forged.algorithm ?? -7)
    const id = Buffer.from(this.id, 'base64url')
    const length = Buffer.alloc(2)
    length.writeUInt16BE(id.length)
    const attested = Buffer.concat([Buffer.alloc(16), length, id, key])
    const authData = this.#authData(rp?.id ?? '', ATTESTED, forged, attested)
    const clientDataJSON = this.#clientData('webauthn.create', challenge, forged)
    const hash = createHash('sha256').update(clientDataJSON).digest()
    const ofSigned = forged.attest?.(Buffer.concat([authData, hash]))
    const statement = ofSigned ?? forged.statement ?? new Map<string, unknown>()
    const attestation = cbor(
      new Map<string, unknown>([
        ['fmt', forged.format ?? 'none'],
        ['attStmt', statement],
        ['authData', authData],
      ]),
    )
    const named = forged.id ?? this.id
    return {
      id: named,
      rawId: named,
      type: 'public-key',
      response: {
        clientDataJSON: clientDataJSON.toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal', 'hybrid'],
      },
      clientExtensionResults: {},
    }
  }

  /** As `startAuthentication()` of the browser. */
  get(options: unknown, forged: Forged = {}): Record<string, unknown> {
    const { challenge, rpId } = options as Options
    const authData = this.#authData(rpId ?? '', 0, forged, Buffer.alloc(0))
    const clientDataJSON = this.#clientData('webauthn.get', challenge, forged)
    const hash = createHash('sha256').update(clientDataJSON).digest()
    const signature = sign('sha256', Buffer.concat([authData, hash]), this.#key)
    const named = forged.id ?? this.id
    const userHandle = forged.userHandle === undefined ? this.userHandle : forged.userHandle
    return {
      id: named,
      rawId: named,
      type: 'public-key',
      response: {
        clientDataJSON: clientDataJSON.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: signature.toString('base64url'),
        ...(userHandle === null ? {} : { userHandle }),
      },
      clientExtensionResults: {},
    }
  }

  #authData(rpId: string, flags: number, forged: Forged, attested: Buffer): Buffer {
    if (this.counts) this.counter++
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(forged.counter ?? this.counter)
    const all =
      flags |
      ((forged.userPresent ?? true) ? UP : 0) |
      ((forged.userVerified ?? true) ? UV : 0) |
      (this.counts ? 0 : BE)
    const hash = createHash('sha256')
      .update(forged.rpId ?? rpId)
      .digest()
    return Buffer.concat([hash, Buffer.from([all]), counter, attested])
  }

  #clientData(type: string, challenge: string, forged: Forged): Buffer {
    const { topOrigin } = forged
    return Buffer.from(
      JSON.stringify({
        type: forged.type ?? type,
        challenge: forged.challenge ?? challenge,
        origin: forged.origin ?? this.origin,
        crossOrigin: forged.crossOrigin ?? false,
        ...(topOrigin === undefined ? {} : { topOrigin }),
      }),
    )
  }
}

function cosePublicKey(key: KeyObject, algorithm: number): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  return cbor(
    new Map<number, unknown>([
      [1, 2],
      [3, algorithm],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]),
  )
}

/** As much of CBOR (RFC 8949) as passkeys need. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)])
  if (value instanceof Map) {
    const entries = [...value].flatMap(([name, member]) => [cbor(name), cbor(member)])
    return Buffer.concat([head(5, value.size), ...entries])
  }
  throw new TypeError('no CBOR of this')
}

function head(kind: number, count: number): Buffer {
  const high = kind << 5
  if (count < 24) return Buffer.from([high | count])
  if (count < 256) return Buffer.from([high | 24, count])
  return Buffer.from([high | 25, count >> 8, count & 255])
}
