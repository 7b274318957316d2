import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type App, createApp } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { type Database, type DatabaseOptions, database } from 'trefoil/database'
import { type JobQueue, type JobQueueOptions, jobQueue } from 'trefoil/jobs'
import { onTestFinished } from 'vitest'

export interface Tables {
  done: { what: string }
}

export type Line = readonly [fields: Record<string, unknown>, message: string]

/** A clock that stands still until it is told to go on. */
export class TestClock {
  at = Date.UTC(2026, 0, 1)

  now(): number {
    return this.at
  }
  elapsed(): number {
    return this.at
  }
  pass(ms: number): void {
    this.at += ms
  }
}

export interface JobsApp {
  readonly app: App
  readonly data: Database<Tables>
  readonly jobs: JobQueue
  readonly clock: TestClock
  readonly lines: Line[]
  /** What jobs have written, in order. */
  done(): Promise<readonly string[]>
}

export const DONE = {
  name: '0001-done',
  sql: 'create table done (n integer primary key, what text not null) strict',
}

/** A folder that is gone after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'trefoil-jobs-test-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** An app with jobs, and a table of what they have done. */
export function jobsApp(
  options: Partial<JobQueueOptions> & { readonly database?: DatabaseOptions } = {},
): JobsApp {
  const { database: given = {}, ...rest } = options
  const data = database<Tables>({ url: ':memory:', migrations: [DONE], migrate: 'start', ...given })
  const clock = new TestClock()
  const jobs = jobQueue({ data, clock, ...rest })
  const lines: Line[] = []
  const log = (fields: Record<string, unknown>, message: string) =>
    void lines.push([fields, message])
  const app = createApp({
    env: {},
    log: { logger: { debug() {}, info() {}, warn: log, error: log }, trace: 'restart' },
    auth: [
      {
        // `ada.acme` is ada of the tenant acme.
        authenticate: ({ bearer }) => {
          if (bearer === null) return null
          const [subject = '', tenant = null] = bearer.split('.')
          const claims = { bearer }
          return new AuthContext({ subject, tenant, kind: 'person', roles: ['boss'], claims })
        },
        surfaces: ['api', 'mcp', 'cli'],
      },
    ],
    parts: [data, jobs],
  })
  onTestFinished(() => app.shutdown())
  return {
    app: app as unknown as App,
    data,
    jobs,
    clock,
    lines,
    done: async () =>
      (await data.queries().selectFrom('done').select('what').orderBy('rowid').execute()).map(
        ({ what }) => what,
      ),
  }
}

/** The rows of the queue, oldest first. */
export async function jobsTable({ data }: JobsApp): Promise<readonly Record<string, unknown>[]> {
  const { rows } = await sql<
    Record<string, unknown>
  >`select * from trefoil_jobs order by created_at, id`.execute(data.queries())
  return rows
}
