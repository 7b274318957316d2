import type { Action } from '../../../contract/call/action.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import type { Declaration } from '../../declare/declaration.ts'
import { compilePrompt } from './compile-prompt.ts'
import { compileResource } from './compile-resource.ts'

/** What an action is on MCP. */
export type McpKinds = Pick<Action, 'tool' | 'resource' | 'prompt'>

/** True for what is declared to be read, and has no route or tool beside. */
export function isRead({ tool, resource, prompt }: McpKinds): boolean {
  return !tool && (resource !== null || prompt !== null)
}

/** @throws ImproperlyConfigured for what is no URI, and for what cannot be read */
export function compileMcpKinds(declaration: Declaration, where: string): McpKinds {
  const { options, prompt, method } = declaration
  const tool = options.tool === true
  const ofRoute = options.resource
  if (ofRoute !== undefined && method !== 'GET') {
    throw new ImproperlyConfigured(
      `${where}: resource is for GET routes, because whoever reads changes nothing; write tool: true, or a route of its own`,
    )
  }
  if (ofRoute !== undefined && options.changes === true) {
    throw new ImproperlyConfigured(
      `${where}: reading a resource changes nothing, and this route says changes: true; leave resource out, or write a resource of its own`,
    )
  }
  const declared = declaration.resource ?? (ofRoute === undefined ? null : { uri: ofRoute })
  return {
    tool,
    resource: declared === null ? null : compileResource(declared, where),
    prompt: prompt === undefined ? null : compilePrompt(prompt, where),
  }
}
