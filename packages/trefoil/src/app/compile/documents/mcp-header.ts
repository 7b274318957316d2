import { someSchema } from '../../../contract/json-schema/references.ts'
import type { ParamSpec } from '../../../contract/params/param-spec.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'
import { isToken } from '../../../web/raw-headers.ts'
import { type ParamSite, wrongParam } from './param-site.ts'

/** Keyword by which a tool says that clients repeat an argument in a header (SEP-2243). */
const KEYWORD = 'x-mcp-header'
const KINDS: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean'])

/**
 * The keyword by itself would be advertised, and gateways would filter by a header that nobody holds to the
 * argument: whoever says one thing to the gateway and another to the tool would pass.
 *
 * @throws ImproperlyConfigured for one that stands in a schema
 */
export function refuseRawHeader(name: string, json: JsonSchema | null, site: ParamSite): void {
  if (json === null || !someSchema(json, (schema) => KEYWORD in schema)) return
  throw wrongParam(
    site,
    name,
    `its JSON Schema has '${KEYWORD}'; write the option mcpHeader instead, as in query(schema, { mcpHeader: 'Region' }), which is checked`,
  )
}

/**
 * @param header what follows `Mcp-Param-`
 * @throws ImproperlyConfigured for what clients would drop the tool for, and for a secret
 */
export function checkMcpHeader(
  { name, sensitive }: { readonly name: string; readonly sensitive: boolean },
  header: string | undefined,
  json: JsonSchema | null,
  site: ParamSite,
): void {
  if (header === undefined) return
  const fail = (why: string) => wrongParam(site, name, `mcpHeader: ${why}`)
  if (!isToken(header)) throw fail('takes a token of HTTP, such as Region')
  // What may be null as well has more types than one, and clients drop the tool.
  if (!KINDS.has(json?.['type'])) {
    throw fail(
      'is for an argument that is text, a whole number, or true and false, and nothing else',
    )
  }
  // Gateways and whatever else stands between log headers.
  if (sensitive) throw fail('would put a sensitive argument where gateways log it')
}

/** @throws ImproperlyConfigured for two arguments under one header, whatever the case of its letters */
export function checkMcpHeadersDiffer(params: readonly ParamSpec[], site: ParamSite): void {
  const taken = new Map<string, string>()
  for (const { name, mcpHeader } of params) {
    if (mcpHeader === undefined) continue
    const key = mcpHeader.toLowerCase()
    const other = taken.get(key)
    if (other !== undefined) {
      throw wrongParam(site, name, `mcpHeader: '${mcpHeader}' is that of '${other}' already`)
    }
    taken.set(key, name)
  }
}
