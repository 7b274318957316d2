// What is loaded, and when: an app with passkeys starts, serves its script and asks; then the first answer is looked at.
// Says one line of JSON a stage.
import { registerHooks } from 'node:module'
import process from 'node:process'

const LIBRARY =
  /[\\/](?:@simplewebauthn|@peculiar|reflect-metadata|tsyringe|@levischuck|asn1js)[\\/]/
const loaded = new Set<string>()
registerHooks({
  load(url, context, next) {
    if (LIBRARY.test(url)) loaded.add(url)
    return next(url, context)
  },
})
const reflect = Object.getOwnPropertyNames(Reflect).length
const warnings: string[] = []
process.on('warning', ({ name, message }) => {
  // That of `node:sqlite` on older releases is not ours.
  if (!message.includes('SQLite')) warnings.push(name)
})
const say = (what: string, more: object = {}) => {
  const added = Object.getOwnPropertyNames(Reflect).length - reflect
  process.stdout.write(
    `${JSON.stringify({ what, loaded: loaded.size, added, warnings: warnings.length, ...more })}\n`,
  )
}

const { createApp } = await import('trefoil')
const { accounts, verifyPasskeyEvidence } = await import('trefoil/accounts')
const { database } = await import('trefoil/database')
const { testClient } = await import('trefoil/testing')
const data = database<never>({ url: ':memory:', migrate: 'start' })
const people = accounts({
  data,
  keys: 'a key of tests that is long enough, 0123456789',
  appUrl: 'http://localhost:3000',
  mailer: { send: async () => {} },
  passkeys: {},
})
const none = () => {}
const app = createApp({
  name: 'shop',
  env: {},
  log: { logger: { debug: none, info: none, warn: none, error: none } },
  auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
  publicSurfaces: ['mcp', 'cli'],
  parts: [data, people],
})
await using client = testClient(app)
const script = await client.http.get('/auth/passkeys/script.js')
say('started', { status: script.status, hasLicence: script.text.includes('MIT License') })
const asked = await client.http.post('/auth/passkeys/login/start', { json: {} })
say('asked', { status: asked.status })
const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const isRight = await verifyPasskeyEvidence(
  {
    version: 1,
    purpose: 'passkey_step_up',
    subject: 'ada',
    digest: 'AAAA',
    nonce: 'AAAA',
    credentialId: 'AAAA',
    publicKey: 'AAAA',
    rpId: 'localhost',
    clientDataJSON: text({}),
    authenticatorData: 'AAAA',
    signature: 'AAAA',
    at: 0,
  },
  { digest: 'AAAA', publicKey: 'AAAA', rpId: 'localhost', origins: ['http://localhost:3000'] },
)
say('looked', { isRight })
