import type { Call } from '../../contract/call/call.ts'
import type { PartEndpoint } from '../../contract/part.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { readAuth } from '../options/read-auth.ts'
import type { Declaration } from './declaration.ts'
import type { Part } from './part-types.ts'

/**
 * The endpoints of a part, as routes that are in no list and no document.
 *
 * @throws ImproperlyConfigured naming the part whose authenticator is none
 */
export function declaredEndpoints({ name, endpoints = [] }: Part): readonly Declaration[] {
  try {
    return endpoints.map((endpoint) => declared(name, endpoint))
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    throw new ImproperlyConfigured(`Part '${name}': endpoints: ${error.message}`, { cause: error })
  }
}

function declared(part: string, endpoint: PartEndpoint): Declaration {
  const { method, path, public: open = false, authenticate, quiet = false, handle } = endpoint
  const handler = (_args: unknown, call: Call) => handle(call)
  const options = { public: open }
  const bare = { method, path, levels: [], options, handler, part, isQuiet: quiet }
  if (authenticate === undefined) return { ...bare, isEndpoint: true }
  const { api } = readAuth([{ authenticate, surfaces: ['api'] }])
  return { ...bare, isEndpoint: true, ...(api && { ownAuth: api }) }
}
