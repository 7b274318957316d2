import { randomUUID } from 'node:crypto'
import {
  type BackgroundCall,
  type Dependency,
  dependency,
  ImproperlyConfigured,
  type ProviderCall,
} from '../../index.ts'
import { type CallJobs, NoRetry } from '../../jobs.ts'
import { definePart, type Part, processEnvironment, readOptions } from '../../parts.ts'
import { deliver, EndpointRefused } from './deliver.ts'
import { Destinations } from './destinations.ts'
import { EndpointKeys } from './endpoint-keys.ts'
import {
  checkType,
  Endpoints,
  endpointTable,
  type KeptEndpoint,
  type WebhookEndpoint,
  webhookProblems,
} from './endpoints.ts'
import { WEBHOOKS, type WebhooksOptions } from './webhook-options.ts'

/** An endpoint that is added. */
export interface NewEndpoint {
  readonly url: string
  /** Types that it is sent, such as `order.created`. Default all. */
  readonly events?: readonly string[]
}

/** The endpoints of the caller's tenant, and the outbox of its call: all of it is kept with the call, or not at all. */
export interface WebhookOutbox {
  /**
   * Sends an event to every endpoint of the tenant that takes its type, once the call is committed.
   *
   * @param type such as `order.created`
   * @returns the id of the message, the same for all of them
   * @throws TypeError for a type that is none
   * @throws JobDataRefused for data with no JSON form, or too much of it
   */
  publish(type: string, data: unknown): Promise<string>
  /**
   * @returns its id, and the secret that the receiver verifies with: it is shown here and never again
   * @throws Problem `webhook_url_refused` for a URL that messages are not sent to
   */
  addEndpoint(endpoint: NewEndpoint): Promise<{ readonly id: string; readonly secret: string }>
  /** Jobs of it that wait are dropped when their turn comes. @returns false where there is none */
  removeEndpoint(id: string): Promise<boolean>
  /**
   * Gives it another secret, with which it is sent to at once; the one before signs as well, for `overlap`. An
   * endpoint that was gone is sent to again.
   *
   * @returns the new secret; `null` where there is no such endpoint
   */
  rotateSecret(id: string): Promise<string | null>
  endpoints(): Promise<readonly WebhookEndpoint[]>
}

/** The part of {@link webhooks}. */
export interface Webhooks extends Part {
  /** A dependency of actions that may change something, and of jobs. */
  readonly outbox: Dependency<WebhookOutbox>
}

interface Message {
  readonly endpoint: string
  readonly id: string
  readonly type: string
  readonly timestamp: string
  readonly data: unknown
}

const JOB = 'webhook'
const GONE = 410

/**
 * Messages to servers of others: written with the call, signed as Standard Webhooks has it, sent by jobs until
 * they are taken, and never to an address of our own network.
 *
 * @throws ImproperlyConfigured naming the option or the variable that is wrong
 */
export function webhooks(options: WebhooksOptions): Webhooks {
  const values = readOptions(WEBHOOKS, options, { env: processEnvironment() })
  const { data, jobs, clock, timeout, overlap, retries, backoff, longestBackoff } = values
  const destinations = openTo(values.allow)
  const keys = new EndpointKeys(values.keys)
  const endpoints = new Endpoints(data, keys, destinations, values.http, clock)
  data.tables('webhooks', [{ name: '0001-endpoints', sql: endpointTable(data.dialect) }])

  const job = jobs.define<never>(
    JOB,
    {
      retries,
      backoff: `${backoff}ms`,
      longestBackoff: `${longestBackoff}ms`,
      // Longer than the request, so that it is the endpoint that is told of.
      timeout: `${timeout + 5000}ms`,
      concurrency: 8,
    },
    (message: Message, call: BackgroundCall) => send(message, call),
  )

  async function send(
    { endpoint: id, type, timestamp, data: event, ...message }: Message,
    call: BackgroundCall,
  ) {
    const found = await endpoints.find(id)
    // Removed, or gone, since it was written.
    if (found === null || found.disabledAt !== null) return
    const delivery = {
      url: endpoints.readUrl(found.url),
      id: message.id,
      timestamp: Math.floor(clock.now() / 1000),
      // The same text at each try: a signature over another order of members is of another message.
      body: JSON.stringify({ type, timestamp, data: event }),
      secrets: endpoints.secretsOf(found, overlap),
    }
    try {
      await deliver(delivery, destinations, timeout, call.signal)
    } catch (error) {
      if (!(error instanceof EndpointRefused) || error.status !== GONE) throw error
      await endpoints.disable(id)
      throw new NoRetry('The endpoint answered that it is gone, and is sent nothing any more')
    }
  }

  async function publish(
    unit: unknown,
    queue: CallJobs,
    tenant: string,
    type: unknown,
    event: unknown,
  ): Promise<string> {
    const name = checkType(type)
    const id = `msg_${randomUUID().replaceAll('-', '')}`
    const timestamp = new Date(clock.now()).toISOString()
    const takers = (await endpoints.ofTenant(unit, tenant)).filter((one) => takes(one, name))
    for (const { id: endpoint } of takers) {
      const message: Message = { endpoint, id, type: name, timestamp, data: event }
      // Its key is its own, so that one call sends it once.
      await queue.send(job, message as never, { key: `${id} ${endpoint}` })
    }
    return id
  }

  function outboxOf(unit: unknown, queue: CallJobs, call: ProviderCall): WebhookOutbox {
    const tenant = call.auth?.tenant ?? ''
    return Object.freeze({
      publish: (type: string, event: unknown) => publish(unit, queue, tenant, type, event),
      addEndpoint: ({ url, events = [] }: NewEndpoint) => endpoints.add(unit, tenant, url, events),
      removeEndpoint: (id: string) => endpoints.remove(unit, tenant, id),
      rotateSecret: (id: string) => endpoints.rotate(unit, tenant, id),
      endpoints: async () => (await endpoints.ofTenant(unit, tenant)).map(viewOf),
    })
  }

  const outbox = dependency(({ db, queue }, call: ProviderCall) => outboxOf(db, queue, call), {
    name: 'webhooks.outbox',
    uses: { db: data.db, queue: jobs.queue },
    preview: 'safe',
  })
  return definePart(
    {
      name: 'webhooks',
      options: WEBHOOKS,
      problems: webhookProblems,
      risks: () =>
        values.http
          ? [{ code: 'webhooks_http', message: 'webhooks() must not send without TLS (http)' }]
          : [],
    },
    { outbox },
  )
}

function takes({ events, disabledAt }: KeptEndpoint, type: string): boolean {
  return disabledAt === null && (events.length === 0 || events.includes(type))
}

function viewOf({ id, url, events, createdAt, disabledAt }: KeptEndpoint): WebhookEndpoint {
  return Object.freeze({ id, url, events, createdAt, disabledAt })
}

/** @throws ImproperlyConfigured */
function openTo(allow: readonly string[]): Destinations {
  try {
    return new Destinations(allow)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it has no network'
    throw new ImproperlyConfigured(`webhooks(): allow: ${why}`, { cause })
  }
}
