import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { joinBytes } from '../../base/join-bytes.ts'
import { startTimer } from '../../base/start-timer.ts'
import { isPublicAddress } from '../../web/public-address.ts'
import { ForbiddenAddress, guardedLookup, type Reach, type Resolve } from './guarded-lookup.ts'

/** One question to a service that identity rests on. */
export interface ServiceQuestion {
  readonly url: URL
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** Milliseconds for all of it. */
  readonly timeout: number
  /** Bytes of an answer; more is not read. */
  readonly mostBytes: number
  /** What the name may resolve to. Without TLS it is `loopback`, whatever is said here. */
  readonly reach: Reach
  /** Connections that are kept; `null`: the usual ones of the process. */
  readonly agent: RequestOptions['agent'] | null
}

/** Its answer, of status 200. */
export interface ServiceAnswer {
  readonly bytes: Uint8Array
  /** True where the peer is inside of a network, or nobody can tell. */
  readonly isInside: boolean
}

/** Why there is no answer, in words that follow the address. Says nothing that the other side wrote. */
export class ServiceFailed extends Error {
  override readonly name: string = 'ServiceFailed'
}

/** Bytes of the head of an answer. */
const MOST_HEAD = 16_384

/**
 * Asks a service. It goes by `node:http` and not by `fetch`, which lets nobody see what a name resolves
 * to. A redirect is a failure: whoever answers for the address could lead on to anywhere, to addresses
 * inside of our network too, and would be sent the credentials there.
 *
 * @param resolve for tests; default that of the machine
 * @throws ServiceFailed
 */
export async function askService(
  question: ServiceQuestion,
  resolve: Resolve | null = null,
): Promise<ServiceAnswer> {
  const ended = new AbortController()
  const stop = startTimer(question.timeout, () => ended.abort())
  try {
    const answer = await responseTo(question, ended.signal, resolve)
    try {
      const problem = problemOf(answer)
      if (problem !== null) throw new ServiceFailed(problem)
      const { remoteAddress } = answer.socket
      return {
        bytes: await readBody(answer, question.mostBytes),
        isInside: remoteAddress === undefined || !isPublicAddress(remoteAddress),
      }
    } finally {
      // What still comes is nobody's; after a whole answer there is nothing, and the connection is kept.
      if (!answer.complete) answer.destroy()
    }
  } catch (error) {
    if (error instanceof ServiceFailed) throw error
    if (error instanceof ForbiddenAddress) {
      throw new ServiceFailed('resolves to an address that it must not have')
    }
    // The error of the library may name addresses inside of a network.
    throw new ServiceFailed(ended.signal.aborted ? 'does not answer in time' : 'cannot be reached')
  } finally {
    stop()
  }
}

async function responseTo(
  { url, method, headers, body, reach, agent }: ServiceQuestion,
  signal: AbortSignal,
  resolve: Resolve | null,
): Promise<IncomingMessage> {
  // Loaded when somebody is asked: most apps ask nobody.
  const isPlain = url.protocol === 'http:'
  const { request } = isPlain ? await import('node:http') : await import('node:https')
  const within = isPlain ? 'loopback' : reach
  const lookup = resolve ?? ((await import('node:dns')).lookup as Resolve)
  const options: RequestOptions = {
    method,
    headers: {
      ...headers,
      'accept-encoding': 'identity',
      ...(body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    },
    signal,
    maxHeaderSize: MOST_HEAD,
    ...(agent === null ? {} : { agent }),
    ...(within === 'any' ? {} : { lookup: guardedLookup(within, lookup) }),
  }
  return await new Promise((answered, failed) => {
    const sent: ClientRequest = request(url, options)
    sent.once('response', answered)
    // Stays: a connection that breaks later must not be nobody's error.
    sent.on('error', failed)
    sent.end(body ?? undefined)
  })
}

function problemOf({ statusCode = 0, headers }: IncomingMessage): string | null {
  if (statusCode >= 300 && statusCode < 400) return 'redirects, which is not followed'
  if (statusCode !== 200) return `answers ${statusCode}`
  const coding = headers['content-encoding'] ?? 'identity'
  return coding === 'identity' ? null : 'answers in a coding that was not asked for'
}

async function readBody(answer: IncomingMessage, mostBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let size = 0
  // Its length header may lie.
  for await (const piece of answer as AsyncIterable<Uint8Array>) {
    size += piece.length
    if (size > mostBytes) throw new ServiceFailed(`answers with more than ${mostBytes} bytes`)
    pieces.push(piece)
  }
  return joinBytes(pieces)
}
