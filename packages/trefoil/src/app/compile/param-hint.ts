import {
  body,
  cookie,
  field,
  file,
  files,
  form,
  header,
  path,
  query,
} from '../../contract/params/params.ts'

const OF_FILES: ReadonlySet<unknown> = new Set([file, files])
const OF_SCHEMAS: ReadonlySet<unknown> = new Set([path, query, header, cookie, field, body, form])

/** What to write in the place of something that is no parameter, to be put behind what it is. */
export function paramHint(entry: unknown): string {
  if (entry === undefined) return '; do two files import each other?'
  if (typeof entry === 'string') return '; write z.string()'
  if (typeof entry !== 'function') return ''
  if (OF_FILES.has(entry)) return `; write ${entry.name}()`
  if (OF_SCHEMAS.has(entry)) return `; write ${entry.name}(z.string())`
  return '; it wants to be called, as z.string() is'
}
