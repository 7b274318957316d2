const HEAD_END = Buffer.from('\r\n\r\n')
const LINE_END = Buffer.from('\r\n')
const CR_LF = 2

/**
 * Cuts one HTTP/1.1 answer off the front of some bytes.
 *
 * @param {Buffer} bytes
 * @returns {{ status: number, body: Buffer, length: number, close: boolean } | null}
 *   `length`: bytes used; `close`: the server will end the connection; `null` when the answer is
 *   not complete yet
 * @throws Error when it has neither a length nor chunks
 */
export function readAnswer(bytes) {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd === -1) return null
  const head = bytes.toString('latin1', 0, headEnd).toLowerCase()
  const status = Number(head.slice(9, 12))
  const close = head.includes('\r\nconnection: close')
  const start = headEnd + HEAD_END.length
  const field = head.indexOf('\r\ncontent-length:')
  if (field !== -1) {
    const end = start + Number.parseInt(head.slice(field + 17, field + 37), 10)
    if (bytes.length < end) return null
    return { status, body: bytes.subarray(start, end), length: end, close }
  }
  if (!head.includes('\r\ntransfer-encoding: chunked')) throw new Error(`no length in:\n${head}`)
  return readChunks(bytes, start, status, close)
}

/** @param {Buffer} bytes @param {number} start @param {number} status @param {boolean} close */
function readChunks(bytes, start, status, close) {
  const parts = []
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf(LINE_END, at)
    if (lineEnd === -1) return null
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    const from = lineEnd + CR_LF
    const next = from + size + CR_LF
    if (bytes.length < next) return null
    if (size === 0) return { status, body: Buffer.concat(parts), length: next, close }
    parts.push(bytes.subarray(from, from + size))
    at = next
  }
}
