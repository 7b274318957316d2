import { type AccountsApp, accountsApp, OTHER_PASSWORD, PASSWORD } from './accounts-app.ts'

/** What an address can be, and nobody may find out. */
export const ADDRESS_STATES = [
  'wrong',
  'unknown',
  'disabled',
  'unverified',
  'no password',
  'old figures',
] as const

export type AddressState = (typeof ADDRESS_STATES)[number]

/** An account of each state. */
export async function appOfStates(name = ''): Promise<AccountsApp> {
  const it = await accountsApp({ rates: { mail: false, confirm: false } })
  for (const state of ADDRESS_STATES) {
    if (state === 'unknown') continue
    const email = addressOf(state, name)
    if (state === 'unverified') await it.post('/register', { email, password: PASSWORD })
    else await it.person(email, PASSWORD)
  }
  await it.deliver()
  const set = (state: AddressState, values: Record<string, unknown>) =>
    it.data.unit((db) =>
      db
        .updateTable('trefoil_accounts')
        .set(values)
        .where('email', '=', addressOf(state, name))
        .execute(),
    )
  await set('disabled', { disabled_at: it.at })
  await set('no password', { password: null })
  await set('old figures', { password: OLD_HASH })
  return it
}

/** Of another time: argon2id with other figures, of no password that anybody has. */
const OLD_HASH =
  '$argon2id$v=19$m=7168,t=5,p=1$c29tZXNhbHRzb21lc2FsdA$l0zVxq3rPmkJSl1JQvdVvB7CkYcAYb2cq7RT7y8zB9M'

/** The store of attempts goes by the time of its database, which no test can move. */
export async function forgetTries({ data }: AccountsApp): Promise<void> {
  await data.state.run('delete from trefoil_attempts where key <> ? returning key', [''])
}

export function addressOf(state: AddressState, name = ''): string {
  return `${state.replaceAll(' ', '-')}${name}@example.com`
}

/** The request of a flow for an address, wrong where there is something to be wrong. */
export const FLOWS = {
  login: (email: string) => ['/login', { email, password: OTHER_PASSWORD }],
  'login with an empty password': (email: string) => ['/login', { email, password: '' }],
  'login with a long password': (email: string) => [
    '/login',
    { email, password: 'x'.repeat(3000) },
  ],
  register: (email: string) => ['/register', { email, password: OTHER_PASSWORD }],
  'register with a weak password': (email: string) => ['/register', { email, password: 'short' }],
  forgot: (email: string) => ['/forgot-password', { email }],
  resend: (email: string) => ['/verify-email/resend', { email }],
} as const satisfies Record<string, (email: string) => readonly [string, Record<string, unknown>]>

export type FlowName = keyof typeof FLOWS

export const FLOW_NAMES = Object.keys(FLOWS) as FlowName[]
