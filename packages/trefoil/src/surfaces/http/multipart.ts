import { decodeField, make, type PartInfo } from 'multipasta'
import type { UploadedFile } from '../../contract/params.ts'
import { type Problem, refuse } from '../../contract/problem.ts'
import type { FormBody } from './read-form-body.ts'

const MAX_PARTS = 1000
const MAX_FIELD_BYTES = 1024 * 1024

/**
 * Parses a multipart body that is already within the body limit (BIND-16…18).
 *
 * @returns `null` when it is malformed, a problem when a limit was crossed
 */
export function parseMultipart(
  bytes: Uint8Array,
  contentType: string,
  maxTotalSize: number,
): FormBody | Problem | null {
  const fields: [string, string][] = []
  const files = new Map<string, UploadedFile[]>()
  const failures: (Problem | null)[] = []
  const parser = make({
    headers: { 'content-type': contentType },
    maxParts: MAX_PARTS,
    maxFieldSize: MAX_FIELD_BYTES,
    maxTotalSize,
    onField: (info, value) => fields.push([info.name, decodeField(info, value)]),
    onFile: (info) => {
      const chunks: Uint8Array[] = []
      return (chunk) => {
        if (chunk !== null) chunks.push(chunk)
        else addFile(files, info, chunks)
      }
    },
    onError: (error) => {
      failures.push(error._tag === 'ReachedLimit' ? refuse('payload_too_large') : null)
    },
    onDone: () => {},
  })
  parser.write(bytes)
  parser.end()
  const [failure] = failures
  return failure === undefined ? { fields, files } : failure
}

function addFile(
  files: Map<string, UploadedFile[]>,
  info: PartInfo,
  chunks: readonly Uint8Array[],
): void {
  const content = concat(chunks)
  const name = baseName(info.filename ?? '')
  // An empty file input of a browser: no name, no bytes (BIND-15).
  if (name === '' && content.byteLength === 0) return
  const list = files.get(info.name) ?? []
  list.push(uploadedFile(name, info.contentType || 'application/octet-stream', content))
  files.set(info.name, list)
}

/** A name with a directory part would let an upload choose where it is written. */
function baseName(name: string): string {
  return name.replace(/^.*[/\\]/s, '').replace(/[\x00-\x1f\x7f]/g, '')
}

function uploadedFile(name: string, type: string, content: Uint8Array): UploadedFile {
  return Object.freeze({
    name,
    type,
    size: content.byteLength,
    bytes: async () => content,
    text: async () => new TextDecoder().decode(content),
  })
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks
  if (chunks.length === 1 && only !== undefined) return only.slice()
  const whole = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.byteLength, 0))
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}
