import { ImproperlyConfigured } from '../../../index.ts'
import { type Environment, isThisMachine, listenAddress } from '../../../inner.ts'
import type { AccountsValues } from '../accounts-options.ts'
import { consoleMailer } from './console-mailer.ts'
import type { Mailer } from './mailer.ts'
import { mailerOf } from './smtp-mailer.ts'

/** Where pages are while an app is written that has none of its own: where most tools serve them. */
const DEVELOPMENT_URL = 'http://localhost:3000'
const DEVELOPMENT_PORT = 8000

/**
 * The one that was given, else SMTP where a server is named, else, while the app is written, the console.
 *
 * @param mode `TREFOIL_ENV`
 * @throws ImproperlyConfigured in production, where nothing would send, or print what opens accounts
 */
export function chooseMailer({ mailer, smtp }: AccountsValues, mode: string | undefined): Mailer {
  const isProduction = !isDevelopment(mode)
  if (mailer !== null) {
    const risks: unknown = mailer.risks ?? []
    if (!Array.isArray(risks)) {
      throw new ImproperlyConfigured('accounts(): mailer.risks must be a list of { code, message }')
    }
    const [risk] = mailer.risks ?? []
    if (!isProduction || risk?.code !== 'accounts_console_mailer') return mailer
    throw new ImproperlyConfigured(risk.message)
  }
  if (smtp !== null) return mailerOf(smtp)
  if (!isProduction) return consoleMailer()
  throw new ImproperlyConfigured(
    'accounts(): nothing sends its mails: set TREFOIL_AUTH_SMTP_HOST and TREFOIL_AUTH_SMTP_FROM, or give it a mailer',
  )
}

/**
 * Never learned from a request: whoever sends one would choose where the links of others lead.
 *
 * @throws ImproperlyConfigured in production, where nobody said it
 */
export function chooseAppUrl({ appUrl, pages }: AccountsValues, env: Environment): string {
  if (appUrl !== null) return appUrl
  if (isDevelopment(env['TREFOIL_ENV'])) {
    // Pages of ours are where the app listens. A free port is not known yet.
    if (pages === null) return DEVELOPMENT_URL
    return `http://localhost:${listenAddress({}, env).port || DEVELOPMENT_PORT}`
  }
  throw new ImproperlyConfigured(
    'accounts(): appUrl is missing: set TREFOIL_AUTH_APP_URL to the origin of your pages, such as https://app.example.com',
  )
}

/**
 * Where nobody says what the app runs as, it is somebody's desk as long as nobody else can reach it (BOOT-3).
 *
 * @param host where it is about to listen; `null` where no server of Trefoil's does
 * @throws ImproperlyConfigured where others could
 */
export function refusePrinting(
  mailer: Mailer,
  mode: string | undefined,
  host: string | null,
): void {
  const prints = mailer.risks?.some(({ code }) => code === 'accounts_console_mailer') === true
  if (!prints || mode === 'development' || mode === 'test' || host === null || isThisMachine(host))
    return
  throw new ImproperlyConfigured(
    'accounts(): its mails would be printed, and others can reach this server: set TREFOIL_AUTH_SMTP_HOST and ' +
      'TREFOIL_AUTH_SMTP_FROM, give it a mailer, or set TREFOIL_ENV=development',
  )
}

/** `prod`, `staging` and whatever else is served to people must not be taken for somebody's desk (S-ENV-2). */
export function isDevelopment(mode: string | undefined): boolean {
  return mode === undefined || mode === '' || mode === 'development' || mode === 'test'
}
