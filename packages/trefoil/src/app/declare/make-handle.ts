import type { AnyHandle, RouteHandle } from '../../contract/call/action-handle.ts'
import { fillPath } from '../../contract/call/fill-path.ts'
import { parsePathTemplate, templateSpelling } from '../../web/path-template.ts'
import { type Declaration, givenName } from './declaration.ts'

/** What registering an action gives back. What is wrong with it the app says when it compiles. */
export function makeHandle(declaration: Declaration): AnyHandle {
  const { method, path, levels } = declaration
  const given = givenName(declaration)
  if (method === null || path === null) {
    return Object.freeze({ name: given ?? '', method: null, path: null })
  }
  const written = levels.map(({ prefix }) => prefix).join('') + path
  const parsed = parsePathTemplate(written)
  const shown = typeof parsed === 'string' ? written : parsed.text
  const template = typeof parsed === 'string' ? written : templateSpelling(parsed)
  const handle: RouteHandle = {
    name: given ?? `${method} ${shown}`,
    method,
    path: shown,
    url: (args) => fillPath(template, args ?? {}),
  }
  return Object.freeze(handle)
}
