import type { ReplyOptions } from './reply.ts'

type Headers = NonNullable<ReplyOptions['headers']>

/**
 * The options of a reply to which somebody further out, a middleware say, adds some: the outer ones
 * win, name by name. What is `undefined` outside leaves the inner option as it is.
 */
export function mergeOptions(inner: ReplyOptions, outer: ReplyOptions): ReplyOptions {
  const said = Object.entries(outer).filter(([, option]) => option !== undefined)
  const merged: ReplyOptions = { ...inner, ...Object.fromEntries(said) }
  return {
    ...merged,
    ...(merged.headers && { headers: mergeHeaders(inner.headers ?? {}, outer.headers ?? {}) }),
    ...(merged.cookies && { cookies: { ...inner.cookies, ...outer.cookies } }),
    ...(merged.meta && { meta: { ...inner.meta, ...outer.meta } }),
  }
}

/** Names of headers are the same in any case. Cookies add up, as they do within one reply (SW-17). */
function mergeHeaders(inner: Headers, outer: Headers): Headers {
  const outerNames = new Map(Object.keys(outer).map((name) => [name.toLowerCase(), name]))
  const merged = new Map(Object.entries(outer))
  for (const [name, value] of Object.entries(inner)) {
    const outerName = outerNames.get(name.toLowerCase())
    if (outerName === undefined) merged.set(name, value)
    else if (outerName.toLowerCase() === 'set-cookie') {
      merged.set(outerName, [value, outer[outerName] ?? []].flat())
    }
  }
  return Object.fromEntries(merged)
}
