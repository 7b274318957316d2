import type { ByteSize } from '../../base/bytes.ts'
import { list, orNull, size } from '../../contract/options/kinds.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import { originMistake } from '../../web/origin.ts'
import { literalPath } from './docs-options.ts'

/** `createApp({ mcp })`. */
export interface McpOptions {
  /** Origins of browser pages that may use MCP; `*` for every one. Default: the exact ones of `browser.cors`. */
  readonly allowedOrigins?: readonly string[]
  /** Path of the tool documentation, `null` for none. Default `/mcp/docs`. */
  readonly docsPath?: string | null
  /** Largest tool result. Default `1mb`. */
  readonly maxResponseSize?: ByteSize
}

/** {@link McpOptions} after reading. */
export type McpValues = Values<McpOptions>

/** The rows of {@link McpOptions}. */
export const MCP: OptionGroup<McpOptions, McpValues> = {
  name: 'mcp',
  prefix: 'TREFOIL_MCP',
  rows: {
    allowedOrigins: {
      read: list((origin) => (origin === '*' ? null : originMistake(origin))),
      default: [],
      shown: 'those of `browser.cors`',
      variable: true,
      risk: (origins) =>
        origins.includes('*')
          ? { code: 'mcp_origin_wildcard', message: "mcp.allowedOrigins must not contain '*'" }
          : null,
      doc: 'Other origins whose pages may use `/mcp`; `*` for every one.',
    },
    docsPath: {
      read: orNull(literalPath),
      default: '/mcp/docs',
      variable: true,
      doc: 'Path of the tools page; `null` for none.',
    },
    maxResponseSize: {
      read: size,
      default: '1mb',
      variable: true,
      doc: 'Largest result of an MCP tool.',
    },
  },
}

/** `createApp({ cli })`. */
export interface CliOptions {
  /** Largest result of a CLI action. Default `1mb`. */
  readonly maxResponseSize?: ByteSize
}

/** {@link CliOptions} after reading. */
export type CliValues = Values<CliOptions>

/** The rows of {@link CliOptions}. */
export const CLI: OptionGroup<CliOptions, CliValues> = {
  name: 'cli',
  prefix: 'TREFOIL_CLI',
  rows: {
    maxResponseSize: {
      read: size,
      default: '1mb',
      variable: true,
      doc: 'Largest result of a CLI action, local and remote.',
    },
  },
}
