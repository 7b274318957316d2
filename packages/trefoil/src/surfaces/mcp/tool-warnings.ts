import { isRecord } from '../../base/plain/is-record.ts'
import type { Action } from '../../contract/call/action.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import { someSchema } from '../../contract/json-schema/references.ts'
import type { ToolList } from './tool-list/tool-list.ts'
import { hostWarnings } from './tool-schema/hosts.ts'
import type { LeftOutPattern } from './tool-schema/tool-schemas.ts'
import { isAlwaysListed } from './tool-search/always-listed.ts'

/**
 * What a developer should know of the tools before clients find out: sentences without a full stop.
 *
 * @param searches true where not every tool is listed
 * @param tools made only where some tool has a pattern: a start does not pay for the list
 */
export function toolWarnings(
  { name: server, actions }: Catalogue,
  tools: () => ToolList,
  searches: boolean,
): readonly string[] {
  const exposed = actions.filter((action) => action.tool)
  // A host is told the names of those that are listed, and takes the others for arguments.
  const listed = searches ? exposed.filter(isAlwaysListed) : exposed
  const named = listed.map(({ name, inputSchema, isWhole, params }) => {
    if (!isWhole) return { name, arguments: params.map((param) => param.name) }
    const { properties } = inputSchema
    const members = isRecord(properties) ? Object.keys(properties) : []
    return { name, arguments: members, document: inputSchema }
  })
  const leftOut = exposed.some(hasPattern) ? tools().leftOut : []
  return [...patternWarnings(leftOut), ...hostWarnings(server, named)]
}

function hasPattern({ params, isWhole }: Action): boolean {
  return (
    !isWhole && params.some(({ jsonSchema }) => someSchema(jsonSchema, (one) => 'pattern' in one))
  )
}

function patternWarnings(leftOut: readonly LeftOutPattern[]): readonly string[] {
  if (leftOut.length === 0) return []
  const spots = leftOut.map(
    ({ tool, argument, pattern }) => `argument '${argument}' of '${tool}' (${pattern})`,
  )
  return [
    `Patterns that not every MCP client can compile are left out of tool schemas: ${spots.join(', ')}; ` +
      'the server checks them all the same. Write them without lookaround, backreferences and Unicode ' +
      'escapes, or say in the description what is meant',
  ]
}
