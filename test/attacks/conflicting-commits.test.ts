// A call whose unit of work met another is run again from its beginning: what it used up outside the unit is still its own.
import { expect, test } from 'vitest'
import { definePart, type Part, TransactionConflict } from '../../packages/trefoil/src/parts.ts'
import { tokenOf } from '../accounts/accounts-world.ts'
import { ADA, device, PasskeyWorld } from '../accounts/passkeys-world.ts'
import { codeAt, FactorWorld } from '../accounts/second-factor-world.ts'

/** Loses the next commit to another one, as a database does that serves two. */
class Rival {
  met = 0
  #isArmed = false
  #wait: Promise<unknown> | null = null
  readonly part: Part

  constructor() {
    this.part = definePart({
      name: 'rival',
      transaction: {
        begin: async () => {
          // Of the run after it.
          if (this.met > 0) await this.#wait
        },
        beforeCommit: async () => {
          if (!this.#isArmed) return
          this.#isArmed = false
          this.met++
          throw new TransactionConflict('Another one was first')
        },
      },
    })
  }

  arm(): void {
    this.#isArmed = true
  }

  /** And the run after it takes so many milliseconds. */
  delay(ms: number): void {
    this.#wait = new Promise((resolve) => setTimeout(resolve, ms))
    this.arm()
  }
}

test('MFA-3: a login goes on by its pre-token where its commit met another, and the token is used up', async () => {
  const rival = new Rival()
  await using world = new FactorWorld({ parts: [rival.part] })
  const ada = await world.enrol(ADA)
  const pre = await world.preTokenOf(ADA)
  const code = codeAt(ada.secret, world.at)
  rival.arm()
  expect(await world.verify(pre, code)).toMatchObject({ status: 200 })
  expect(rival.met).toBe(1)
  expect((await world.verify(pre, ada.codes[0] ?? '')).code).toBe('invalid_pre_token')
})

test('MFA-3: so do the answers of passkeys, each of which is taken once', async () => {
  const rival = new Rival()
  await using world = new PasskeyWorld({}, { parts: [rival.part] })
  const token = await world.person(ADA)
  const passkey = device()
  const json = { current_password: 'unused' }
  rival.arm()
  const added = await world.add(token, passkey)
  expect([rival.met, added.token]).toEqual([1, expect.stringMatching(/^tfl_at_/)])
  const { step, options } = await world.ask('/passkeys/login/start', json)
  const login = { step, response: passkey.get(options) }
  rival.arm()
  expect(tokenOf(await world.post('/passkeys/login', login))).toMatch(/^tfl_at_/)
  expect(rival.met).toBe(2)
  expect((await world.post('/passkeys/login', login)).code).toBe('passkey_refused')
})

test('SES-8: whoever signs in anew is not thrown out by the end of the session that he leaves', async () => {
  const rival = new Rival()
  await using world = new FactorWorld({ parts: [rival.part] })
  const ada = await world.enrol(ADA)
  const session = await world.signIn(ada)
  // The first run ends the session, and is taken back.
  // Longer than it takes to find out of a call that goes on that its session is over.
  rival.delay(2_000)
  const fresh = await world.post('/mfa/step-up', { code: codeAt(ada.secret, world.at) }, session)
  expect(fresh).toMatchObject({ status: 200 })
  expect((await world.post('/logout', {}, session)).status).toBe(401)
  expect((await world.post('/logout', {}, tokenOf(fresh))).status).toBe(204)
})
