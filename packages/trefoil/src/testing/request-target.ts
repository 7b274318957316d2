/** A value of a query or form: arrays repeat the name, `undefined` is left out. */
export type ScalarInput = string | number | boolean | bigint

/** Fields of a form or a query by name; arrays repeat a name. */
export type FieldsInput =
  | Readonly<Record<string, ScalarInput | readonly ScalarInput[] | undefined>>
  | readonly (readonly [name: string, value: ScalarInput])[]

/** Names and values as text, in order. */
export function fieldPairs(fields: FieldsInput): [name: string, value: string][] {
  const pairs: [string, string][] = []
  const entries: readonly (readonly [string, unknown])[] = Array.isArray(fields)
    ? fields
    : Object.entries(fields)
  for (const [name, value] of entries) {
    if (value === undefined) continue
    for (const item of Array.isArray(value) ? value : [value]) pairs.push([name, String(item)])
  }
  return pairs
}

export function urlEncode(fields: FieldsInput): string {
  return new URLSearchParams(fieldPairs(fields)).toString()
}

/**
 * Path and query of a request (TEST-2): `params` are added to a query the path already has. The
 * path is sent as written, so a test can send what no URL parser would let through.
 *
 * @throws TypeError for a path a request line cannot carry
 */
export function requestTarget(path: string, params: FieldsInput | undefined): string {
  if (!path.startsWith('/')) throw new TypeError("Test client paths must start with '/'")
  if (path.includes('#')) throw new TypeError('Test client paths must not include URL fragments')
  const target = path.replace(/[^\x21-\x7e]+/g, encodeURIComponent)
  const search = params === undefined ? '' : urlEncode(params)
  if (search === '') return target
  if (!target.includes('?')) return `${target}?${search}`
  return /[?&]$/.test(target) ? target + search : `${target}&${search}`
}
