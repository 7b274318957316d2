import type { AuditLog } from '../../audit.ts'
import type { Guard, KeyMaterial, KeyRing } from '../../auth.ts'
import type { AnyDatabase } from '../../database.ts'
import type { Awaitable, Call, Clock, Duration } from '../../index.ts'
import {
  databasePart,
  LOCKOUT,
  type LockoutConfig,
  type LockoutValues,
  PasswordPolicy,
  type PasswordPolicyOptions,
} from '../../inner.ts'
import type { JobQueue } from '../../jobs.ts'
import {
  kinds,
  type OptionGroup,
  type OptionKind,
  REQUIRED,
  systemClock,
  type Values,
} from '../../parts.ts'
import type { Account } from './account.ts'
import { MAIL, type MailOptions, type MailValues } from './mail/mail-options.ts'
import type { Mailer } from './mail/mailer.ts'
import { SMTP, type SmtpOptions, type SmtpValues } from './mail/smtp-options.ts'
import { MFA, type MfaOptions, type MfaValues } from './mfa/mfa-options.ts'
import {
  type AccountPagesOptions,
  type AccountPagesValues,
  accountPages,
} from './pages/account-pages-options.ts'
import { PASSKEYS, type PasskeyOptions, type PasskeyValues } from './passkeys/passkey-options.ts'
import {
  PASSWORD_HASHING,
  type PasswordHashingOptions,
  type PasswordHashingValues,
} from './passwords/hashing-options.ts'
import type { LoginProvider } from './providers/oidc-provider.ts'
import { OAUTH, type OAuthOptions, type OAuthValues } from './providers/provider-options.ts'
import { ACCOUNT_RATES, type AccountRateOptions, type AccountRateValues } from './rate-options.ts'
import {
  LOGIN_COOKIE,
  type LoginCookieOptions,
  type LoginCookieValues,
} from './sessions/cookie-options.ts'

/** A program that signs people in by their passwords. */
export interface PasswordClient {
  /** Default none: it is public, such as an app on a phone. */
  readonly secret?: KeyMaterial
  /**
   * Whether what signs in by it is a person: true for the app's own interfaces. Default false: its callers
   * are of unknown kind.
   */
  readonly firstParty?: boolean
}

/** Options of {@link accounts}. */
export interface AccountsOptions {
  /** Where accounts are kept: `database()`, a part of the app before this one. */
  readonly data: AnyDatabase
  /** Sends the mails. Default a queue of its own in `data`. */
  readonly jobs?: JobQueue
  /** Told of what happens to accounts and sessions beside the calls themselves. Default none. */
  readonly audit?: AuditLog
  /** What links, codes and counters are derived from. Default `TREFOIL_AUTH_JWT__SECRET`, `…__OLD_SECRETS`. */
  readonly keys?: KeyMaterial | KeyRing
  /** Mixed into each password, beside its salt, and kept out of the database. Default none. */
  readonly pepper?: KeyMaterial | KeyRing
  /** Sends mail. Default `smtpMailer()` where `TREFOIL_AUTH_SMTP_HOST` is set, else the console in development. */
  readonly mailer?: Mailer
  /** The mail server, where no `mailer` is given. Default that of `TREFOIL_AUTH_SMTP_HOST`. */
  readonly smtp?: SmtpOptions
  /** What mails say, and how many of them there are. */
  readonly mail?: MailOptions
  /** Path of all flows. Default `/auth`. */
  readonly prefix?: string
  /** Pages on which people sign in and look after their account; links in mails lead to them. Default none. */
  readonly pages?: boolean | AccountPagesOptions
  /** Origin, and path if any, of the pages that links in mails lead to, such as `https://app.example.com`. */
  readonly appUrl?: string
  /** What passwords must be: a `PasswordPolicy`, or its options. Default that of NIST. */
  readonly passwordPolicy?: PasswordPolicy | PasswordPolicyOptions
  /** What a password costs whoever guesses it. */
  readonly passwordHashing?: PasswordHashingOptions
  readonly lockout?: LockoutConfig
  /** Second factors, and who is asked for one. */
  readonly mfa?: MfaOptions
  /** Signing in with a passkey, which needs `@simplewebauthn/server`. Default off. */
  readonly passkeys?: PasskeyOptions
  /** How often one address may call what everybody may call. */
  readonly rates?: AccountRateOptions
  readonly cookie?: LoginCookieOptions
  /** How long an access token is good. Default `15m`. */
  readonly accessLifetime?: Duration
  /** How long a refresh token is good that is not used. Default `7d`. */
  readonly refreshLifetime?: Duration
  /** How long a login session lives without use, in cookie mode. Default `7d`. */
  readonly idleLifetime?: Duration
  /** How long a login session lives, whatever happens. Default `30d`. */
  readonly sessionLifetime?: Duration
  /** Whether anybody can register. Default `open`. */
  readonly registration?: 'open' | 'closed'
  /** Accounts may have user names, and sign in by them; names are public by nature. Default false. */
  readonly usernames?: boolean
  /** Signing in by a link in a mail. Default false. */
  readonly magicLink?: boolean
  /** Signing in by a code in a mail. Default false. */
  readonly emailCode?: boolean
  /** Signing in with a provider, by the name that stands in its paths. Default those of the environment. */
  readonly providers?: Readonly<Record<string, LoginProvider>>
  /** Where browsers come back to from a provider, and are sent on to. */
  readonly oauth?: OAuthOptions
  /** Sessions of nobody, which keep their subject when they register. Default false. */
  readonly anonymous?: boolean
  /** Registered is verified, in development alone: no mail is waited for. Default false. */
  readonly autoVerifyInDev?: boolean
  /** Roles that accounts may have. Default none: nobody can be given one. */
  readonly roles?: readonly string[]
  /** Roles of whoever registers. Default none. */
  readonly defaultRoles?: readonly string[]
  /** Who may manage accounts over HTTP and the CLI. Default nobody: `trefoil accounts …` where the database is. */
  readonly operators?: Guard | readonly Guard[]
  /** The account's own sessions are tools as well: an agent can list and end them. Default false. */
  readonly tools?: boolean
  /** Programs that may sign people in, by client id. Default none: nobody is asked. */
  readonly clients?: Readonly<Record<string, PasswordClient>>
  /** A login without a known client is refused. Default false. */
  readonly requireClient?: boolean
  /** After all that was asked for was right and before a session begins; a throw lets nobody in. Default nothing. */
  readonly onLogin?: (account: Account, call: Call) => Awaitable<void>
  /** After a pair of tokens was renewed; a throw is logged and changes nothing. Default nothing. */
  readonly onTokenRefresh?: (account: Account, call: Call) => Awaitable<void>
  /** Language of mails to whoever has said nothing. Default `en`. */
  readonly locale?: string
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

/** {@link AccountsOptions} after reading; durations are milliseconds. */
export type AccountsValues = Values<
  AccountsOptions,
  {
    jobs: JobQueue | null
    audit: AuditLog | null
    keys: unknown
    pepper: unknown
    mailer: Mailer | null
    smtp: SmtpValues | null
    mail: MailValues
    pages: AccountPagesValues | null
    appUrl: string | null
    passwordPolicy: PasswordPolicy
    passwordHashing: PasswordHashingValues
    lockout: LockoutValues
    mfa: MfaValues
    passkeys: PasskeyValues | null
    rates: AccountRateValues
    cookie: LoginCookieValues
    oauth: OAuthValues
    operators: readonly Guard[] | null
    onLogin: ((account: Account, call: Call) => Awaitable<void>) | null
    onTokenRefresh: ((account: Account, call: Call) => Awaitable<void>) | null
  }
>

/** True for an object that has these methods. */
function has(value: unknown, methods: readonly string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    methods.every((name) => typeof Reflect.get(value, name) === 'function')
  )
}

const anything: OptionKind<unknown> = { words: 'value', read: (value) => ({ value }) }

const hook: OptionKind<((account: Account, call: Call) => Awaitable<void>) | null> = kinds.orNull(
  kinds.callable('a function of an account and a call'),
)

const OPERATORS = "a guard such as hasRole('admin'), or a list of them"

/** An empty list would be a door that is open to whoever is signed in. */
const operatorGuards: OptionKind<readonly Guard[] | null> = kinds.orNull({
  words: OPERATORS,
  read(value) {
    const guards: readonly unknown[] = Array.isArray(value) ? [...value] : [value]
    const isGood = guards.length > 0 && guards.every((guard) => has(guard, ['decide']))
    // The routes look at each of them once more.
    return isGood
      ? { value: Object.freeze(guards as readonly Guard[]) }
      : { mistake: `must be ${OPERATORS}` }
  },
})

/** The rows of {@link AccountsOptions}. */
export const ACCOUNTS: OptionGroup<AccountsOptions, AccountsValues> = {
  name: 'accounts()',
  prefix: 'TREFOIL_AUTH',
  rows: {
    data: {
      read: databasePart<AnyDatabase>(),
      default: REQUIRED,
      doc: 'Where accounts are kept: `database()`, a part of the app before this one.',
    },
    jobs: {
      read: kinds.orNull(
        kinds.kind('a part of jobQueue()', (value): value is JobQueue =>
          has(value, ['define', 'send', 'runDue']),
        ),
      ),
      default: null,
      shown: 'a queue of its own in `data`',
      doc: 'Sends the mails.',
    },
    audit: {
      read: kinds.orNull(
        kinds.kind('a part of auditLog()', (value): value is AuditLog => has(value, ['verify'])),
      ),
      default: null,
      shown: 'none',
      doc: 'Told of what happens to accounts and sessions beside the calls themselves.',
    },
    keys: {
      read: anything,
      default: null,
      shown: '`TREFOIL_AUTH_JWT__SECRET`, `…__OLD_SECRETS`',
      doc: 'What links, codes and counters are derived from.',
    },
    pepper: {
      read: anything,
      default: null,
      shown: 'none',
      doc: 'Mixed into each password, beside its salt, and kept out of the database.',
    },
    mailer: {
      read: kinds.orNull(
        kinds.kind('a mailer with send()', (value): value is Mailer => has(value, ['send'])),
      ),
      default: null,
      shown:
        '`smtpMailer()` where `TREFOIL_AUTH_SMTP_HOST` is set, else the console in development',
      doc: 'Sends mail.',
    },
    smtp: {
      group: SMTP,
      default: null,
      shown: 'that of `TREFOIL_AUTH_SMTP_HOST`',
      doc: 'The mail server, where no `mailer` is given.',
    },
    mail: { group: MAIL, default: {}, doc: 'What mails say, and how many of them there are.' },
    prefix: {
      read: kinds.kind('a path such as /auth', (value): value is string => {
        return typeof value === 'string' && /^(?:\/[A-Za-z0-9._~-]+)+$/.test(value)
      }),
      default: '/auth',
      doc: 'Path of all flows.',
    },
    pages: {
      read: accountPages,
      default: false,
      shown: 'none',
      doc: 'Pages on which people sign in and look after their account; links in mails lead to them.',
    },
    appUrl: {
      read: kinds.orNull(kinds.text),
      default: null,
      shown:
        'in development `http://localhost:3000`, with `pages` the port of the app; else required',
      variable: true,
      doc: 'Origin, and path if any, of the pages that links in mails lead to, such as `https://app.example.com`.',
    },
    passwordPolicy: {
      read: {
        words: 'object',
        read: (value) => ({
          // Looks at whatever it is given.
          value: value instanceof PasswordPolicy ? value : new PasswordPolicy(value as object),
        }),
      },
      default: {},
      shown: 'that of NIST',
      doc: 'What passwords must be: a `PasswordPolicy`, or its options.',
    },
    passwordHashing: {
      group: PASSWORD_HASHING,
      default: {},
      doc: 'What a password costs whoever guesses it.',
    },
    lockout: { group: LOCKOUT, default: {}, doc: 'When failures lock, and for how long.' },
    mfa: { group: MFA, default: {}, doc: 'Second factors, and who is asked for one.' },
    passkeys: {
      group: PASSKEYS,
      default: null,
      shown: 'off',
      doc: 'Signing in with a passkey, which needs `@simplewebauthn/server`.',
    },
    rates: {
      group: ACCOUNT_RATES,
      default: {},
      doc: 'How often one address may call what everybody may call.',
    },
    cookie: { group: LOGIN_COOKIE, default: {}, doc: 'The cookie of a login session.' },
    accessLifetime: {
      read: kinds.duration,
      default: '15m',
      variable: true,
      doc: 'How long an access token is good.',
    },
    refreshLifetime: {
      read: kinds.duration,
      default: '7d',
      variable: true,
      doc: 'How long a refresh token is good that is not used.',
    },
    idleLifetime: {
      read: kinds.duration,
      default: '7d',
      variable: true,
      doc: 'How long a login session lives without use, in cookie mode.',
    },
    sessionLifetime: {
      read: kinds.duration,
      default: '30d',
      variable: true,
      doc: 'How long a login session lives, whatever happens.',
    },
    registration: {
      read: kinds.choice(['open', 'closed']),
      default: 'open',
      variable: true,
      doc: 'Whether anybody can register.',
    },
    usernames: {
      read: kinds.flag,
      default: false,
      doc: 'Accounts may have user names, and sign in by them; names are public by nature.',
    },
    magicLink: { read: kinds.flag, default: false, doc: 'Signing in by a link in a mail.' },
    emailCode: { read: kinds.flag, default: false, doc: 'Signing in by a code in a mail.' },
    providers: {
      read: kinds.record<LoginProvider>('{ google: oidcProvider({ … }) }', () => null),
      default: {},
      shown: 'those of the environment',
      doc: 'Signing in with a provider, by the name that stands in its paths.',
    },
    oauth: {
      group: OAUTH,
      default: {},
      doc: 'Where browsers come back to from a provider, and are sent on to.',
    },
    anonymous: {
      read: kinds.flag,
      default: false,
      doc: 'Sessions of nobody, which keep their subject when they register.',
    },
    autoVerifyInDev: {
      read: kinds.flag,
      default: false,
      variable: true,
      doc: 'Registered is verified, in development alone: no mail is waited for.',
    },
    roles: {
      read: kinds.list(),
      default: [],
      shown: 'none',
      doc: 'Roles that accounts may have.',
    },
    defaultRoles: {
      read: kinds.list(),
      default: [],
      shown: 'none',
      doc: 'Roles of whoever registers.',
    },
    operators: {
      read: operatorGuards,
      default: null,
      shown: 'nobody: `trefoil accounts …` where the database is',
      doc: 'Who may manage accounts over HTTP and the CLI.',
    },
    tools: {
      read: kinds.flag,
      default: false,
      doc: "The account's own sessions are tools as well: an agent can list and end them.",
    },
    clients: {
      read: kinds.record<PasswordClient>('{ web: { firstParty: true } }', () => null),
      default: {},
      shown: 'none: nobody is asked',
      doc: 'Programs that may sign people in, by client id.',
    },
    requireClient: {
      read: kinds.flag,
      default: false,
      variable: true,
      doc: 'A login without a known client is refused.',
    },
    onLogin: {
      read: hook,
      default: null,
      shown: 'nothing',
      doc: 'After all that was asked for was right and before a session begins; a throw lets nobody in.',
    },
    onTokenRefresh: {
      read: hook,
      default: null,
      shown: 'nothing',
      doc: 'After a pair of tokens was renewed; a throw is logged and changes nothing.',
    },
    locale: {
      read: kinds.text,
      default: 'en',
      variable: true,
      doc: 'Language of mails to whoever has said nothing.',
    },
    clock: {
      read: kinds.clock,
      default: systemClock,
      shown: "the machine's",
      doc: 'Source of time.',
    },
  },
}
