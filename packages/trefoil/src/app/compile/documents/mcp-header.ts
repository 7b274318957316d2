import type { ParamSpec } from '../../../contract/params/param-spec.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'
import { isToken } from '../../../web/raw-headers.ts'
import { type ParamSite, wrongParam } from './param-site.ts'

const KINDS: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean'])

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
