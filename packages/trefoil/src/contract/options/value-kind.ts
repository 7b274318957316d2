/**
 * A value as a message may name it: what it is, never what it says. A secret in the wrong place, or
 * a list of them, must not be read in a log or in a start-up error (FND-38).
 */
export function valueKind(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return textKind(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  try {
    if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
    return value instanceof Promise ? 'a promise (write await in front of it)' : 'an object'
  } catch {
    return 'a proxy that nobody can look at'
  }
}

function textKind(text: string): string {
  if (text === '') return 'empty text'
  return text.length === 1 ? 'text of 1 character' : `text of ${text.length} characters`
}
