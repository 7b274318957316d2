/** A list of header names (lower-case) and values in turn, while an answer takes shape. */
export type HeaderList = string[]

/** Where a header stands in the list, looking from `start` on; -1 when it does not. */
export function indexOfHeader(headers: readonly string[], name: string, start = 0): number {
  for (let index = start; index < headers.length; index += 2) {
    if (headers[index] === name) return index
  }
  return -1
}

/** The first value of a header; `undefined` when it is not there. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  const index = indexOfHeader(headers, name)
  return index === -1 ? undefined : headers[index + 1]
}

/** A new list without the headers that `drops` names. */
export function withoutHeaders(
  headers: readonly string[],
  drops: (name: string) => boolean,
): HeaderList {
  const kept: HeaderList = []
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string
    if (!drops(name)) kept.push(name, headers[index + 1] as string)
  }
  return kept
}

/** Sets a header, in place of any value it had. */
export function withHeader(headers: readonly string[], name: string, value: string): HeaderList {
  const list = withoutHeaders(headers, (other) => other === name)
  list.push(name, value)
  return list
}

/** Names a request header that the answer depends on, unless `Vary` names it already. */
export function varyOn(headers: readonly string[], field: string): HeaderList {
  const vary = headerOf(headers, 'vary')
  if (vary === undefined) return [...headers, 'vary', field]
  const named = vary.split(',').map((part) => part.trim().toLowerCase())
  if (named.includes('*') || named.includes(field)) return [...headers]
  return withHeader(headers, 'vary', `${vary}, ${field}`)
}
