import type { Schema } from '../../../index.ts'

/** What a browser answers when it made a passkey: `PublicKeyCredential.toJSON()`, and nothing else of it. */
export interface NewCredential {
  readonly id: string
  readonly clientDataJSON: string
  readonly attestationObject: string
  readonly transports: readonly string[]
}

/** What a browser answers when a passkey signed. */
export interface SignedCredential {
  readonly id: string
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly signature: string
  /** Of which account the device says it is; `null` where it says nothing. */
  readonly userHandle: string | null
}

/** Characters: a credential id has 1023 bytes at most (WebAuthn §4). */
const LONGEST_ID = 1364
const LONGEST_CLIENT_DATA = 4096
/** Without a certificate in it, a large key included. */
const LONGEST_ATTESTATION = 8192
const LONGEST_AUTHENTICATOR_DATA = 4096
/** RSA of 8192 bits. */
const LONGEST_SIGNATURE = 1366
/** 64 bytes. */
const LONGEST_HANDLE = 86
const MOST_TRANSPORTS = 8

/** Registration: an object as `startRegistration()` gives it. */
export const newCredential: Schema<NewCredential> = credential((id, response) => {
  const clientDataJSON = encoded(response['clientDataJSON'], LONGEST_CLIENT_DATA)
  const attestationObject = encoded(response['attestationObject'], LONGEST_ATTESTATION)
  if (clientDataJSON === null || attestationObject === null) return null
  return { id, clientDataJSON, attestationObject, transports: transportsOf(response['transports']) }
})

/** A login: an object as `startAuthentication()` gives it. */
export const signedCredential: Schema<SignedCredential> = credential((id, response) => {
  const clientDataJSON = encoded(response['clientDataJSON'], LONGEST_CLIENT_DATA)
  const authenticatorData = encoded(response['authenticatorData'], LONGEST_AUTHENTICATOR_DATA)
  const signature = encoded(response['signature'], LONGEST_SIGNATURE)
  const given = response['userHandle'] ?? null
  const userHandle = given === null ? null : encoded(given, LONGEST_HANDLE)
  if (clientDataJSON === null || authenticatorData === null || signature === null) return null
  // An empty one is none, and what is no text is nobody's.
  if (given !== null && given !== '' && userHandle === null) return null
  return { id, clientDataJSON, authenticatorData, signature, userHandle }
})

type Members = Readonly<Record<string, unknown>>

function credential<Value>(read: (id: string, response: Members) => Value | null): Schema<Value> {
  const message = 'Expected the answer of a passkey, as navigator.credentials gives it as JSON'
  const document = () => ({
    type: 'object',
    required: ['id', 'type', 'response'],
    properties: {
      id: { type: 'string', maxLength: LONGEST_ID },
      type: { type: 'string', const: 'public-key' },
      response: { type: 'object', additionalProperties: true },
    },
    additionalProperties: true,
  })
  const standard = {
    version: 1 as const,
    vendor: 'trefoil',
    validate(given: unknown) {
      const members = membersOf(given)
      const id = encoded(members?.['id'], LONGEST_ID)
      const response = membersOf(members?.['response'])
      const isKey = members?.['type'] === 'public-key'
      // Two names of one thing that differ: whoever reads one would not see what the other says.
      const isOne = members?.['rawId'] === undefined || members['rawId'] === id
      if (id === null || response === null || !isKey || !isOne) return { issues: [{ message }] }
      const value = read(id, response)
      return value === null ? { issues: [{ message }] } : { value }
    },
    jsonSchema: { input: document, output: document },
  }
  return { '~standard': standard }
}

function membersOf(value: unknown): Members | null {
  // Members alone are read of it, each looked at.
  return typeof value === 'object' && value !== null ? (value as Members) : null
}

/** Base64url as it is written in one way only: a second spelling of an id would be a second passkey. */
function encoded(value: unknown, longest: number): string | null {
  if (typeof value !== 'string' || value === '' || value.length > longest) return null
  return Buffer.from(value, 'base64url').toString('base64url') === value ? value : null
}

/** Hints for browsers, of the words there are and of those to come. */
function transportsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  const words = value.filter((word): word is string => {
    return typeof word === 'string' && /^[a-z-]{1,20}$/.test(word)
  })
  return [...new Set(words)].slice(0, MOST_TRANSPORTS)
}
