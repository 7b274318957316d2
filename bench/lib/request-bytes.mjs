/**
 * A request as it goes over the wire, with the length of its body.
 *
 * @param {import('./workloads.mjs').Request} request
 * @param {number} port of the server on 127.0.0.1
 */
export function requestBytes({ method, path, headers, body }, port) {
  const payload = Buffer.from(body ?? '')
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === null ? [] : [`content-length: ${payload.length}`]),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), payload])
}
