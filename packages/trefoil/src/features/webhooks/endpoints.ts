import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import { type QueryExecutorProvider, sql } from 'kysely'
import type { AnyDatabase } from '../../database.ts'
import { type Clock, defineProblems, type ProblemSet } from '../../index.ts'
import type { Destinations } from './destinations.ts'
import { type EndpointKeys, secretText } from './endpoint-keys.ts'

/** Where messages go. Times are milliseconds since the Unix epoch. */
export interface WebhookEndpoint {
  readonly id: string
  readonly url: string
  /** Types that it is sent; empty for all. */
  readonly events: readonly string[]
  readonly createdAt: number
  /** When it answered that it is gone; `null` while it is sent to. */
  readonly disabledAt: number | null
}

/** What {@link Endpoints} keeps of one. */
export interface KeptEndpoint extends WebhookEndpoint {
  readonly tenant: string
  readonly keyId: string
  readonly version: number
  readonly rotatedAt: number | null
}

/** Codes of {@link webhookProblems}. */
export type WebhookProblem = 'webhook_url_refused'

/** What the URL of an endpoint is refused with. */
export const webhookProblems: ProblemSet<WebhookProblem> = defineProblems('webhooks', {
  webhook_url_refused: {
    status: 422,
    text: 'The URL is not one that messages can be sent to',
    fix: 'Give an https URL of a public host, without user name, password or fragment.',
  },
})

const LONGEST_URL = 2048
const TYPE = /^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*$/
const MOST_EVENTS = 100

/** @throws TypeError for what is none */
export function checkType(type: unknown): string {
  if (typeof type === 'string' && type.length <= 128 && TYPE.test(type)) return type
  throw new TypeError('webhooks: the type of an event is a name such as order.created')
}

/** The table, for one database or the other. */
export function endpointTable(dialect: AnyDatabase['dialect']): string {
  const [int, end] = dialect === 'sqlite' ? ['integer', ' strict'] : ['bigint', '']
  return `create table trefoil_webhooks (
  id text primary key,
  tenant text not null,
  url text not null,
  events text not null,
  key_id text not null,
  version ${int} not null,
  rotated_at ${int},
  created_at ${int} not null,
  disabled_at ${int}
)${end};
create index trefoil_webhooks_tenant on trefoil_webhooks (tenant);`
}

const ADD = `insert into trefoil_webhooks (id, tenant, url, events, key_id, version, created_at)
  values (?, ?, ?, ?, ?, 1, ?)`
const OF_TENANT = 'select * from trefoil_webhooks where tenant = ? order by created_at, id'
const REMOVE = 'delete from trefoil_webhooks where id = ? and tenant = ? returning id'
const ROTATE = `update trefoil_webhooks set version = version + 1, key_id = ?, rotated_at = ?, disabled_at = null
  where id = ? and tenant = ? and key_id = ? returning *`
const DISABLE = 'update trefoil_webhooks set disabled_at = ? where id = ? and disabled_at is null'

/** Endpoints by tenant: one of another tenant looks like none. */
export class Endpoints {
  readonly #data: AnyDatabase
  readonly #keys: EndpointKeys
  readonly #destinations: Destinations
  readonly #takesHttp: boolean
  readonly #clock: Clock

  constructor(
    data: AnyDatabase,
    keys: EndpointKeys,
    destinations: Destinations,
    takesHttp: boolean,
    clock: Clock,
  ) {
    this.#data = data
    this.#keys = keys
    this.#destinations = destinations
    this.#takesHttp = takesHttp
    this.#clock = clock
  }

  /**
   * @returns its id, and the secret that the receiver verifies with
   * @throws Problem `webhook_url_refused`
   */
  async add(
    unit: unknown,
    tenant: string,
    url: unknown,
    events: readonly unknown[],
  ): Promise<{ readonly id: string; readonly secret: string }> {
    const where = this.readUrl(url)
    if (!Array.isArray(events) || events.length > MOST_EVENTS) {
      throw new TypeError(`webhooks: events is a list of at most ${MOST_EVENTS} types`)
    }
    const types = [...new Set(events.map(checkType))]
    const [id, keyId] = [randomUUID(), this.#keys.currentId]
    const values = [id, tenant, where.href, JSON.stringify(types), keyId, this.#now()]
    await this.#data.statements(unit).run(ADD, values)
    return Object.freeze({ id, secret: secretText(this.#keys.secretOf(keyId, id, 1)) })
  }

  async remove(unit: unknown, tenant: string, id: unknown): Promise<boolean> {
    return (await this.#data.statements(unit).run(REMOVE, [String(id), tenant])).length > 0
  }

  /** @returns the new secret; `null` where there is no such endpoint */
  async rotate(unit: unknown, tenant: string, id: unknown): Promise<string | null> {
    const found = (await this.ofTenant(unit, tenant)).find((one) => one.id === id)
    if (found === undefined) return null
    const { keyId, version } = found
    // By the key it was made with: the secret before must be made anew, too, for as long as it signs.
    const values = [keyId, this.#now(), found.id, tenant, keyId]
    await this.#data.statements(unit).run(ROTATE, values)
    return secretText(this.#keys.secretOf(keyId, found.id, version + 1))
  }

  async ofTenant(unit: unknown, tenant: string): Promise<readonly KeptEndpoint[]> {
    return (await this.#data.statements(unit).run(OF_TENANT, [tenant])).map(kept)
  }

  /** Of any tenant, as it has been committed: for the sending. */
  async find(id: string): Promise<KeptEndpoint | null> {
    // It can be asked like any other handle of Kysely's.
    const db = this.#data.queries() as QueryExecutorProvider
    const { rows } = await sql<Record<string, unknown>>`
      select * from trefoil_webhooks where id = ${id}`.execute(db)
    const [row] = rows
    return row === undefined ? null : kept(row)
  }

  /** It answered that it is gone. */
  async disable(id: string): Promise<void> {
    await this.#data.unit((unit: unknown) =>
      this.#data.statements(unit).run(DISABLE, [this.#now(), id]),
    )
  }

  /** What signs now, the newest first. */
  secretsOf({ keyId, id, version, rotatedAt }: KeptEndpoint, overlap: number): Uint8Array[] {
    const secrets = [this.#keys.secretOf(keyId, id, version)]
    if (rotatedAt !== null && this.#now() - rotatedAt < overlap) {
      secrets.push(this.#keys.secretOf(keyId, id, version - 1))
    }
    return secrets
  }

  /** @throws Problem `webhook_url_refused` for what is refused by its text alone; names are looked up at each sending */
  readUrl(text: unknown): URL {
    const url = typeof text === 'string' && text.length <= LONGEST_URL ? URL.parse(text) : null
    const isSecure = url?.protocol === 'https:' || (this.#takesHttp && url?.protocol === 'http:')
    if (
      url === null ||
      !isSecure ||
      url.username !== '' ||
      url.password !== '' ||
      url.hash !== ''
    ) {
      throw webhookProblems.problem('webhook_url_refused')
    }
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0 && !this.#destinations.admits(host)) {
      throw webhookProblems.problem('webhook_url_refused')
    }
    return url
  }

  #now(): number {
    return Math.floor(this.#clock.now())
  }
}

function kept(row: Readonly<Record<string, unknown>>): KeptEndpoint {
  const number = (value: unknown) => (value === null ? null : Number(value))
  return {
    id: String(row['id']),
    tenant: String(row['tenant']),
    url: String(row['url']),
    // Written by us.
    events: JSON.parse(String(row['events'])) as string[],
    keyId: String(row['key_id']),
    version: Number(row['version']),
    rotatedAt: number(row['rotated_at']),
    createdAt: Number(row['created_at']),
    disabledAt: number(row['disabled_at']),
  }
}
