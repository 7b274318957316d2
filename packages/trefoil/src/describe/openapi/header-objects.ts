import type { Action } from '../../contract/call/action.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
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

/** When to come again (RFC 9110 §10.2.3). */
export const RETRY_AFTER: HeaderShape = {
  name: 'retry-after',
  description: 'Whole seconds to wait before the next call.',
  example: null,
}

const RATE_HEADERS: Readonly<Record<Catalogue['rateHeaders'], readonly HeaderShape[]>> = {
  standard: [
    { name: 'ratelimit-policy', description: 'The rates that hold.', example: null },
    { name: 'ratelimit', description: 'The rate that is nearest to its end.', example: null },
  ],
  legacy: [
    { name: 'x-ratelimit-limit', description: 'Calls in a period.', example: null },
    { name: 'x-ratelimit-remaining', description: 'Calls that may come now.', example: null },
    { name: 'x-ratelimit-reset', description: 'Seconds until all may come again.', example: null },
  ],
  none: [],
}

/** What every answer of an action with rates says of them. */
export function rateHeaders(
  { rateHeaders: style }: Catalogue,
  { rates }: Action,
): readonly HeaderShape[] {
  return rates.length === 0 ? [] : RATE_HEADERS[style]
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
