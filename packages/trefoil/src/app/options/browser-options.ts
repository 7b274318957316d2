import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import { type CspDirectives, formatCsp } from '../../policy/content-security-policy.ts'
import { CORS, type CorsOptions, type CorsValues } from '../../policy/cors-options.ts'
import { CSRF, type CsrfOptions, type CsrfValues } from '../../policy/csrf.ts'
import { HSTS, type HstsOptions, type HstsValues } from '../../policy/security-headers.ts'

/** `createApp({ browser })`: what browsers are told, and what pages of other origins may do. */
export interface BrowserOptions {
  /** Pages of other origins that may read answers. Default none. */
  readonly cors?: CorsOptions
  /** Protection of calls that browsers authenticate by themselves; `false` for none. Default on. */
  readonly csrf?: CsrfOptions | false
  /** Content-Security-Policy of every answer; the constant `NONCE` among the sources stands for a fresh nonce. */
  readonly contentSecurityPolicy?: string | CspDirectives
  /** Strict-Transport-Security over https; `false` for none. Default one year, two in `web`. */
  readonly hsts?: HstsOptions | false
}

/** {@link BrowserOptions} after reading. */
export type BrowserValues = Values<
  BrowserOptions,
  {
    readonly cors: CorsValues | null
    readonly csrf: CsrfValues | false
    readonly contentSecurityPolicy: string | null
    readonly hsts: HstsValues | false | null
  }
>

/** The rows of {@link BrowserOptions}. */
export const BROWSER: OptionGroup<BrowserOptions, BrowserValues> = {
  name: 'browser',
  prefix: 'TREFOIL_BROWSER',
  rows: {
    cors: {
      group: CORS,
      default: null,
      doc: 'Pages of other origins that may read answers, see [CORS](edge.md#cors).',
    },
    csrf: {
      group: CSRF,
      default: {},
      off: true,
      shown: 'on',
      doc: 'Protection of calls that browsers authenticate by themselves, see [cross-site requests](edge.md#cross-site-requests); `false` for none.',
    },
    contentSecurityPolicy: {
      read: {
        words: 'text',
        fromText: (value) => ({ value }),
        // It refuses what is neither, in words of its own.
        read: (value) => ({ value: formatCsp(value as string | CspDirectives) }),
      },
      default: null,
      shown: 'none; a policy in `web`',
      variable: true,
      doc: "Content-Security-Policy of every answer, as text or directives. `'nonce-{nonce}'` stands for a fresh nonce, `call.cspNonce`, see [policies](edge.md#content-security-policy).",
    },
    hsts: {
      group: HSTS,
      default: null,
      off: true,
      shown: 'one year; two in `web`',
      doc: 'Strict-Transport-Security over https; `false` for none.',
    },
  },
}
