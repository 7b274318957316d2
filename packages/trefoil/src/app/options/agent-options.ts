import type { ByteSize } from '../../base/bytes.ts'
import { choice, count, list, orNull, size } from '../../contract/options/kinds.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import { originMistake } from '../../web/origin.ts'
import { literalPath } from './docs-options.ts'
import {
  MCP_AUTHORIZATION,
  type McpAuthorizationOptions,
  type McpAuthorizationValues,
} from './mcp-authorization.ts'

/** `createApp({ mcp: { tools } })`. */
export interface McpToolsOptions {
  /**
   * `list`: `tools/list` has every tool that its caller sees. `search`: it has three that find, describe and call
   * the others, and those that say `listed`. Default `list`.
   */
  readonly mode?: 'list' | 'search'
}

/** {@link McpToolsOptions} after reading. */
export type McpToolsValues = Values<McpToolsOptions>

/** The rows of {@link McpToolsOptions}. */
export const MCP_TOOLS: OptionGroup<McpToolsOptions, McpToolsValues> = {
  name: 'mcp.tools',
  prefix: 'TREFOIL_MCP_TOOLS',
  rows: {
    mode: {
      read: choice(['list', 'search']),
      default: 'list',
      variable: true,
      doc: '`list` for every tool in `tools/list`, `search` for [three tools that find the others](mcp.md#many-tools).',
    },
  },
}

/** `createApp({ mcp })`. */
export interface McpOptions {
  /** Origins of browser pages that may use MCP; `*` for every one. Default: the exact ones of `browser.cors`. */
  readonly allowedOrigins?: readonly string[]
  /** Who gives tokens for the endpoint, of OAuth. */
  readonly authorization?: McpAuthorizationOptions
  /** Path of the tool documentation, `null` for none. Default `/mcp/docs`. */
  readonly docsPath?: string | null
  /** Largest tool result. Default `1mb`. */
  readonly maxResponseSize?: ByteSize
  /**
   * Entries of a page of `tools/list`, `prompts/list`, `resources/list` and `resources/templates/list`, from 1 to 10,000. Many
   * clients read the first page alone. Default 1,000.
   */
  readonly pageSize?: number
  /** How clients find tools. */
  readonly tools?: McpToolsOptions
}

/** {@link McpOptions} after reading. */
export type McpValues = Values<
  McpOptions,
  { readonly tools: McpToolsValues; readonly authorization: McpAuthorizationValues }
>

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
    authorization: {
      group: MCP_AUTHORIZATION,
      default: {},
      doc: 'Who gives tokens for it, see [authorization](mcp-authorization.md).',
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
    pageSize: {
      read: count({ most: 10_000 }),
      default: 1000,
      variable: true,
      doc: 'Entries of a [page of a list](mcp.md#long-lists).',
    },
    tools: {
      group: MCP_TOOLS,
      default: {},
      doc: 'How clients find tools, see [many tools](mcp.md#many-tools).',
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
