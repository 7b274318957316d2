import { createHmac, createSecretKey } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { AddressRefused, type Destinations } from './destinations.ts'

/** What is sent to an endpoint. */
export interface Delivery {
  readonly url: URL
  /** Of the message: the same at each try. */
  readonly id: string
  /** Seconds since the Unix epoch, of this try. */
  readonly timestamp: number
  readonly body: string
  /** Of the endpoint, the one that counts first. */
  readonly secrets: readonly Uint8Array[]
}

/** An endpoint answered, and not with yes. */
export class EndpointRefused extends Error {
  override readonly name = 'EndpointRefused'
  readonly status: number

  constructor(status: number) {
    super(`The endpoint answered ${status}`)
    this.status = status
  }
}

/** `v1,<base64> v1,<base64>`: one for each secret, as Standard Webhooks has it. */
export function signatures({ id, timestamp, body, secrets }: Omit<Delivery, 'url'>): string {
  const signed = `${id}.${timestamp}.${body}`
  return secrets
    .map(
      (secret) =>
        `v1,${createHmac('sha256', createSecretKey(secret)).update(signed).digest('base64')}`,
    )
    .join(' ')
}

/**
 * Sends it. Redirects are answers like any other: what they lead to was not looked at. Nothing of the answer
 * but its status is read.
 *
 * @param timeout milliseconds for all of it
 * @throws EndpointRefused for every status but 2xx
 * @throws AddressRefused where it is not public
 */
export async function deliver(
  delivery: Delivery,
  destinations: Destinations,
  timeout: number,
  signal: AbortSignal,
): Promise<void> {
  const { url, id, timestamp, body } = delivery
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // An address in the URL is not looked up.
  if (isIP(host) !== 0 && !destinations.admits(host)) throw new AddressRefused()
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const request = send(url, {
    method: 'POST',
    // A connection of its own: one that is kept may have been made for somebody else's name.
    agent: false,
    lookup: destinations.lookup,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'trefoil-webhooks',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatures(delivery),
    },
  })
  request.on('error', reject)
  // One that wants another protocol (101) is cut off by Node without an error.
  request.on('close', () =>
    reject(new Error('The endpoint ended the connection without an answer')),
  )
  request.on('response', (response) => {
    resolve(response.statusCode ?? 0)
    response.on('error', () => {})
    response.destroy()
  })
  request.end(body)
  const status = await promise
  if (status < 200 || status > 299) throw new EndpointRefused(status)
}
