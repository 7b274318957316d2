// Authorities and certificates of their clients, made by OpenSSL.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface KeyAndCertificate {
  readonly key: Buffer
  readonly cert: Buffer
}

export interface Authority {
  readonly cert: Buffer
  /** @param names as in `subjectAltName`: `DNS:billing.example`, or lines `URI.1=…`; empty for none */
  issue(subject: string, names: string, more?: readonly string[]): KeyAndCertificate
  close(): void
}

/** In a section of its own a name may hold a comma. */
function extensionsFor(names: string): string {
  if (names === '') return 'basicConstraints=CA:FALSE'
  return names.includes('=')
    ? `subjectAltName=@names\n[names]\n${names}`
    : `subjectAltName=${names}`
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

export function authority(name: string): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-authority-'))
  const at = (file: string) => join(folder, file)
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', [...args], { stdio: 'ignore' })
  openssl(
    ...['req', '-x509', ...EC, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2'],
    ...['-subj', `/CN=${name}`],
  )
  let count = 0
  return {
    cert: readFileSync(at('ca.pem')),
    issue(subject, names, more = ['-days', '2']) {
      const [key, request, cert, extensions] = ['key', 'csr', 'pem', 'cnf'].map((ending) =>
        at(`${count}.${ending}`),
      ) as [string, string, string, string]
      count++
      writeFileSync(extensions, extensionsFor(names))
      openssl('req', ...EC, '-keyout', key, '-out', request, '-subj', subject)
      openssl(
        ...['x509', '-req', '-in', request, '-out', cert, '-extfile', extensions],
        ...['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', ...more],
      )
      return { key: readFileSync(key), cert: readFileSync(cert) }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
