import { execFileSync } from 'node:child_process'
import { createPrivateKey, sign, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SettingsService } from '@simplewebauthn/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { PASSWORD } from '../accounts/accounts-world.ts'
import { ADA, device, PasskeyWorld } from '../accounts/passkeys-world.ts'

vi.setConfig({ testTimeout: 60_000 })

/** Somebody's server, which must not be asked. @returns its address, and what came */
async function listener(): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}/revoked.crl`, asked }
}

/** As makers of security keys have them: an authority, and a certificate that says where it would be revoked. */
function chain(crl: string) {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-attested-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const at = (file: string) => join(folder, file)
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', [...args], { stdio: 'ignore' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const ca = ['-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2']
  openssl('req', '-x509', ...key, ...ca, '-subj', '/CN=makers')
  const subject = '/C=NL/O=makers/OU=Authenticator Attestation/CN=key'
  openssl('req', ...key, '-keyout', at('key'), '-out', at('csr'), '-subj', subject)
  writeFileSync(at('cnf'), `basicConstraints=CA:FALSE\ncrlDistributionPoints=URI:${crl}\n`)
  const signed = ['-req', '-in', at('csr'), '-out', at('pem'), '-extfile', at('cnf')]
  const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2']
  openssl('x509', ...signed, ...by)
  return {
    anchor: readFileSync(at('ca.pem'), 'utf8'),
    certificate: new X509Certificate(readFileSync(at('pem'))).raw,
    key: createPrivateKey(readFileSync(at('key'))),
  }
}

test('SSRF: a right certificate of a maker who is trusted is refused, and nobody is asked whether it was revoked', async () => {
  const { url, asked } = await listener()
  const { anchor, certificate, key } = chain(url)
  // As an app does that looks at certificates elsewhere: the settings of the library are one for the process.
  SettingsService.setRootCertificates({ identifier: 'packed', certificates: [anchor] })
  onTestFinished(() =>
    SettingsService.setRootCertificates({ identifier: 'packed', certificates: [] }),
  )
  await using world = new PasskeyWorld()
  const token = await world.person(ADA)
  const json = { current_password: PASSWORD }
  const { step, options } = await world.ask('/passkeys/register/start', json, token)
  const response = device().create(options, {
    format: 'packed',
    attest: (signed) =>
      new Map<string, unknown>([
        ['alg', -7],
        ['sig', sign('sha256', signed, key)],
        ['x5c', [certificate]],
      ]),
  })
  const answer = await world.post('/passkeys/register', { step, response }, token)
  expect([answer.status, answer.code]).toEqual([400, 'passkey_refused'])
  expect(asked).toEqual([])
})
