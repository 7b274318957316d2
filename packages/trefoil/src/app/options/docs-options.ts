import { flag, orNull, record } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import { valueKind } from '../../contract/options/value-kind.ts'

/** `createApp({ docs })`: the pages about the API, and who may see them. */
export interface DocsOptions {
  /** Path of the OpenAPI document, `null` for none. Default `/openapi.json`. */
  readonly openapiPath?: string | null
  /** Path of the API documentation, `null` for none. Default `/docs`. */
  readonly path?: string | null
  /** Serve the documentation without authentication. Default false: it is behind its surface's. */
  readonly public?: boolean
  /** What tags are about, in the order in which the documentation shows them. Default none. */
  readonly tags?: Readonly<Record<string, string>>
}

/** {@link DocsOptions} after reading. */
export type DocsValues = Values<DocsOptions>

/** A path as it is, from the root (APP-9). */
export const literalPath: OptionKind<string> = {
  words: 'text',
  fromText: (value) => ({ value }),
  read(value) {
    if (typeof value !== 'string') return { mistake: `must be a path, got ${valueKind(value)}` }
    if (!value.startsWith('/')) return { mistake: "must start with '/'" }
    return /[?#{}]/.test(value)
      ? { mistake: 'must be a literal path without query string or fragment' }
      : { value }
  },
}

/** The rows of {@link DocsOptions}. */
export const DOCS: OptionGroup<DocsOptions, DocsValues> = {
  name: 'docs',
  prefix: 'TREFOIL_DOCS',
  rows: {
    openapiPath: {
      read: orNull(literalPath),
      default: '/openapi.json',
      variable: true,
      doc: 'Path of the OpenAPI document; `null` for none.',
    },
    path: {
      read: orNull(literalPath),
      default: '/docs',
      variable: true,
      doc: 'Path of the API page; `null` for none. Needs `openapiPath`.',
    },
    public: {
      read: flag,
      default: false,
      variable: true,
      doc: 'Serves these two and `mcp.docsPath` without authentication. `validateProduction()` refuses it.',
    },
    tags: {
      read: record("{ Orders: '…' }", (_, value) =>
        typeof value === 'string' && value !== ''
          ? null
          : `must be non-empty text, got ${valueKind(value)}`,
      ),
      default: {},
      doc: 'What tags are about, by name, in the order in which the documentation shows them.',
    },
  },
}
