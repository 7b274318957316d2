const NAME = /\{([A-Za-z_][A-Za-z0-9_]*)(:[a-z]+)?\}/g

/**
 * Fills a path template in: `/orders/{order_id}` with `{ order_id: 'a b' }` is `/orders/a%20b`. A slash
 * may stand in a value only where the template takes the rest (`{rest:path}`): an escaped one is a
 * slash to servers all the same.
 *
 * @throws TypeError for a name without a value, and for a value that no path can carry
 */
export function fillPath(template: string, args: Readonly<Record<string, unknown>>): string {
  return template.replace(NAME, (_, name: string, type: string | undefined) => {
    const value = Object.hasOwn(args, name) ? args[name] : undefined
    const text = textOf(value)
    if (text === null) {
      throw new TypeError(`Path ${template}: ${name} has no value that a path can carry`)
    }
    if (type === ':path') {
      return text
        .split('/')
        .map((segment) => encodeSegment(segment, name, template))
        .join('/')
    }
    if (text.includes('/')) {
      throw new TypeError(`Path ${template}: ${name} cannot hold a '/', which ends its segment`)
    }
    return encodeSegment(text, name, template)
  })
}

function textOf(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      return value instanceof Date ? value.toISOString() : null
  }
}

/**
 * Whatever stands between here and the server takes `.` and `..` away, percent-encoded or not: with `..`
 * for an id, `/orders/../admin` would be called in its place.
 */
function encodeSegment(segment: string, name: string, template: string): string {
  if (segment === '' || segment === '.' || segment === '..') {
    throw new TypeError(`Path ${template}: ${name} cannot be empty, '.' or '..'`)
  }
  if (!segment.isWellFormed()) {
    throw new TypeError(`Path ${template}: ${name} has half a character (a lone surrogate)`)
  }
  return encodeURIComponent(segment)
}
