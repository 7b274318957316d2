import { HOTP, Secret } from 'otpauth'
import { type Answer, PASSWORD, tokenOf, World, type WorldOptions } from './accounts-world.ts'

const STEP = 30_000

/** What an authenticator app shows at a time. */
export function codeAt(secret: string, at: number): string {
  return HOTP.generate({
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    counter: Math.floor(at / STEP),
  })
}

/** Somebody who has an authenticator app. */
export interface Enrolled {
  readonly email: string
  readonly secret: string
  readonly codes: readonly string[]
  /** Of the session that enrolled. */
  readonly token: string
}

/** People with second factors. */
export class FactorWorld extends World {
  /** Two recovery codes, where a test does not count them: each is a hash. */
  constructor({ accounts = {}, ...options }: WorldOptions = {}) {
    const mfa = { recoveryCodes: 2, ...accounts.mfa }
    super({ ...options, accounts: { passwordPolicy: { breachCheck: false }, ...accounts, mfa } })
  }

  /** Registers with a password and sets up an app. */
  async enrol(email: string): Promise<Enrolled> {
    await this.register(email, PASSWORD)
    const token = await this.login(email, PASSWORD)
    return this.enrolBy(email, token, { current_password: PASSWORD })
  }

  async enrolBy(email: string, session: string, proof: object): Promise<Enrolled> {
    const { body: started } = await this.post('/mfa/start', proof, session)
    const secret = String(started['secret'])
    const confirmed = await this.post('/mfa/confirm', { code: codeAt(secret, this.at) }, session)
    const codes = confirmed.body['codes']
    if (!Array.isArray(codes)) throw new Error(`Not enrolled: ${JSON.stringify(confirmed)}`)
    // The step is used; the next code is another one.
    this.at += STEP
    return { email, secret, codes: codes.map(String), token: tokenOf(confirmed) }
  }

  /** The first proof. @returns the pre-token */
  async preTokenOf(email: string, password: string = PASSWORD): Promise<string> {
    const answer = await this.post('/login', { username: email, password })
    const { pre_token: token } = answer.body
    if (typeof token !== 'string') throw new Error(`No pre-token: ${JSON.stringify(answer)}`)
    return token
  }

  async verify(pre_token: string, code: string, more: object = {}): Promise<Answer> {
    return this.post('/mfa/verify', { pre_token, code, ...more })
  }

  /** Signs in by both. @returns the access token */
  async signIn({ email, secret }: Pick<Enrolled, 'email' | 'secret'>): Promise<string> {
    const token = await this.preTokenOf(email)
    const answer = await this.verify(token, codeAt(secret, this.at))
    this.at += STEP
    return tokenOf(answer)
  }
}
