/** A field or a file of a form. */
export interface FormPart {
  readonly name: string
  readonly value: string | Blob
}

const URLENCODED = 'application/x-www-form-urlencoded'

/**
 * Writes a form: urlencoded, or multipart with a file in it. Not with `FormData`, which changes the line
 * breaks of text on its way.
 */
export function formBody(parts: readonly FormPart[]): { body: string | Blob; type: string } {
  if (parts.every(({ value }) => typeof value === 'string')) {
    const pairs = parts.map(({ name, value }) => [name, value].map(String).map(encodeURIComponent))
    return { body: pairs.map((pair) => pair.join('=')).join('&'), type: URLENCODED }
  }
  const boundary = freshBoundary()
  const pieces: (string | Blob)[] = []
  for (const { name, value } of parts) {
    pieces.push(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`)
    if (typeof value !== 'string') pieces.push(fileHead(value))
    pieces.push('\r\n\r\n', value, '\r\n')
  }
  pieces.push(`--${boundary}--\r\n`)
  const type = `multipart/form-data; boundary=${boundary}`
  return { body: new Blob(pieces, { type }), type }
}

/** The platform's own, which nobody can guess: with another one a value could end its part. */
function freshBoundary(): string {
  const type = new Response(new FormData()).headers.get('content-type') ?? ''
  const [, boundary] = /boundary="?([^";]+)/.exec(type) ?? []
  if (boundary === undefined) throw new TypeError('This platform makes no multipart forms')
  return boundary
}

function fileHead(file: Blob): string {
  const name = 'name' in file && typeof file.name === 'string' ? file.name : 'blob'
  const type = file.type === '' ? 'application/octet-stream' : file.type
  return `; filename="${quoted(name)}"\r\nContent-Type: ${type.replace(/[\r\n]/g, '')}`
}

/** As HTML says: what would end the name is escaped. */
function quoted(text: string): string {
  return text.replace(/["\r\n]/g, (char) => encodeURIComponent(char))
}
