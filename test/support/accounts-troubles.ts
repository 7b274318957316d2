import { expect } from 'vitest'
import { type AccountsApp, ADA, PASSWORD } from '../accounts/accounts-app.ts'

/** What came of one round of calls while the database had other troubles. */
export interface Round {
  readonly statuses: number[]
  /** Access tokens that were given. */
  readonly tokens: string[]
  /** Addresses whose registration was accepted. */
  readonly accepted: string[]
  refresh: string
}

/**
 * Right and wrong logins, a renewal and a registration at once, as a crowd does. Whatever is away, nobody with a
 * wrong password is let in, and no answer is a crash.
 */
export async function round(it: AccountsApp, refresh: string, name: string): Promise<Round> {
  const made: Round = { statuses: [], tokens: [], accepted: [], refresh }
  const take = (status: number) => {
    made.statuses.push(status)
    expect([200, 202, 400, 401, 429, 500, 503]).toContain(status)
  }
  const right = async () => {
    const { status, body } = await it.post('/login', { email: ADA, password: PASSWORD })
    take(status)
    if (status === 200) made.tokens.push(String(body['access_token']))
  }
  const wrong = async () => {
    const { status } = await it.post('/login', { email: ADA, password: 'wrong and wronger' })
    take(status)
    expect(status).not.toBe(200)
  }
  const renew = async () => {
    const { status, body } = await it.post('/refresh', { refresh_token: refresh })
    take(status)
    if (status === 200) made.refresh = String(body['refresh_token'])
  }
  const register = async () => {
    const email = `${name}@example.com`
    const { status } = await it.post('/register', { email, password: PASSWORD })
    take(status)
    if (status === 202) made.accepted.push(email)
  }
  await Promise.all([right(), wrong(), renew(), register()])
  return made
}

/** Once the trouble is over: what was given is good, what was accepted is there, and all goes on. */
export async function allIsWell(it: AccountsApp, rounds: readonly Round[]): Promise<void> {
  for (const token of rounds.flatMap(({ tokens }) => tokens)) {
    expect((await it.me(token)).status).toBe(200)
  }
  const refresh = rounds.at(-1)?.refresh ?? ''
  const { status } = await it.post('/refresh', { refresh_token: refresh })
  expect(status).toBe(200)
  expect((await it.post('/login', { email: ADA, password: PASSWORD })).status).toBe(200)
  for (const email of rounds.flatMap(({ accepted }) => accepted)) {
    const token = await it.tokenFor(email)
    expect((await it.post('/verify-email', { token })).status).toBe(200)
    expect((await it.post('/login', { email, password: PASSWORD })).status).toBe(200)
  }
}
