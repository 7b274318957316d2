import { X509Certificate } from 'node:crypto'
import { freezeClass } from '../base/plain/freeze-class.ts'
import { isRecord } from '../base/plain/is-record.ts'
import { promised } from '../base/promise.ts'
import { AuthContext } from '../contract/auth/auth-context.ts'
import type { Authenticator } from '../contract/auth/authenticator.ts'
import { CredentialRefusal, refusal } from '../contract/auth/refusal.ts'
import type { SecurityScheme } from '../contract/auth/security-scheme.ts'
import type { AuthRequest } from '../contract/call/call.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { type CertificateFacts, factsOf, namesOf } from './client-certificate/certificate-facts.ts'
import { certificateInHeader } from './client-certificate/certificate-header.ts'
import {
  type CertificateRules,
  type ClientCertificateOptions,
  type MappedIdentity,
  readCertificateOptions,
} from './client-certificate/certificate-options.ts'
import { sha256 } from './jwt/thumbprint.ts'

type Answer = AuthContext<undefined> | CredentialRefusal | null

const SCHEME: SecurityScheme = Object.freeze({ type: 'mutualTLS' })
const MALFORMED = refusal('malformed', { text: 'Malformed client certificate' })
const EXPIRED = refusal('expired', { text: 'The client certificate has expired' })
const NOT_YET = refusal('not_yet_valid', { text: 'The client certificate is not valid yet' })
const OTHER_ISSUER = refusal('wrong_issuer', {
  text: 'The client certificate is of another issuer',
})
const NO_NAME = refusal('missing_claim', { text: 'The client certificate names nobody' })
const SEVERAL = refusal('invalid_claim', { text: 'The client certificate has several names' })

/** What reading one costs is paid once for each; only verified ones come here. */
const KEPT = 256

/** What {@link clientCertificateAuth} makes. */
export interface ClientCertificateAuth extends Authenticator<undefined> {
  readonly scheme: SecurityScheme
  readonly ambient: boolean
}

class CertificateAuthenticator implements ClientCertificateAuth {
  readonly name: string = 'clientCertificateAuth'
  readonly scheme: SecurityScheme = SCHEME
  /** A browser shows the certificate by itself, whoever wrote the page. */
  readonly ambient: boolean = true
  readonly authenticate: (request: AuthRequest) => Answer | Promise<Answer>
  readonly #rules: CertificateRules
  readonly #known = new Map<string, CertificateFacts | CredentialRefusal>()

  constructor(rules: CertificateRules) {
    this.#rules = rules
    // Of its own, so that an object made of this one with `…` has it too.
    this.authenticate = (request) => this.#answer(request)
    Object.freeze(this)
  }

  #answer(request: AuthRequest): Answer | Promise<Answer> {
    const shown = this.#rules.proxy ? ofProxy(request) : request.certificate
    if (shown === null || CredentialRefusal.is(shown)) return shown
    const facts = this.#factsOf(shown)
    if (CredentialRefusal.is(facts)) return facts
    // It was verified when the connection began, which may be long ago.
    const now = this.#rules.clock.now() / 1000
    if (facts.notAfter <= now) return EXPIRED
    if (facts.notBefore > now) return NOT_YET
    const { map } = this.#rules
    if (map === null || map === undefined) return contextOf(facts, {})
    const mapped = map(facts)
    const waiting = promised<unknown>(mapped)
    return waiting === null
      ? answerOf(facts, mapped)
      : waiting.then((late) => answerOf(facts, late))
  }

  #factsOf(der: Uint8Array): CertificateFacts | CredentialRefusal {
    const digest = sha256(der)
    const known = this.#known.get(digest)
    if (known !== undefined) return known
    const facts = readFacts(der, this.#rules)
    if (this.#known.size >= KEPT) this.#known.clear()
    this.#known.set(digest, facts)
    return facts
  }
}

freezeClass(CertificateAuthenticator)

/**
 * Authenticates by the certificate that a client shows when it connects (mutual TLS), for
 * `serve(app, { tls: { …, ca, requestCert: true } })` over HTTP/1.1 and HTTP/2. Only a certificate that
 * TLS has verified counts, and it goes by its alternative names (RFC 6125 §6.4.4). Nothing is read from
 * headers but with `proxy`.
 *
 * @throws ImproperlyConfigured for a `ca` that is none
 */
export function clientCertificateAuth(
  options: ClientCertificateOptions = {},
): ClientCertificateAuth {
  return new CertificateAuthenticator(readCertificateOptions(options))
}

/** Anybody could write the header: it counts from a trusted proxy alone, and once. */
function ofProxy(request: AuthRequest): Uint8Array | CredentialRefusal | null {
  const value = request.viaProxy ? request.headers.get('client-cert') : null
  if (value === null) return null
  return certificateInHeader(value) ?? MALFORMED
}

function readFacts(
  der: Uint8Array,
  { ca, subject: kinds }: CertificateRules,
): CertificateFacts | CredentialRefusal {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(der)
  } catch {
    return MALFORMED
  }
  if (ca !== null && !ca.some((authority) => isIssuedBy(certificate, authority)))
    return OTHER_ISSUER
  const names = namesOf(certificate)
  if (names === null) return MALFORMED
  const kind = kinds.find((name) => names[name].length > 0)
  const [subject, another] = kind === undefined ? [] : names[kind]
  if (subject === undefined) return NO_NAME
  return another === undefined ? factsOf(certificate, names, subject) : SEVERAL
}

function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
}

const MAPPED: OptionNames<MappedIdentity> = {
  subject: true,
  kind: true,
  tenant: true,
  roles: true,
  scopes: true,
  metadata: true,
}

/** Whoever is not on the list is nobody: a `map` that finds none returns nothing. */
function answerOf(facts: CertificateFacts, mapped: unknown): Answer {
  if (CredentialRefusal.is(mapped)) return mapped
  if (mapped === null || mapped === undefined) return refusal('refused')
  if (!isRecord(mapped)) {
    throw new TypeError('map of clientCertificateAuth must answer an object, a refusal or null')
  }
  checkOptionNames('map of clientCertificateAuth', mapped, MAPPED)
  return contextOf(facts, mapped)
}

function contextOf(facts: CertificateFacts, mapped: MappedIdentity): AuthContext<undefined> {
  const { subject, names, issuer, serialNumber, thumbprint, notBefore, notAfter } = facts
  return new AuthContext<undefined>({
    subject,
    kind: 'service',
    claims: { names, serial_number: serialNumber, 'x5t#S256': thumbprint },
    issuer,
    issuedAt: notBefore,
    expiresAt: notAfter,
    ...mapped,
    payload: undefined,
  })
}
