// An app whose audit log is in its database, and everything that can end a call.
import { sql } from 'kysely'
import { type AuditLog, type AuditLogOptions, auditLog } from '../../packages/trefoil/src/audit.ts'
import type { AuditEntry } from '../../packages/trefoil/src/audit-chain.ts'
import { jwtAuth } from '../../packages/trefoil/src/auth.ts'
import { type Database, database } from '../../packages/trefoil/src/database.ts'
import { createApp, dependency, HttpError } from '../../packages/trefoil/src/index.ts'
import { definePart, type Part } from '../../packages/trefoil/src/parts.ts'
import { type TestClient, testClient } from '../../packages/trefoil/src/testing.ts'
import { linesOf } from '../parity/ways.ts'
import { KEY, TOKEN_SECRET } from './audited-app.ts'

export interface Notes {
  notes: { text: string }
}

/** What a test may break, or look at. */
export interface Control {
  /** Thrown by the older dependency while it closes, after the unit was committed. */
  failsToClose: boolean
  /** Done right before the entry of a call is written: the audit part is asked last. */
  beforeEntry: ((unit: unknown) => unknown) | null
  readonly done: string[]
}

export interface SqlAudited {
  readonly data: Database<Notes>
  readonly audit: AuditLog
  readonly client: TestClient
  readonly control: Control
  readonly lines: ReturnType<typeof linesOf>['lines']
  texts(): Promise<readonly string[]>
  entries(): Promise<readonly AuditEntry[]>
  /** `type action outcome status` of all entries. */
  said(): Promise<readonly string[]>
}

export function sqlAudited(
  url: string,
  options: Partial<AuditLogOptions> = {},
  order: 'first' | 'last' = 'last',
): SqlAudited {
  const data = database<Notes>({
    url,
    migrate: 'start',
    migrations: [{ name: '0001-notes', sql: 'create table notes (text text not null)' }],
  })
  const control: Control = { failsToClose: false, beforeEntry: null, done: [] }
  const audit = auditLog({ keys: KEY, data, ...options })
  const other = definePart({
    name: 'other',
    transaction: { begin() {}, beforeCommit: (_, unit) => control.beforeEntry?.(unit) },
  })
  const { lines, logger } = linesOf()
  const parts: readonly Part[] = order === 'first' ? [audit, data, other] : [data, other, audit]
  const app = createApp({
    name: 'audited',
    env: {},
    edge: { hosts: ['testserver'] },
    log: { logger },
    auth: [{ authenticate: jwtAuth({ keys: TOKEN_SECRET }), surfaces: ['api', 'mcp', 'cli'] }],
    parts,
  })
  const outer = dependency(
    async function* () {
      yield 'outer'
      if (control.failsToClose) throw new Error('closing failed')
    },
    { name: 'outer' },
  )
  const on = (name: string) => ({ name, description: `Does ${name}.`, tool: true, cli: true })
  const add = async (db: never, text: string) => {
    await sql`insert into notes values (${text})`.execute(db)
    control.done.push(text)
  }
  app.post('/write', { ...on('write'), params: { db: data.db } }, async ({ db }) => {
    await add(db as never, 'write')
    return { ok: true }
  })
  app.post(
    '/layered',
    { ...on('layered'), params: { outer, db: data.db } },
    async ({ db }: { readonly db: unknown }) => {
      await add(db as never, 'layered')
      return { ok: true }
    },
  )
  app.post('/crash', { ...on('crash'), params: { db: data.db } }, async ({ db }) => {
    await add(db as never, 'crash')
    throw new Error('boom')
  })
  app.post('/refuse', { ...on('refuse'), params: { db: data.db } }, async ({ db }) => {
    await add(db as never, 'refuse')
    throw new HttpError(403, 'No')
  })
  app.post('/send', { ...on('send'), external: true, params: { db: data.db } }, async ({ db }) => {
    await add(db as never, 'send')
    return { ok: true }
  })
  app.post('/outside', on('outside'), () => {
    control.done.push('outside')
    return { ok: true }
  })
  app.post('/own', { ...on('own'), params: { db: data.db } }, async ({ db }, call) => {
    await add(db as never, 'own')
    await audit.append('key.rotated', { subject: String(call.auth?.subject) }, db)
    return { ok: true }
  })
  app.post('/waits', { ...on('waits'), params: { db: data.db } }, async ({ db }) => {
    await add(db as never, 'waits')
    await audit.append('key.rotated')
    return { ok: true }
  })
  app.get('/read', { ...on('read'), params: { db: data.read } }, async () => ({ ok: true }))
  const client = testClient(app)
  const entries = async () => {
    const all: AuditEntry[] = []
    for (let after: string | null | undefined; after !== null; ) {
      const page = await audit.find({ limit: 1000, ...(after === undefined ? {} : { after }) })
      all.push(...page.entries)
      after = page.next
    }
    return all
  }
  return {
    data,
    audit,
    client,
    control,
    lines,
    texts: async () => {
      const { rows } = await sql<{ text: string }>`select text from notes`.execute(data.queries())
      return rows.map(({ text }) => text)
    },
    entries,
    said: async () =>
      (await entries()).map(({ event }) => {
        const { type, action, outcome, status }: Partial<Record<string, unknown>> = { ...event }
        return [type, action, outcome, status].filter((word) => word !== undefined).join(' ')
      }),
  }
}
