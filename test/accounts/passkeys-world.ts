import type { AccountsOptions } from '../../packages/trefoil/src/accounts.ts'
import { type Forged, SoftwarePasskey } from '../support/software-passkey.ts'
import { type Answer, PASSWORD, tokenOf, World, type WorldOptions } from './accounts-world.ts'

export const ORIGIN = 'http://localhost:3000'
export const ADA = 'ada@example.com'
export const BOB = 'bob@example.com'

/** A question of ours. */
export interface Asked {
  readonly step: string
  readonly options: Readonly<Record<string, unknown>>
}

/** An app with passkeys, people in it, and devices of theirs. */
export class PasskeyWorld extends World {
  constructor(given: Partial<AccountsOptions> = {}, more: Omit<WorldOptions, 'accounts'> = {}) {
    super({ ...more, accounts: { passkeys: {}, mfa: { recoveryCodes: 1 }, ...given } })
  }

  /** @returns the access token */
  async person(email: string): Promise<string> {
    await this.register(email, PASSWORD)
    return this.login(email, PASSWORD)
  }

  async ask(path: string, json: object = {}, token?: string): Promise<Asked> {
    const { body, status } = await this.post(path, json, token)
    if (status !== 200) throw new Error(`Nothing was asked: ${status} ${JSON.stringify(body)}`)
    return body as unknown as Asked
  }

  /** Adds a passkey. @returns the access token of now, and its id */
  async add(
    token: string,
    passkey: SoftwarePasskey,
    name?: string,
  ): Promise<{ readonly token: string; readonly id: string }> {
    const asked = await this.ask('/passkeys/register/start', { current_password: PASSWORD }, token)
    const json = { step: asked.step, response: passkey.create(asked.options), name }
    const answer = await this.post('/passkeys/register', json, token)
    const { id } = Object(answer.body['passkey'])
    return { token: tokenOf(answer), id: String(id) }
  }

  /** @returns the access token of the session that is fresh */
  async stepUp(token: string, passkey: SoftwarePasskey): Promise<string> {
    const { step, options } = await this.ask('/passkeys/step-up/start', {}, token)
    const json = { step, response: passkey.get(options) }
    return tokenOf(await this.post('/passkeys/step-up', json, token))
  }

  /** Signs in by one. */
  async enterBy(passkey: SoftwarePasskey, forged: Forged = {}, json: object = {}): Promise<Answer> {
    const { step, options } = await this.ask('/passkeys/login/start')
    return this.post('/passkeys/login', { step, response: passkey.get(options, forged), ...json })
  }
}

export function device(): SoftwarePasskey {
  return new SoftwarePasskey(ORIGIN)
}
