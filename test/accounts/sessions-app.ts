import { randomUUID } from 'node:crypto'
import { keyRing } from '../../packages/trefoil/src/auth.ts'
import { database } from '../../packages/trefoil/src/database.ts'
import { AccountKeys } from '../../packages/trefoil/src/features/accounts/account-keys.ts'
import {
  type AccountChange,
  AccountStore,
} from '../../packages/trefoil/src/features/accounts/account-store.ts'
import { accountTables } from '../../packages/trefoil/src/features/accounts/account-tables.ts'
import type { AccountsHouse } from '../../packages/trefoil/src/features/accounts/accounts-house.ts'
import {
  ACCOUNTS,
  type AccountsOptions,
} from '../../packages/trefoil/src/features/accounts/accounts-options.ts'
import { accountsProblems } from '../../packages/trefoil/src/features/accounts/accounts-problems.ts'
import { optionalField, textField } from '../../packages/trefoil/src/features/accounts/fields.ts'
import { KnownClients } from '../../packages/trefoil/src/features/accounts/flows/known-clients.ts'
import { SESSION_STEPS } from '../../packages/trefoil/src/features/accounts/flows/session-steps.ts'
import { makeMfa } from '../../packages/trefoil/src/features/accounts/mfa/make-mfa.ts'
import {
  type LoginSessionParts,
  makeLoginSessions,
} from '../../packages/trefoil/src/features/accounts/sessions/make-login-sessions.ts'
import { type CreateAppOptions, createApp } from '../../packages/trefoil/src/index.ts'
import { definePart, readOptions } from '../../packages/trefoil/src/parts.ts'

export const SECRET = 'k8Q2s0vJ4dPq7Zt1xW9aLr5uYb3nGm6c'
export const START = Date.UTC(2026, 10, 30, 12)

/** A clock that stands until it is moved; both of its hands. */
export class HeldClock {
  at = 0

  now(): number {
    return START + this.at
  }

  elapsed(): number {
    return this.at
  }

  pass(milliseconds: number): void {
    this.at += milliseconds
  }
}

export interface SessionsAppOptions {
  readonly url?: string
  readonly options?: Partial<AccountsOptions>
  readonly parts?: Partial<LoginSessionParts>
  readonly stores?: (data: LoginSessionParts['data']) => NonNullable<LoginSessionParts['stores']>
  readonly clock?: LoginSessionParts['clock']
  readonly keys?: ReturnType<typeof keyRing>
  readonly app?: Partial<CreateAppOptions>
}

/** What the room of login sessions needs of an app, and a door that signs in whoever names an account. */
export function sessionsApp(given: SessionsAppOptions = {}) {
  const { url = ':memory:', clock = new HeldClock(), keys: ring = keyRing(SECRET) } = given
  const data = database<never>({ url, migrate: 'start' })
  const values = readOptions(ACCOUNTS, { data, ...given.options } as AccountsOptions, { env: {} })
  data.tables('accounts', accountTables(data.dialect))
  const accounts = new AccountStore(data)
  const keys = new AccountKeys(ring)
  const clients = new KnownClients(values.clients, values.requireClient)
  const notices: { readonly kind: string; readonly address: string }[] = []
  const events: { readonly name: string; readonly event: unknown }[] = []
  const { mfa } = makeMfa({ values: values.mfa, data, keys, clock, audit: null })
  const sessions = makeLoginSessions({
    gate: mfa,
    values,
    data,
    accounts,
    clients,
    keys,
    clock,
    audit: {
      async append(name, event) {
        events.push({ name, event })
        return { stream: 's', seq: events.length } as never
      },
    },
    mails: {
      async notice(_unit, notice) {
        notices.push(notice)
      },
    },
    ...(given.stores === undefined ? {} : { stores: given.stores(data) }),
    ...given.parts,
  })
  const house = {
    values,
    data,
    accounts,
    clients,
    sessions,
    clock,
    mfa,
  } as unknown as AccountsHouse
  const words = optionalField(textField(64))
  const part = definePart({
    name: 'accounts',
    problems: accountsProblems,
    actions(routes) {
      for (const step of SESSION_STEPS) step.register(routes, `/auth${step.path}`, house)
      routes.post(
        '/sign-in',
        { public: true, params: { id: textField(64), mode: words, client: words } },
        async ({ id, mode, client }, call) => {
          const account = await accounts.find(id)
          if (account === null) throw accountsProblems.problem('login_bad_credentials')
          return sessions.begin(call, {
            account,
            methods: ['pwd'],
            mode: mode === 'cookie' ? 'cookie' : 'bearer',
            clientId: client ?? null,
            deviceToken: 'device-1',
          })
        },
      )
    },
  })
  const app = createApp({
    name: 'shop',
    env: {},
    ...given.app,
    auth: [{ authenticate: sessions.authenticator, surfaces: ['api', 'mcp', 'cli'] }],
    parts: [data, part],
  } as CreateAppOptions)
  app.get('/me', (_, call) => ({
    subject: call.auth?.subject,
    kind: call.auth?.kind,
    tenant: call.auth?.tenant,
    roles: [...(call.auth?.roles ?? [])],
    session: call.auth?.session,
    issued: call.auth?.issuedAt,
    expires: call.auth?.expiresAt,
  }))
  app.post('/change', () => 'changed')
  const addAccount = async (
    more: { tenant?: string; kind?: 'anonymous'; roles?: string[] } = {},
  ) => {
    const id = randomUUID()
    const { tenant = null, kind = 'person', roles = [] } = more
    await data.unit((unit) =>
      accounts.create(unit, {
        id,
        kind,
        tenant,
        email: `${id}@example.com`,
        username: null,
        roles,
        locale: null,
        password: null,
        now: START,
      }),
    )
    return id
  }
  const change = (id: string, what: Partial<AccountChange>) =>
    data.unit((unit) =>
      accounts.change(unit, id, { endsSessions: true, ...what } as AccountChange, START),
    )
  const remove = (id: string) => data.unit((unit) => accounts.remove(unit, id))
  return { app, data, accounts, sessions, clock, keys, notices, events, addAccount, change, remove }
}
