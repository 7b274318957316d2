// Stands in for the range service of Have I Been Pwned: its answers, and the ways in which it has none.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

/** What it does with a question. */
export type RangeMode =
  | 'ok'
  | 'recorded'
  | 'linefeeds'
  | 'small letters'
  | 'a line cut off'
  | 'a count that is none'
  | '429'
  | '503'
  | 'a redirect'
  | 'silence'
  | 'half an answer'
  | 'a byte a second'
  | '50 MB'
  | 'garbage'
  | 'a reset'

export interface RangeRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

export interface RangeServiceStandIn {
  readonly url: URL
  /** All that reached it. */
  readonly requests: RangeRequest[]
  mode: RangeMode
  /** What `recorded` answers with. */
  recorded: string
  close(): void
}

/** The five characters that are sent, and the rest. */
export function rangeOf(password: string): readonly [prefix: string, suffix: string] {
  const digest = createHash('sha1').update(password).digest('hex').toUpperCase()
  return [digest.slice(0, 5), digest.slice(5)]
}

const MEGABYTE = Buffer.alloc(1_000_000, 'A')
const FILLERS = 40
const PADDING = 60

/**
 * @param known passwords that it has seen in breaches
 * @returns a server on loopback, in mode `ok`
 */
export async function startRangeService(known: readonly string[]): Promise<RangeServiceStandIn> {
  const requests: RangeRequest[] = []
  const timers = new Set<NodeJS.Timeout>()
  const server = createServer((request, response) => {
    requests.push({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
    })
    answer(request, response)
  })

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const [, prefix = ''] = /^(?:\/hibp)?\/range\/(.*)$/.exec(request.url ?? '') ?? []
    if (request.headers['user-agent'] === undefined) end(response, 403, 'Forbidden')
    else if (request.method !== 'GET') end(response, 405, 'Method not allowed')
    else if (!request.url?.includes('/range/')) end(response, 404, 'Not found')
    else if (prefix.length !== 5) end(response, 400, 'The hash prefix was not in a valid format')
    else if (!/^[0-9a-f]{5}$/i.test(prefix)) {
      end(response, 400, 'The hash prefix was not valid hexadecimal')
    } else send(request, response, linesOf(prefix.toUpperCase(), known))
  }

  function send(request: IncomingMessage, response: ServerResponse, lines: readonly string[]) {
    switch (service.mode) {
      case '429':
        return end(response, 429, 'Rate limit is exceeded', { 'retry-after': '2' })
      case '503':
        return end(response, 503, 'Service unavailable')
      case 'a redirect':
        return end(response, 301, '', { location: `${service.url}range/00000` })
      case 'silence':
        return
      case 'half an answer':
        response.writeHead(200, { 'content-type': 'text/plain' }).write(`${lines[0]}\r\n`)
        return
      case 'a byte a second':
        response.writeHead(200, { 'content-type': 'text/plain' })
        timers.add(setInterval(() => response.write('A'), 1000))
        return
      case '50 MB':
        return flood(response, 50)
      case 'garbage':
        return end(response, 200, '<html><body>Sign in to this network</body></html>')
      case 'a reset':
        request.socket.resetAndDestroy()
        return
      case 'linefeeds':
        return end(response, 200, lines.join('\n'))
      case 'small letters':
        return end(response, 200, lines.join('\r\n').toLowerCase())
      case 'a line cut off':
        return end(response, 200, [...lines, lines[0]?.slice(0, 20)].join('\r\n'))
      case 'a count that is none':
        return end(response, 200, lines.map((line) => line.replace(/:.*/, ':many')).join('\r\n'))
      case 'recorded':
        return end(response, 200, service.recorded)
      case 'ok':
        return ok(request, response, lines)
    }
  }

  const service: RangeServiceStandIn = {
    url: await listening(),
    requests,
    mode: 'ok',
    recorded: '',
    close() {
      for (const timer of timers) clearInterval(timer)
      server.closeAllConnections()
      server.close()
    },
  }
  return service

  async function listening(): Promise<URL> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  }
}

/** CRLF between lines and none at the end; padding is appended, and what it says is not cached then. */
function ok(request: IncomingMessage, response: ServerResponse, lines: readonly string[]): void {
  const isPadded = request.headers['add-padding'] === 'true'
  const padding = Array.from({ length: isPadded ? PADDING : 0 }, (_, index) => {
    return `${suffixOf(`padding ${index}`)}:0`
  })
  const text = [...lines, ...padding].join('\r\n')
  const isZipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  response.writeHead(200, {
    'content-type': 'text/plain',
    vary: 'Add-Padding',
    ...(isPadded
      ? { 'cache-control': 'no-store' }
      : { 'cache-control': 'public, max-age=2678400', etag: `"${suffixOf(text)}"` }),
    ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
  })
  response.end(isZipped ? gzipSync(text) : text)
}

/** The same each time, in the order of the hashes. */
function linesOf(prefix: string, known: readonly string[]): readonly string[] {
  const hits = known.flatMap((password) => {
    const [range, suffix] = rangeOf(password)
    return range === prefix ? [`${suffix}:${password.length * 1000}`] : []
  })
  const fillers = Array.from({ length: FILLERS }, (_, index) => {
    return `${suffixOf(`${prefix} ${index}`)}:${index + 1}`
  })
  return [...hits, ...fillers].sort()
}

function suffixOf(text: string): string {
  return rangeOf(text)[1]
}

/** Megabytes in pieces, until the other side has had enough. */
function flood(response: ServerResponse, left: number): void {
  if (left === 0) response.end()
  else if (!response.destroyed) response.write(MEGABYTE, () => flood(response, left - 1))
}

function end(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(body)
}
