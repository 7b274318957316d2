import type { X509Certificate } from 'node:crypto'
import { sha256 } from '../jwt/thumbprint.ts'

/** A kind of name in a certificate. */
export type SubjectKind = 'uri' | 'dns' | 'email' | 'cn'

/** What a certificate says, frozen; nothing in it is a secret. */
export interface CertificateFacts {
  /** The name that says who is calling. */
  readonly subject: string
  /** Its names by kind, in order. */
  readonly names: Readonly<Record<SubjectKind, readonly string[]>>
  /** Distinguished name of whoever signed it. */
  readonly issuer: string
  readonly serialNumber: string
  /** SHA-256 of it in base64url, as `x5t#S256` has it. */
  readonly thumbprint: string
  /** Seconds since the Unix epoch. */
  readonly notBefore: number
  /** Seconds since the Unix epoch. */
  readonly notAfter: number
}

/** Printable, without white space: what looks like another name, or ends early, is no name. */
const NAME = /^[\x21-\x7e]{1,256}$/
/** Common names may have spaces inside. */
const COMMON_NAME = /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/

/**
 * The names of a certificate.
 *
 * @returns `null` where they cannot be read for certain
 */
export function namesOf(certificate: X509Certificate): CertificateFacts['names'] | null {
  const alternative = alternativeNames(certificate.subjectAltName ?? '')
  const common = commonNames(certificate.subject ?? '')
  if (alternative === null || common === null) return null
  const of = (label: string) => {
    return Object.freeze(alternative.filter(([kind]) => kind === label).map(([, name]) => name))
  }
  const names = { uri: of('URI'), dns: of('DNS'), email: of('email'), cn: Object.freeze(common) }
  const isPlain =
    [...names.uri, ...names.dns, ...names.email].every((name) => NAME.test(name)) &&
    names.cn.every((name) => COMMON_NAME.test(name))
  return isPlain ? Object.freeze(names) : null
}

/** Facts of a certificate whose names have been read. */
export function factsOf(
  certificate: X509Certificate,
  names: CertificateFacts['names'],
  subject: string,
): CertificateFacts {
  return Object.freeze({
    subject,
    names,
    issuer: (certificate.issuer ?? '').replaceAll('\n', ', '),
    serialNumber: certificate.serialNumber,
    thumbprint: sha256(certificate.raw),
    notBefore: Math.floor(certificate.validFromDate.getTime() / 1000),
    notAfter: Math.floor(certificate.validToDate.getTime() / 1000),
  })
}

/**
 * `DNS:a.example, URI:"spiffe://…, with a comma"`: a name that could be taken for several is quoted as
 * JSON (CVE-2021-44532). Read to the end or not at all.
 */
const ENTRY = /([A-Za-z][A-Za-z ]*):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y

function alternativeNames(text: string): readonly (readonly [string, string])[] | null {
  const entries: (readonly [string, string])[] = []
  ENTRY.lastIndex = 0
  while (ENTRY.lastIndex < text.length) {
    const [, kind = '', value = ''] = ENTRY.exec(text) ?? []
    if (kind === '') return null
    const name = value.startsWith('"') ? unquoted(value) : value
    if (name === null) return null
    entries.push([kind, name])
  }
  return entries
}

function unquoted(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : null
  } catch {
    return null
  }
}

/** A line for each part of the name; a line break inside of one is written with a backslash. */
function commonNames(subject: string): readonly string[] | null {
  const lines = subject === '' ? [] : subject.split('\n')
  const values = lines.filter((line) => line.startsWith('CN=')).map((line) => line.slice(3))
  // Escapes: what they mean is not worth a mistake.
  return values.some((value) => value.includes('\\')) ? null : values
}
