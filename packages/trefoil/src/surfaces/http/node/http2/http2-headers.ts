/**
 * Raw headers of an HTTP/2 request as HTTP/1.1 would have sent them: pseudo-headers dropped,
 * `:authority` as `Host`. When both are there and differ, both stay, so that the edge refuses
 * the request instead of choosing one (SEC-1).
 */
export function fromHttp2(raw: readonly string[]): readonly string[] {
  const headers: string[] = []
  let authority: string | undefined
  let host: string | undefined
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string
    const value = raw[index + 1] as string
    if (name === ':authority') authority = value
    if (name === 'host') host = value
    if (!name.startsWith(':')) headers.push(name, value)
  }
  if (authority !== undefined && authority !== host) headers.push('host', authority)
  return headers
}
