/** A template of URIs with simple variables, `order://{order_id}`. */
export interface UriTemplate {
  readonly template: string
  readonly variables: readonly string[]
  /** @returns `null` for a URI that is none of the template's */
  match(uri: string): Readonly<Record<string, string>> | null
}

const VARIABLE = /\{([A-Za-z_][A-Za-z0-9_]*)\}/
const LITERAL = /[\\^$.*+?()[\]{}|]/g

/** @throws TypeError for what is none */
export function compileUriTemplate(template: string): UriTemplate {
  const parts = template.split(VARIABLE)
  const variables = parts.filter((_, index) => index % 2 === 1)
  const literals = parts.filter((_, index) => index % 2 === 0)
  const inner = literals.slice(1, -1)
  if (/[{}]/.test(literals.join('')) || inner.includes('') || variables.length === 0) {
    throw new TypeError('variables are {names} with something between them')
  }
  const pattern = new RegExp(
    `^${literals.map((text) => text.replace(LITERAL, '\\$&')).join('([^/?#]+)')}$`,
  )
  const match = (uri: string) => {
    const found = pattern.exec(uri)
    if (found === null) return null
    const values: Record<string, string> = Object.create(null)
    for (const [index, name] of variables.entries()) {
      try {
        values[name] = decodeURIComponent(found[index + 1] ?? '')
      } catch {
        return null
      }
    }
    return values
  }
  return { template, variables, match }
}
