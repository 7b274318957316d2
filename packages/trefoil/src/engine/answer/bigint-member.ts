/**
 * Where in a value the bigint is that its text could not be made of: the language says only that there
 * is one (FND-52). Asked once, after the text has failed.
 *
 * @returns as one writes it in code, `orders[2].total`; empty for the value itself; `null` for none
 */
export function bigintMember(value: unknown): string | null {
  try {
    return find(value, '', new Set())
  } catch {
    // A getter, a proxy: what was wrong with the text is told without its place.
    return null
  }
}

function find(value: unknown, label: string, around: Set<object>): string | null {
  if (typeof value === 'bigint') return label
  if (typeof value !== 'object' || value === null || around.has(value)) return null
  around.add(value)
  for (const [name, member] of Object.entries(value)) {
    const found = find(member, labelOf(value, label, name), around)
    if (found !== null) return found
  }
  around.delete(value)
  return null
}

function labelOf(value: object, label: string, name: string): string {
  if (Array.isArray(value)) return `${label}[${name}]`
  return label === '' ? name : `${label}.${name}`
}
