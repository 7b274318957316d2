import { isRecord } from '../../../base/plain/is-record.ts'
import { readMeta } from '../../../contract/content/meta.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import type { DeclaredOptions } from '../../declare/declaration.ts'

/** Ours, as `trefoil/needs_approval` is: what stands there is said by the framework and by nobody else. */
const OWN = 'trefoil/'

/**
 * `_meta` of a tool.
 *
 * @throws ImproperlyConfigured for what no client would understand, or would believe to be somebody else's word
 */
export function compileToolMeta(
  { meta, tool }: DeclaredOptions,
  where: string,
): Readonly<Record<string, unknown>> | null {
  if (meta === undefined) return null
  if (tool !== true) {
    throw new ImproperlyConfigured(`${where}: meta is of tools; set tool: true, or leave it out`)
  }
  const copy: Readonly<Record<string, unknown>> = { ...readMeta(where, meta) }
  const own = Object.keys(copy).find((name) => name.toLowerCase().startsWith(OWN))
  if (own !== undefined) {
    throw new ImproperlyConfigured(
      `${where}: meta: '${own}' has a prefix that Trefoil keeps for itself`,
    )
  }
  if (Object.hasOwn(copy, 'ui')) checkUi(copy['ui'], where)
  // As MCP Apps had it first; hosts go by either.
  if (Object.hasOwn(copy, FLAT)) checkUi({ resourceUri: copy[FLAT] }, where)
  return copy
}

/** MCP Apps: a host fetches the page from this server, whose word it goes by. */
function checkUi(ui: unknown, where: string): void {
  const { resourceUri, visibility } = isRecord(ui) ? ui : {}
  if (!isRecord(ui)) throw new ImproperlyConfigured(`${where}: meta.ui must be an object`)
  if (resourceUri !== undefined && !(typeof resourceUri === 'string' && UI_URI.test(resourceUri))) {
    throw new ImproperlyConfigured(
      `${where}: meta.ui.resourceUri must be the address of a page, such as ui://orders`,
    )
  }
  const isKnown = (word: unknown) => word === 'model' || word === 'app'
  if (visibility === undefined || (Array.isArray(visibility) && visibility.every(isKnown))) return
  throw new ImproperlyConfigured(`${where}: meta.ui.visibility must be a list of 'model' and 'app'`)
}

const FLAT = 'ui/resourceUri'
const UI_URI = /^ui:\/\/[\x21-\x7e]+$/
