import type { UploadedFile } from '../../contract/params.ts'
import { type Problem, refuse } from '../../contract/problem.ts'
import { parseMediaType } from '../../web/media-type.ts'
import { parseQuery, type QueryPairs } from '../../web/query.ts'
import { firstHeader } from '../../web/raw-headers.ts'
import type { HttpInbound } from './http-inbound.ts'

/** Fields and files of a form. */
export interface FormBody {
  readonly fields: QueryPairs
  readonly files: ReadonlyMap<string, readonly UploadedFile[]>
}

export const EMPTY_FORM: FormBody = { fields: [], files: new Map() }

const utf8 = new TextDecoder('utf-8', { fatal: true })
const CHARSETS: ReadonlySet<string | undefined> = new Set([undefined, 'utf-8', 'us-ascii'])

/** Reads an urlencoded or multipart body (BIND-14…17); no body and no type is an empty form. */
export async function readFormBody(inbound: HttpInbound): Promise<FormBody | Problem> {
  const header = firstHeader(inbound.rawHeaders, 'content-type')
  const bytes = await inbound.exchange.readBody(inbound.maxBodySize)
  if (header === undefined && bytes.byteLength === 0) return EMPTY_FORM
  const type = header === undefined ? null : parseMediaType(header)
  if (!CHARSETS.has(type?.parameters.get('charset')?.toLowerCase())) {
    return refuse('unsupported_media_type', { detail: 'Unsupported form charset' })
  }
  if (type?.essence === 'application/x-www-form-urlencoded') return parseUrlencoded(bytes)
  if (type?.essence === 'multipart/form-data') {
    // Loaded when the first such form arrives: most apps never read one.
    const { parseMultipart } = await import('./multipart.ts')
    return parseMultipart(bytes, header as string, inbound.maxBodySize) ?? malformedForm()
  }
  return refuse('unsupported_media_type', { detail: 'Unsupported form content type' })
}

function parseUrlencoded(bytes: Uint8Array): FormBody | Problem {
  try {
    const fields = parseQuery(utf8.decode(bytes))
    return fields === null ? malformedForm() : { fields, files: new Map() }
  } catch {
    return malformedForm()
  }
}

function malformedForm(): Problem {
  return refuse('VALIDATION_ERROR', { detail: 'Malformed form body' })
}
