import { expect, it } from 'vitest'
import { z } from 'zod'
import { type PasskeyEvidence, verifyPasskeyEvidence } from '../../packages/trefoil/src/accounts.ts'
import { database } from '../../packages/trefoil/src/database.ts'
import { accountTables } from '../../packages/trefoil/src/features/accounts/account-tables.ts'
import { FactorStore } from '../../packages/trefoil/src/features/accounts/mfa/factor-store.ts'
import { StepStore } from '../../packages/trefoil/src/features/accounts/mfa/steps/step-store.ts'
import {
  newCredential,
  signedCredential,
} from '../../packages/trefoil/src/features/accounts/passkeys/credential-field.ts'
import { Passkeys } from '../../packages/trefoil/src/features/accounts/passkeys/passkeys.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { type Asked, device, ORIGIN } from './passkeys-world.ts'

const DIGEST = 'q8p3E3qvCj1pH3uYyhfLEmCX0hr1Ys2u5L0Zrj0y0aE'
const OTHER = 'b8p3E3qvCj1pH3uYyhfLEmCX0hr1Ys2u5L0Zrj0y0aE'
const ADA = { id: 'a-subject', epoch: 1, email: 'ada@example.com', username: null } as never
const none = () => {}

/** An app that has things decided by a passkey: what approvals stand on. */
async function deciding() {
  const clock = { now: () => Date.UTC(2026, 0, 5, 12), elapsed: () => 0 }
  const data = database<never>({ url: ':memory:', migrate: 'start' })
  data.tables('accounts', accountTables(data.dialect))
  const factors = new FactorStore(data, clock)
  const party = { id: 'localhost', origins: [ORIGIN], unusable: null }
  const values = { rpId: null, origins: null, name: null, most: 9, challengeLifetime: 60_000 }
  const steps = new StepStore(data, clock)
  const passkeys = new Passkeys({
    values,
    party,
    steps,
    factors,
    clock,
    name: () => 'shop',
    copied: async () => {},
  })
  const app = createApp({
    name: 'shop',
    env: {},
    log: { logger: { debug: none, info: none, warn: none, error: none } },
    publicSurfaces: ['api', 'mcp', 'cli'],
    parts: [data],
  })
  const asked = {
    purpose: 'passkey_step_up',
    account: ADA,
    scope: 'session',
    device: null,
  } as const
  const made = { ...asked, purpose: 'passkey_register' } as const
  app.post('/new', {}, (_, call) => passkeys.askForNew(call, made, []))
  app.post(
    '/keep',
    { params: { step: z.string(), response: newCredential } },
    async (args, call) => {
      const read = await passkeys.readNew(call, made, args.step, args.response)
      if (read === null) return null
      const { counter, isSynced, ...credential } = read
      const id = await data.unit((unit) =>
        factors.add(unit, {
          accountId: 'a-subject',
          kind: 'passkey',
          name: 'one',
          credential,
          counter,
          details: { synced: isSynced },
          isConfirmed: true,
        }),
      )
      return { id }
    },
  )
  const digest = z.string().nullable()
  app.post('/ask', { params: { digest } }, (args, call) => passkeys.ask(call, asked, args.digest))
  const params = { step: z.string(), response: signedCredential, digest }
  app.post('/decide', { params }, async (args, call) => {
    const proof = await passkeys.prove(call, asked, args.step, args.response, args.digest)
    return proof?.evidence ?? null
  })
  return testClient(app)
}

it('approvals.md §8: what a passkey signed of a decision is verified later by its public key', async () => {
  await using client = await deciding()
  const post = async (path: string, json: object): Promise<unknown> =>
    JSON.parse((await client.http.post(path, { json })).text || 'null')
  const passkey = device()
  const asked = (await post('/new', {})) as Asked
  await post('/keep', { step: asked.step, response: passkey.create(asked.options) })
  const decide = async (shown: string | null, decided: string | null) => {
    const { step, options } = (await post('/ask', { digest: shown })) as Asked
    const response = passkey.get(options)
    return post('/decide', { step, response, digest: decided }) as Promise<PasskeyEvidence | null>
  }
  // What somebody was shown is what is decided, and nothing else.
  expect(await decide(OTHER, DIGEST)).toBeNull()
  expect(await decide(null, DIGEST)).toBeNull()
  expect(await decide(DIGEST, null)).toBeNull()
  const evidence = await decide(DIGEST, DIGEST)
  if (evidence === null) throw new Error('no evidence')
  expect(evidence).toMatchObject({ subject: 'a-subject', digest: DIGEST, rpId: 'localhost' })
  const { publicKey } = evidence
  const expected = { digest: DIGEST, publicKey, rpId: 'localhost', origins: [ORIGIN] }
  // As it comes out of a file.
  const kept: PasskeyEvidence = JSON.parse(JSON.stringify(evidence))
  expect(await verifyPasskeyEvidence(kept, expected)).toBe(true)

  const again = await decide(DIGEST, DIGEST)
  const changes: Partial<PasskeyEvidence>[] = [
    { digest: OTHER },
    { nonce: again?.nonce ?? '' },
    { purpose: 'passkey_login' },
    { signature: again?.signature ?? '' },
    { clientDataJSON: again?.clientDataJSON ?? '' },
    { publicKey: 'AAAA' },
  ]
  for (const change of changes) {
    const changed = { ...kept, ...change }
    expect(await verifyPasskeyEvidence(changed, expected), JSON.stringify(change)).toBe(false)
    const agreeing = { ...expected, digest: changed.digest ?? '', publicKey: changed.publicKey }
    expect(await verifyPasskeyEvidence(changed, agreeing), JSON.stringify(change)).toBe(false)
  }
  for (const other of [{ rpId: 'evil.example' }, { origins: ['https://evil.example'] }]) {
    expect(await verifyPasskeyEvidence(kept, { ...expected, ...other })).toBe(false)
  }
  expect(await verifyPasskeyEvidence(null as never, expected)).toBe(false)
  // Nothing in it opens anything.
  expect(JSON.stringify(kept)).not.toContain('tfl_')
})
