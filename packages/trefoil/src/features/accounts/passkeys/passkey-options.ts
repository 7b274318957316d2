import { type Duration, ImproperlyConfigured } from '../../../index.ts'
import { kinds, type OptionGroup, type Values } from '../../../parts.ts'

/** Signing in with a passkey; off unless it is given. */
export interface PasskeyOptions {
  /** Domain that passkeys are made for, such as `example.com`. Default the host of `appUrl`. */
  readonly rpId?: string
  /** Origins of the pages that ask for them, such as `https://app.example.com`. Default that of `appUrl`. */
  readonly origins?: readonly string[]
  /** What devices call the app. Default its name. */
  readonly name?: string
  /** How many an account may have. Default 20. */
  readonly most?: number
  /** How long an answer to a challenge is waited for. Default `5m`. */
  readonly challengeLifetime?: Duration
}

/** {@link PasskeyOptions} after reading; durations are milliseconds. */
export type PasskeyValues = Values<
  PasskeyOptions,
  { rpId: string | null; origins: readonly string[] | null; name: string | null }
>

/** An app on a phone, which has no origin of the web: a digest of what it was signed with. */
const ANDROID = /^android:apk-key-hash:[A-Za-z0-9_-]{20,64}$/

/** The rows of {@link PasskeyOptions}. */
export const PASSKEYS: OptionGroup<PasskeyOptions, PasskeyValues> = {
  name: 'accounts(): passkeys',
  prefix: 'TREFOIL_AUTH_PASSKEYS',
  rows: {
    rpId: {
      read: kinds.orNull({
        ...kinds.kind(
          'a domain such as example.com, in lower case (an address such as 127.0.0.1 has no passkeys)',
          (value): value is string => typeof value === 'string' && isDomain(value),
        ),
        fromText: (value) => ({ value }),
      }),
      default: null,
      shown: 'the host of `appUrl`',
      variable: true,
      doc: 'Domain that passkeys are made for, such as `example.com`.',
    },
    origins: {
      read: kinds.orNull(
        kinds.list((entry) =>
          ANDROID.test(entry) || isOrigin(entry)
            ? null
            : 'an origin such as https://app.example.com (http only for localhost)',
        ),
      ),
      default: null,
      shown: 'that of `appUrl`',
      variable: true,
      doc: 'Origins of the pages that ask for them, such as `https://app.example.com`.',
    },
    name: {
      read: kinds.orNull(kinds.text),
      default: null,
      shown: 'that of the app',
      variable: true,
      doc: 'What devices call the app.',
    },
    most: {
      read: kinds.count({ least: 1, most: 100 }),
      default: 20,
      doc: 'How many an account may have.',
    },
    challengeLifetime: {
      read: kinds.duration,
      default: '5m',
      doc: 'How long an answer to a challenge is waited for.',
    },
  },
}

/** Who asks for passkeys. From the configuration alone: whoever sends a request would choose it (HTTP-3). */
export interface RelyingParty {
  /** What browsers and devices hold a passkey to: its pages are this host or below it. */
  readonly id: string
  readonly origins: readonly string[]
  /** Why no browser will make one here, in a sentence for developers; `null` where all is well. */
  readonly unusable: string | null
}

/**
 * @param appUrl where pages are, as it has been checked
 * @throws ImproperlyConfigured naming the option that does not fit the others
 */
export function relyingParty(
  { rpId, origins: given }: Pick<PasskeyValues, 'rpId' | 'origins'>,
  appUrl: string,
  isDevelopment: boolean,
): RelyingParty {
  const app = new URL(appUrl)
  const origins = given ?? [app.origin]
  if (origins.length === 0) {
    throw new ImproperlyConfigured('accounts(): passkeys.origins must name one origin at least')
  }
  const id = rpId ?? app.hostname
  if (!isDomain(id)) {
    const there = `http://localhost${app.port === '' ? '' : `:${app.port}`}`
    const unusable = `Passkeys are for domains, and browsers make none for an address: set appUrl of accounts() to ${there}, and open the pages there`
    if (isDevelopment) return Object.freeze({ id, origins, unusable })
    throw new ImproperlyConfigured(
      'accounts(): passkeys need a domain: appUrl has an address; set appUrl (TREFOIL_AUTH_APP_URL) or passkeys.rpId',
    )
  }
  for (const [index, origin] of origins.entries()) {
    if (ANDROID.test(origin)) continue
    const { hostname } = new URL(origin)
    if (hostname === id || hostname.endsWith(`.${id}`)) continue
    throw new ImproperlyConfigured(
      `accounts(): passkeys.origins: the host of number ${index + 1} must be passkeys.rpId, or below it`,
    )
  }
  return Object.freeze({ id, origins: Object.freeze([...origins]), unusable: null })
}

/** `localhost`, or labels of letters and digits of which the last is no number: no address is one. */
function isDomain(text: string): boolean {
  if (text === 'localhost') return true
  const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
  return text.length <= 253 && new RegExp(`^(?:${label}\\.)+(?!\\d+$)${label}$`).test(text)
}

function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.origin !== text) return false
  const { hostname, protocol } = url
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
  return protocol === 'https:' || (protocol === 'http:' && isLocal)
}
