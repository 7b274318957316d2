import type { Authenticator } from '../../auth.ts'
import type { Logger } from '../../index.ts'
import { risksOfSecrets } from '../../inner.ts'
import { definePart, type Part, processEnvironment, readOptions } from '../../parts.ts'
import { sqlAttempts } from '../../stores.ts'
import { AccountKeys } from './account-keys.ts'
import { AccountStore } from './account-store.ts'
import { accountTables } from './account-tables.ts'
import type { AccountsHouse } from './accounts-house.ts'
import { ACCOUNTS, type AccountsOptions } from './accounts-options.ts'
import { accountsProblems } from './accounts-problems.ts'
import { ChallengeStore } from './challenge-store.ts'
import { FLOW_GRAPH } from './flow-graph.ts'
import { KnownClients } from './flows/known-clients.ts'
import { makeLocks } from './lockout/make-locks.ts'
import { unlockedAccounts } from './lockout/unlocked-accounts.ts'
import { mailRoom } from './mail/mail-room.ts'
import { makeMfa } from './mfa/make-mfa.ts'
import { operatorCommands } from './operators/operator-commands.ts'
import { FORM_ACTIONS } from './pages/account-pages.ts'
import { makePages } from './pages/make-pages.ts'
import { makePasskeys } from './passkeys/make-passkeys.ts'
import { makeGate, PASSWORD_VARIABLES } from './passwords/make-gate.ts'
import { PROVIDER_VARIABLES } from './providers/known-providers.ts'
import { providerRoom } from './providers/provider-room.ts'
import { ringOfKeys } from './read-keys.ts'
import { makeLoginSessions } from './sessions/make-login-sessions.ts'

/** Each asks for what proves its caller; whether agents may act as operators is the app's to say. */
const OWN_STEPS: readonly string[] = [
  ...FLOW_GRAPH.filter(({ proof }) => proof !== 'operator').map(({ name }) => name),
  ...FORM_ACTIONS,
]

/** The part of {@link accounts}, and what the app does with it. */
export interface Accounts extends Part {
  /** Who is signed in: `auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }]`. */
  readonly sessionAuth: Authenticator
}

/**
 * Accounts of people: registration, login, sessions, passwords, and what mails prove.
 *
 * @throws ImproperlyConfigured naming the option or the variable that is wrong
 */
export function accounts(options: AccountsOptions): Accounts {
  const env = processEnvironment()
  const values = readOptions(ACCOUNTS, options, { env })
  const { data, clock, prefix } = values
  const ring = ringOfKeys(values.keys, env)
  const keys = new AccountKeys(ring)
  data.tables('accounts', accountTables(data.dialect))
  const store = new AccountStore(data)
  const challenges = new ChallengeStore(data, keys, clock)
  const mail = mailRoom({ values, data, clock, keys, accounts: store, challenges, env })
  let appName: string | null = null
  let log: Logger | null = null
  const made = makeLocks(sqlAttempts(data), keys, values.lockout, clock)
  const clients = new KnownClients(values.clients, values.requireClient)
  const { audit } = values
  const factors = makeMfa({ values: values.mfa, data, keys, clock, audit })
  const sessions = makeLoginSessions({
    gate: factors.mfa,
    values,
    data,
    accounts: store,
    clients,
    keys,
    clock,
    audit,
    mails: mail.outbox,
  })
  const passkeys = makePasskeys({
    values,
    data,
    clock,
    accounts: store,
    mails: mail.outbox,
    ...factors,
    env,
  })
  const pages = makePages(values, ring)
  const house: AccountsHouse = {
    appName: () => appName,
    values,
    data,
    clock,
    keys,
    accounts: store,
    challenges,
    clients,
    ...factors,
    passkeys: passkeys.passkeys,
    sessions,
    mails: mail.outbox,
    passwords: makeGate(
      values,
      () => (appName === null ? [] : [appName]),
      (err) =>
        log?.error({ err }, 'A stored password cannot be compared: its owner has to reset it'),
    ),
    links: mail.links,
    locks: made.locks,
    providers: providerRoom({ values, data, clock, keys, env }),
  }
  return definePart(
    {
      name: 'accounts',
      parts: [mail.jobs, ...pages.parts],
      options: ACCOUNTS,
      problems: accountsProblems,
      risks: () => [
        ...risksOfSecrets('keys of accounts()', [ring.current, ...ring.previous]),
        ...mail.risks(),
      ],
      variables: [...PASSWORD_VARIABLES, ...PROVIDER_VARIABLES],
      start: (app) => {
        appName = app.name
        log = app.log
        mail.start(app)
        passkeys.start(app)
      },
      commands: [...operatorCommands(house), ...made.commands(unlockedAccounts(house))],
      asksNobody: OWN_STEPS,
      actions: (routes) => {
        for (const step of FLOW_GRAPH) {
          step.register(pages.routesOf(routes, step), `${prefix}${step.path}`, house)
        }
        pages.register(routes, house)
      },
    },
    { sessionAuth: sessions.authenticator },
  )
}
