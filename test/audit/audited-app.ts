// An app with an audit log in memory, and every way of being called that matters to one.
import { z } from 'zod'
import { type AuditLogOptions, auditLog } from '../../packages/trefoil/src/audit.ts'
import {
  type AuditEntry,
  type CallEvent,
  type MemoryAudit,
  memoryAudit,
  readEntry,
  type StoredEntry,
} from '../../packages/trefoil/src/audit-chain.ts'
import { hasRole, jwtAuth } from '../../packages/trefoil/src/auth.ts'
import {
  type CreateAppOptions,
  createApp,
  dependency,
  HttpError,
  query,
  reply,
} from '../../packages/trefoil/src/index.ts'
import { createToken, testClient } from '../../packages/trefoil/src/testing.ts'
import { linesOf } from '../parity/ways.ts'

export const KEY = 'the key of the audit log, 32 bytes and more'
export const TOKEN_SECRET = 'the secret of the tokens, 32 bytes and more'

export function tokenOf(subject: string, ...roles: readonly string[]): string {
  return createToken({ subject, keys: TOKEN_SECRET, roles })
}

/** A store that can be told to fail. */
export function failingStore(): {
  readonly store: MemoryAudit
  fails: boolean
  readonly inner: MemoryAudit
} {
  const inner = memoryAudit()
  const control = {
    inner,
    fails: false,
    store: {
      ...inner,
      get entries() {
        return inner.entries
      },
      append(entries: readonly StoredEntry[]) {
        if (control.fails) throw new Error('disk full')
        return inner.append(entries)
      },
    },
  }
  return control
}

export function entriesIn(store: MemoryAudit): readonly AuditEntry[] {
  return store.entries.map(({ text }) => readEntry(text) as AuditEntry)
}

/** Events of calls, without those of the app's own. */
export function callsIn(store: MemoryAudit): readonly CallEvent[] {
  return entriesIn(store)
    .map(({ event }) => event)
    .filter((event) => event.type === 'call' || event.type === 'intent')
}

export function audited(
  options: Partial<AuditLogOptions> = {},
  appOptions: Pick<CreateAppOptions<[], object, object>, 'browser' | 'approval' | 'limits'> = {},
) {
  const control = failingStore()
  const { lines, logger } = linesOf()
  const done: string[] = []
  const audit = auditLog({ keys: KEY, sink: control.store, ...options })
  const app = createApp({
    name: 'audited',
    env: {},
    edge: { hosts: ['testserver'] },
    log: { logger },
    auth: [{ authenticate: jwtAuth({ keys: TOKEN_SECRET }), surfaces: ['api', 'mcp', 'cli'] }],
    parts: [audit],
    ...appOptions,
  })
  const commits = dependency(
    async function* () {
      yield 'db'
      done.push('commit')
      if (done.includes('fail to commit')) throw new Error('commit failed')
    },
    { name: 'commits' },
  )
  const on = <const Name extends string>(name: Name) =>
    ({ name, description: `Does ${name}.`, tool: true, cli: true }) as const
  app.post('/write', { ...on('write'), params: { db: commits } }, () => {
    done.push('write')
    return reply({ ok: true }, { meta: { order: 'o-1', token: 'meta-token', other: 'no' } })
  })
  app.post('/read', { ...on('read'), changes: false }, () => {
    done.push('read')
    return { ok: true }
  })
  app.post('/marked', { ...on('marked'), changes: false, audit: true }, () => ({ ok: true }))
  app.post('/silent', { ...on('silent'), audit: false }, () => ({ ok: true }))
  app.post('/needed', { ...on('needed'), changes: false, audit: 'required' }, () => {
    done.push('needed')
    return { ok: true }
  })
  app.post('/admin', { ...on('admin'), guards: [hasRole('admin')] }, () => ({ ok: true }))
  app.post('/crash', on('crash'), () => {
    throw new Error('boom with a s3cret inside')
  })
  app.post('/refuse', on('refuse'), () => {
    throw new HttpError(429, 'Too often')
  })
  app.post(
    '/pay',
    {
      ...on('pay'),
      params: {
        amount: z.number(),
        pin: query(z.string(), { sensitive: true }),
        note: z.object({ text: z.string(), api_key: z.string() }).optional(),
        password: z.string().optional(),
      },
    },
    () => ({ paid: true }),
  )
  return { app, audit, client: testClient(app), control, lines, done, store: control.inner }
}
