import type { Pages } from '../../../pages.ts'
import {
  kinds,
  type OptionGroup,
  type OptionKind,
  readOptions,
  type Values,
} from '../../../parts.ts'

/** The pages on which people sign in and look after their account. */
export interface AccountPagesOptions {
  /** What they are made with: a `pages()`, for a theme, other texts and pages of the app beside them. Default one of their own. */
  readonly site?: Pages
  /** Path of all of them. Default `/account`. */
  readonly path?: string
  /** Where somebody is taken who signed in and wanted nothing else before. Default the page of the account. */
  readonly home?: string
}

/** {@link AccountPagesOptions} after reading. */
export type AccountPagesValues = Values<
  AccountPagesOptions,
  { readonly site: Pages | null; readonly home: string | null }
>

const METHODS = ['page', 'form', 'go', 'addTexts', 'addLeads'] as const

const path = (words: string): OptionKind<string> =>
  kinds.kind(words, (value): value is string => {
    return typeof value === 'string' && /^(?:\/[A-Za-z0-9._~-]+)+$/.test(value)
  })

/** The rows of {@link AccountPagesOptions}. */
export const ACCOUNT_PAGES: OptionGroup<AccountPagesOptions, AccountPagesValues> = {
  name: 'accounts(): pages',
  prefix: 'TREFOIL_AUTH_PAGES',
  rows: {
    site: {
      read: kinds.orNull(
        kinds.kind('a part of pages()', (value): value is Pages => {
          const isObject = typeof value === 'object' && value !== null
          return isObject && METHODS.every((name) => typeof Reflect.get(value, name) === 'function')
        }),
      ),
      default: null,
      shown: 'one of their own',
      doc: 'What they are made with: a `pages()`, for a theme, other texts and pages of the app beside them.',
    },
    path: {
      read: path('a path such as /account'),
      default: '/account',
      doc: 'Path of all of them.',
    },
    home: {
      read: kinds.orNull(
        kinds.kind('a path such as /orders', (value): value is string => {
          return typeof value === 'string' && /^\/(?!\/)[A-Za-z0-9._~/-]*$/.test(value)
        }),
      ),
      default: null,
      shown: 'the page of the account',
      doc: 'Where somebody is taken who signed in and wanted nothing else before.',
    },
  },
}

/** `true` is all of them as they are. */
export const accountPages: OptionKind<AccountPagesValues | null> = {
  words: 'true, or an object of options',
  read(value) {
    if (value === false) return { value: null }
    const isOptions = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (value !== true && !isOptions) {
      return { mistake: "must be true, or options such as { path: '/account' }" }
    }
    return { value: readOptions(ACCOUNT_PAGES, value === true ? {} : value, { env: {} }) }
  },
}
