// A collector of OTLP, and an audit log that sends to it.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import {
  type AuditLog,
  auditFile,
  auditLog,
  type OtlpOptions,
} from '../../packages/trefoil/src/audit.ts'
import type { Database } from '../../packages/trefoil/src/database.ts'
import { KEY } from './audited-app.ts'

export interface Taken {
  readonly headers: IncomingMessage['headers']
  readonly records: readonly LogRecord[]
  readonly service: string
}
export interface LogRecord {
  readonly body: { readonly stringValue: string }
  readonly eventName: string
  readonly severityText: string
  readonly timeUnixNano: string
  readonly attributes: readonly {
    key: string
    value: { stringValue?: string; intValue?: string }
  }[]
}

/** Undone after each test, the last first. */
export const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A collector; `answer` says what it answers, and what it takes with 200 is in `taken`. */
export async function collector() {
  const taken: Taken[] = []
  const state = { answer: 200, headers: {} as Record<string, string>, body: '{}', asked: 0 }
  const server: Server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece) => pieces.push(piece))
    request.on('end', () => {
      state.asked++
      if (state.answer === 0) return
      const { resourceLogs } = JSON.parse(Buffer.concat(pieces).toString())
      const [{ resource, scopeLogs }] = resourceLogs
      if (state.answer === 200) {
        const service = resource.attributes[0].value.stringValue
        taken.push({ headers: request.headers, records: scopeLogs[0].logRecords, service })
      }
      response.writeHead(state.answer, state.headers).end(state.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as { port: number }
  const seqs = () =>
    taken.flatMap(({ records }) =>
      records.map((one) => Number(attributeOf(one, 'trefoil.audit.seq'))),
    )
  return { url: `http://127.0.0.1:${port}/v1/logs`, taken, state, seqs }
}

export function attributeOf({ attributes }: LogRecord, name: string): string | undefined {
  const value = attributes.find(({ key }) => key === name)?.value
  return value?.stringValue ?? value?.intValue
}

export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'trefoil-otlp-'))
  closing.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

export function logger() {
  const lines: string[] = []
  const add = (fields: object, message = '') =>
    void lines.push(
      `${message} ${JSON.stringify(fields, (_, value) => (value instanceof Error ? value.message : value))}`,
    )
  return { lines, log: { debug: add, info: add, warn: add, error: add } }
}

export async function started(audit: AuditLog, log = logger().log, data?: Database<never>) {
  const app = { host: '127.0.0.1', name: 'store', log } as never
  await data?.start?.(app)
  await audit.start?.(app)
  let isOpen = true
  const stop = async () => {
    if (!isOpen) return
    isOpen = false
    await audit.drain?.(app)
    await audit.stop?.(app)
    await data?.stop?.(app)
  }
  closing.push(stop)
  return stop
}

export function inFile(dir: string, otlp: OtlpOptions): AuditLog {
  const sink = auditFile({ path: join(dir, 'audit.jsonl'), fsync: false })
  return auditLog({ keys: KEY, sink, otlp: { every: '10ms', dir: join(dir, 'sent'), ...otlp } })
}
