import { Secret, TOTP } from 'otpauth'
import type { MfaOptions } from '../../packages/trefoil/src/accounts.ts'
import { PASSWORD, World, type WorldOptions } from './accounts-world.ts'

/** What came of a call that signs in, with all that could have been given away. */
export interface Entered {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Headers
  /** Access token, or the cookies as a browser sends them back; `null` for nobody signed in. */
  readonly who: Readonly<Record<string, string>> | null
}

/** How somebody signs in. */
export type Way = 'password' | 'magic_link' | 'email_code'
export type Mode = 'bearer' | 'cookie'

export const WAYS: readonly Way[] = ['password', 'magic_link', 'email_code']

/** Somebody's phone. */
export interface Phone {
  readonly secret: string
  readonly codes: readonly string[]
}

/** People with second factors. */
export class GateWorld extends World {
  /** Of the database. */
  readonly url: string | undefined

  constructor(mfa: MfaOptions = {}, options: WorldOptions = {}) {
    // Nobody outside is asked by a test.
    const passwordPolicy = { breachCheck: false }
    super({ ...options, accounts: { mfa, passwordPolicy, ...options.accounts } })
    this.url = options.url
  }

  /** A call below the prefix; cookies and all. */
  async call(path: string, json: object, headers: Readonly<Record<string, string>> = {}) {
    const answer = await this.client.http.post(`/auth${path}`, { json, headers: { ...headers } })
    const body: Record<string, unknown> = answer.text === '' ? {} : JSON.parse(answer.text)
    const set = answer.headers.getSetCookie().map((line) => line.split(';')[0] ?? '')
    const cookie = set.find((one) => one.startsWith('__Host-trefoil_login='))
    const token = body['access_token']
    const who =
      typeof token === 'string'
        ? { authorization: `Bearer ${token}` }
        : cookie === undefined
          ? null
          : { cookie: set.join('; ') }
    return { status: answer.status, body, headers: answer.headers, who } satisfies Entered
  }

  /** The first proof, which may be all that is needed. */
  async enterBy(
    way: Way,
    email: string,
    mode: Mode = 'bearer',
    headers: Readonly<Record<string, string>> = {},
    more: object = {},
  ): Promise<Entered> {
    this.at += 2000
    if (way === 'password') {
      return this.call('/login', { email, password: PASSWORD, mode, ...more }, headers)
    }
    if (way === 'magic_link') {
      await this.post('/magic-link', { email })
      const token = await this.linkTo(email, 'magic-link')
      return this.call('/magic-link/confirm', { token, mode }, headers)
    }
    const { body } = await this.post('/email-code', { email })
    const code = await this.codeTo(email)
    return this.call('/email-code/confirm', { challenge: body['challenge'], code, mode }, headers)
  }

  /** Somebody with a password, who has proved the mailbox. */
  async person(email: string): Promise<void> {
    await this.register(email, PASSWORD)
  }

  /** Sets up an authenticator app, from a session of the password. */
  async enrol(email: string): Promise<Phone> {
    const { who } = await this.enterBy('password', email)
    const start = await this.call('/mfa/start', { current_password: PASSWORD }, who ?? {})
    const secret = String(start.body['secret'])
    const done = await this.call('/mfa/confirm', { code: this.codeOf({ secret }) }, who ?? {})
    if (done.status !== 200) throw new Error(`No factor: ${JSON.stringify(done.body)}`)
    this.at += 31_000
    return { secret, codes: done.body['codes'] as readonly string[] }
  }

  /** What the phone shows now. */
  codeOf({ secret }: Pick<Phone, 'secret'>): string {
    return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: this.at })
  }

  /** A code that is not the one that it shows, nor those beside it. */
  wrongCode({ secret }: Pick<Phone, 'secret'>): string {
    const totp = new TOTP({ secret: Secret.fromBase32(secret) })
    const near = [-60, -30, 0, 30, 60].map((s) => totp.generate({ timestamp: this.at + s * 1000 }))
    const all = Array.from({ length: 10 }, (_, digit) => String(digit).repeat(6))
    return all.find((one) => !near.includes(one)) ?? ''
  }

  verify(
    first: Entered,
    code: string,
    headers: Readonly<Record<string, string>> = {},
    more: object = {},
  ): Promise<Entered> {
    return this.call('/mfa/verify', { pre_token: first.body['pre_token'], code, ...more }, headers)
  }

  /** Status of a door that wants somebody who is signed in. */
  async opens(who: Readonly<Record<string, string>>): Promise<number> {
    return (await this.client.http.get('/auth/me', { headers: { ...who } })).status
  }
}
