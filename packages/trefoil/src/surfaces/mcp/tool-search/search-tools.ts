import type { ToolHints } from '../../../contract/call/action.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'

/** Finds tools by words. */
export const FIND = 'find_actions'
/** Tells how one of them is called. */
export const DESCRIBE = 'describe_action'
/** Calls one of them. */
export const CALL = 'call_action'

/** The names that no action of an app can have where tools are searched for. */
export const SEARCH_NAMES: ReadonlySet<string> = new Set([FIND, DESCRIBE, CALL])

/** Characters of a query. Longer ones are refused before anything of them is looked at. */
export const LONGEST_QUERY = 1_000
/** Entries of an answer. */
export const MOST_FOUND = 50
export const FOUND_AT_ONCE = 10

const NAME = { type: 'string', description: 'Name of the action, as find_actions told it.' }
const READ_ONLY = { readOnlyHint: true, idempotentHint: true, openWorldHint: false }

/** What of a tool does not depend on the app. */
export interface SearchTool {
  readonly name: string
  readonly description: string
  readonly inputSchema: JsonSchema
  readonly annotations?: ToolHints
}

/** The three tools as `tools/list` has them, in either era. */
export const SEARCH_TOOLS: readonly SearchTool[] = [
  {
    name: FIND,
    description:
      'Finds actions of this server by words. Begin here: most actions are not in the list of tools. ' +
      'Then read one with describe_action, and run it with call_action.',
    inputSchema: {
      type: 'object',
      properties: {
        query: {
          type: 'string',
          maxLength: LONGEST_QUERY,
          description: 'What you want to do, in a few words; empty for all actions.',
        },
        limit: { type: 'integer', minimum: 1, maximum: MOST_FOUND, default: FOUND_AT_ONCE },
        cursor: { type: 'string', description: 'The next_cursor of the answer before.' },
      },
      required: ['query'],
      additionalProperties: false,
    },
    annotations: READ_ONLY,
  },
  {
    name: DESCRIBE,
    description: 'Describes one action: what it does, the schema of its arguments, what it needs.',
    inputSchema: {
      type: 'object',
      properties: { name: NAME },
      required: ['name'],
      additionalProperties: false,
    },
    annotations: READ_ONLY,
  },
  {
    name: CALL,
    description:
      'Runs one action with its arguments, and answers what the action answers. ' +
      'It may change things: read it with describe_action first.',
    inputSchema: {
      type: 'object',
      properties: {
        name: NAME,
        arguments: {
          type: 'object',
          description: 'By the inputSchema that describe_action told.',
        },
      },
      required: ['name'],
      additionalProperties: false,
    },
  },
]
