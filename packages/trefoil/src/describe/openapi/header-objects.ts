import type { Action } from '../../contract/call/action.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'

/** A header of an answer. */
export interface HeaderShape {
  /** Lower-case. */
  readonly name: string
  readonly description: string | null
  /** A value it has; `null` when it differs from call to call. */
  readonly example: string | null
}

/** What a 401 says, and a 403 that another token would change (RFC 9110 §11.6.1, RFC 6750 §3.1). */
export const CHALLENGE: HeaderShape = {
  name: 'www-authenticate',
  description: 'Which credentials would be accepted.',
  example: null,
}

/** Headers the route sets itself, by its `headers` option; a handler may still replace them. */
export function routeHeaders({ headers }: Action): readonly HeaderShape[] {
  return Object.entries(headers ?? {}).flatMap(([name, value]): HeaderShape[] => {
    // OpenAPI says readers ignore a content type described as a header.
    if (value === null || name === 'content-type') return []
    return [{ name, description: null, example: value }]
  })
}

/** The `headers` of a Response Object. */
export function headerObjects(headers: readonly HeaderShape[]): JsonSchema {
  const objects = headers.map(({ name, description, example }) => [
    name,
    {
      ...(description !== null && { description }),
      schema: { type: 'string' },
      ...(example !== null && { example }),
    },
  ])
  return Object.fromEntries(objects)
}
