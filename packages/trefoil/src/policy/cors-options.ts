import type { Duration } from '../base/duration.ts'
import { flag, list, seconds, text } from '../contract/options/kinds.ts'
import type { OptionKind } from '../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../contract/options/option-rows.ts'
import { originMistake } from '../web/origin.ts'
import { isToken } from '../web/raw-headers.ts'

/** Which browser pages may read answers. CORS grants reading; it never authenticates. */
export interface CorsOptions {
  /** Exact origins, such as `https://app.example.com`; `*` for every one. */
  readonly allowedOrigins?: readonly string[]
  /**
   * A regular expression that a whole origin must match; anchored whether it says so or not. With
   * credentials not one that matches everybody's.
   */
  readonly allowedOriginPattern?: string
  /** Default DELETE GET HEAD OPTIONS PATCH POST PUT. */
  readonly allowedMethods?: readonly string[]
  /** Request headers a page may send; none or `*` reflects what it asks for. */
  readonly allowedHeaders?: readonly string[]
  /** Response headers a page may read. Default none. */
  readonly exposeHeaders?: readonly string[]
  /** Let pages send cookies; not together with `*`. Default false. */
  readonly allowCredentials?: boolean
  /** How long a preflight may be remembered, in whole seconds: text such as `10m`. Default: not said. */
  readonly maxAge?: Duration
  /** Answer preflights from public pages to this server in a private network. Default false. */
  readonly allowPrivateNetwork?: boolean
}

/** {@link CorsOptions} after reading. */
export type CorsValues = Values<
  CorsOptions,
  { readonly allowedOriginPattern: string | null; readonly maxAge: number | null }
>

const METHODS: readonly string[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']

const headers = list((name) => (isToken(name) ? null : 'is not a valid HTTP header name'))
const tokens = list((method) => (isToken(method) ? null : 'is not a valid HTTP method'))

/** `*` is every method, which is the default; with credentials browsers take it for a name. */
const methods: OptionKind<readonly string[]> = {
  ...tokens,
  fromText: (word) =>
    word === '*' ? { value: METHODS } : (tokens.fromText?.(word) ?? { value: [word] }),
}

/** The rows of {@link CorsOptions}. */
export const CORS: OptionGroup<CorsOptions, CorsValues> = {
  name: 'browser.cors',
  prefix: 'TREFOIL_BROWSER_CORS',
  subject: ['allowedOrigins', 'allowedOriginPattern'],
  rows: {
    allowedOrigins: {
      read: list((origin) => (origin === '*' ? null : originMistake(origin))),
      default: [],
      variable: true,
      doc: 'Origins whose pages may read answers, such as `https://app.example.com`; `*` for every one.',
    },
    allowedOriginPattern: {
      read: text,
      default: null,
      variable: true,
      doc: 'A regular expression that a whole origin must match. With credentials not one that matches everybody’s.',
    },
    allowedMethods: {
      read: methods,
      default: METHODS,
      shown: 'every method',
      variable: true,
      doc: 'Methods that a page may use; the variable may say `*` for every one.',
    },
    allowedHeaders: {
      read: headers,
      default: [],
      shown: 'what a page asks for',
      variable: true,
      doc: 'Request headers that a page may send; none or `*` grants what it asks for.',
    },
    exposeHeaders: {
      read: headers,
      default: [],
      variable: true,
      doc: 'Response headers that a page may read.',
    },
    allowCredentials: {
      read: flag,
      default: false,
      variable: true,
      doc: 'Lets pages send cookies; not together with `*`.',
    },
    maxAge: {
      read: seconds(),
      default: null,
      shown: 'not said',
      variable: true,
      doc: 'How long a browser may remember a preflight, in whole seconds.',
    },
    allowPrivateNetwork: {
      read: flag,
      default: false,
      doc: 'Answers preflights from public pages to this server in a private network.',
    },
  },
}
