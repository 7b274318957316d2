import type { KeyMaterial, KeyRing } from '../../auth.ts'
import type { Clock, Duration } from '../../index.ts'
import { keyOption } from '../../inner.ts'
import { kinds, type OptionGroup, systemClock, type Values } from '../../parts.ts'
import type { SpentTokens } from '../../stores.ts'
import type { PagesTheme } from './look/theme.ts'
import type { TextsByLanguage } from './texts/texts.ts'

/** Options of {@link pages}. */
export interface PagesOptions {
  /** Signs forms: a secret of at least 32 bytes, or a `keyRing(current, previous)`. Default `TREFOIL_AUTH_JWT__SECRET`. */
  readonly keys?: KeyMaterial | KeyRing
  /** Name, logo and colour. */
  readonly theme?: PagesTheme
  /** Languages that pages are in, the first where none fits. Default `en`, `de`. */
  readonly languages?: readonly string[]
  /** Texts of the app by language, and others in the place of those there are. Default none. */
  readonly texts?: TextsByLanguage
  /** Path of the page to sign in at: whoever is nobody is sent there, with `?next=`. Default none. */
  readonly signIn?: string
  /** Paths of pages by the code of the problem that they help with, such as a login that is not fresh. Default none. */
  readonly leads?: Readonly<Record<string, string>>
  /** Where pages of problems lead: the start page. Default `/`. */
  readonly home?: string
  /** How long a form may be filled in. Default `1h`. */
  readonly formLifetime?: Duration
  /** Cookies over https and on `localhost` alone. Default true. */
  readonly secure?: boolean
  /** Where forms that may be sent `once` are noted. Default this process. */
  readonly spent?: SpentTokens
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

/** {@link PagesOptions} after reading. */
export type PagesValues = Values<
  PagesOptions,
  {
    readonly keys: KeyMaterial | KeyRing | null
    readonly signIn: string | null
    readonly formLifetime: number
    readonly spent: SpentTokens | null
  }
>

const PATH = /^\/(?!\/)[A-Za-z0-9._~/-]*$/

const path = {
  ...kinds.kind('a path such as /sign-in', (value): value is string => {
    return typeof value === 'string' && PATH.test(value)
  }),
  fromText: (value: string) => ({ value }),
}

/** The rows of {@link PagesOptions}. */
export const PAGES: OptionGroup<PagesOptions, PagesValues> = {
  name: 'pages()',
  prefix: 'TREFOIL_PAGES',
  rows: {
    keys: {
      read: keyOption,
      default: null,
      shown: '`TREFOIL_AUTH_JWT__SECRET`',
      doc: 'Signs forms: a secret of at least 32 bytes, or a `keyRing(current, previous)`.',
    },
    theme: {
      read: kinds.kind('an object such as { accent: "#1f6b3a" }', isObject<PagesTheme>),
      default: {},
      shown: "the app's name, green",
      doc: '`name`, `logo` (an SVG as text, or a path) and `accent` (a colour that can be read on white).',
    },
    languages: {
      read: kinds.list(),
      default: ['en', 'de'],
      variable: true,
      doc: 'Languages that pages are in; the first where none fits the browser.',
    },
    texts: {
      read: kinds.kind('an object of texts by language', isObject<TextsByLanguage>),
      default: {},
      doc: 'Texts of the app by language and key, and others in the place of those there are.',
    },
    signIn: {
      read: path,
      default: null,
      shown: 'none',
      variable: true,
      doc: 'Path of the page to sign in at: whoever is nobody is sent there, with `?next=`.',
    },
    leads: {
      read: kinds.record<string>('{ fresh_login_required: "/sign-in" }', (_, value) =>
        typeof value === 'string' && PATH.test(value) ? null : 'must be a path such as /sign-in',
      ),
      default: {},
      doc: 'Paths of pages by the code of the problem that they help with.',
    },
    home: { read: path, default: '/', variable: true, doc: 'Where pages of problems lead.' },
    formLifetime: {
      read: kinds.duration,
      default: '1h',
      variable: true,
      doc: 'How long a form may be filled in.',
    },
    secure: {
      read: kinds.flag,
      default: true,
      variable: true,
      risk: (secure) =>
        secure
          ? null
          : {
              code: 'insecure_cookie',
              message: 'pages(): secure must be true: cookies of forms travel unencrypted',
            },
      doc: 'Cookies over https and on `localhost` alone.',
    },
    spent: {
      read: kinds.kind('a store such as sqlSpentTokens(data)', isObject<SpentTokens>),
      default: null,
      shown: 'this process',
      doc: 'Where forms that may be sent `once` are noted.',
    },
    clock: {
      read: kinds.clock,
      default: systemClock,
      shown: "the machine's",
      doc: 'Source of time.',
    },
  },
}

function isObject<Value>(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
