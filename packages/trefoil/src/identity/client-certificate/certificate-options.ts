import { X509Certificate } from 'node:crypto'
import { type Clock, systemClock } from '../../base/clock.ts'
import type { Awaitable } from '../../base/promise.ts'
import type { Identity } from '../../contract/auth/auth-context.ts'
import type { CredentialRefusal } from '../../contract/auth/refusal.ts'
import { callable, clock, flag, list } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import { readOptions } from '../../contract/options/read-options.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { CertificateFacts, SubjectKind } from './certificate-facts.ts'

/** Rights of whoever holds a certificate; what is left out is as the certificate has it. */
export type MappedIdentity = Partial<
  Pick<Identity, 'subject' | 'kind' | 'tenant' | 'roles' | 'scopes' | 'metadata'>
>

/** Options of {@link clientCertificateAuth}. */
export interface ClientCertificateOptions {
  /**
   * Which of its names says who is calling; the first kind that the certificate has, and it must have
   * one name of it. Default `['uri', 'dns', 'email']`; `'cn'` is the common name of its subject.
   */
  readonly subject?: readonly SubjectKind[]
  /**
   * Says what the holder may, or refuses. Anything but an object or a refusal denies. Default: a
   * `service` without roles and scopes.
   */
  readonly map?: (
    certificate: CertificateFacts,
  ) => Awaitable<MappedIdentity | CredentialRefusal | null | undefined>
  /** Certificates, as PEM text, of which one must have signed the client's itself. Default: whatever TLS trusts. */
  readonly ca?: string | readonly string[]
  /**
   * Takes the certificate out of the header `Client-Cert` (RFC 9440), from trusted proxies alone
   * (`edge.proxies`). The proxy must have verified it, and must take that header away from requests that
   * bring it. Default false: the certificate of the connection.
   */
  readonly proxy?: boolean
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

/** {@link ClientCertificateOptions}, checked and complete. */
export interface CertificateRules {
  readonly subject: readonly SubjectKind[]
  readonly map: ClientCertificateOptions['map'] | null
  /** `null`: whatever TLS trusts. */
  readonly ca: readonly X509Certificate[] | null
  readonly proxy: boolean
  readonly clock: Clock
}

type CertificateValues = Values<
  ClientCertificateOptions,
  {
    readonly subject: readonly string[]
    readonly map: ClientCertificateOptions['map'] | null
    readonly ca: readonly X509Certificate[] | null
  }
>

const KINDS: readonly string[] = ['uri', 'dns', 'email', 'cn']

const authorities: OptionKind<readonly X509Certificate[]> = {
  words: 'text or list',
  read(value) {
    const texts: readonly unknown[] = Array.isArray(value) ? [...value] : [value]
    const read = texts.map(readAuthority)
    if (read.length === 0 || read.some((one) => one === null)) {
      return { mistake: 'must be certificates of authorities in PEM, one or a list' }
    }
    return { value: read.filter((one) => one !== null) }
  },
}

function readAuthority(text: unknown): X509Certificate | null {
  try {
    const certificate = typeof text === 'string' ? new X509Certificate(text) : null
    return certificate?.ca === true ? certificate : null
  } catch {
    return null
  }
}

/** The rows of {@link ClientCertificateOptions}. */
export const CLIENT_CERTIFICATE: OptionGroup<ClientCertificateOptions, CertificateValues> = {
  name: 'clientCertificateAuth()',
  prefix: 'TREFOIL_AUTH_CERTIFICATE',
  rows: {
    subject: {
      read: list((entry) => (KINDS.includes(entry) ? null : `must be one of ${KINDS.join(', ')}`)),
      default: ['uri', 'dns', 'email'],
      doc: "Which of its names says who is calling: the first kind that it has; `'cn'` is the common name.",
    },
    map: {
      read: callable(),
      default: null,
      shown: 'a `service` without rights',
      doc: 'Says what the holder may, or refuses: `(certificate) => ({ roles })`.',
    },
    ca: {
      read: authorities,
      default: null,
      shown: 'whatever TLS trusts',
      doc: "Certificates, in PEM, of which one must have signed the client's itself.",
    },
    proxy: {
      read: flag,
      default: false,
      doc: 'Takes it out of `Client-Cert` (RFC 9440), from trusted proxies alone.',
    },
    clock: { read: clock, default: systemClock, shown: "the machine's", doc: 'Source of time.' },
  },
}

/** @throws ImproperlyConfigured for what cannot be right */
export function readCertificateOptions(options: ClientCertificateOptions): CertificateRules {
  const { subject, map, ca, proxy, clock: time } = readOptions(CLIENT_CERTIFICATE, options)
  if (subject.length === 0) {
    throw new ImproperlyConfigured('clientCertificateAuth(): subject must name at least one kind')
  }
  // Each is one of KINDS.
  return { subject: subject as readonly SubjectKind[], map, ca, proxy, clock: time }
}
