import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, createApp, type Dependency, HttpError } from 'trefoil'
import { type Database, type DatabaseOptions, database } from 'trefoil/database'
import type { Part } from 'trefoil/parts'
import { onTestFinished } from 'vitest'

export interface Tables {
  notes: { text: string }
}

export type Line = readonly [fields: Record<string, unknown>, message: string]

export interface NotesApp {
  readonly app: App
  readonly data: Database<Tables>
  readonly lines: Line[]
  /** What is in the table, in order. */
  texts(): Promise<readonly string[]>
}

export const NOTES = { name: '0001-notes', sql: 'create table notes (text text not null) strict' }

/** A folder that is gone after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'trefoil-database-test-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** An app with a table of notes. */
export function notesApp(
  options: DatabaseOptions & {
    readonly parts?: readonly Part[]
  } = {},
): NotesApp {
  const { parts = [], ...given } = options
  const data = database<Tables>({
    url: ':memory:',
    migrations: [NOTES],
    migrate: 'start',
    ...given,
  })
  const lines: Line[] = []
  const log = (fields: Record<string, unknown>, message: string) => {
    // Its one table has none.
    if (!message.startsWith('Tables without a primary key')) lines.push([fields, message])
  }
  const logger = { debug() {}, info() {}, warn: log, error: log }
  const app = createApp({
    env: {},
    log: { logger },
    publicSurfaces: ['api', 'mcp', 'cli'],
    parts: [data, ...parts],
  })
  return {
    app: app as unknown as App,
    data,
    lines,
    texts: async () =>
      (await data.queries().selectFrom('notes').select('text').orderBy('rowid').execute()).map(
        ({ text }) => text,
      ),
  }
}

/** Registers a changing action that adds a note and then does something. */
export function adding(
  { app, data }: NotesApp,
  path: `/${string}`,
  then: () => unknown = () => undefined,
): void {
  app.post(
    path,
    {
      name: path.slice(1),
      description: 'Adds a note.',
      tool: true,
      cli: true,
      params: { db: data.db as Dependency<never> },
    },
    async ({ db }: { readonly db: never }) => {
      await insert(db, path.slice(1))
      return (await then()) ?? 'added'
    },
  )
}

export async function insert(db: unknown, text: string): Promise<void> {
  await (db as ReturnType<Database<Tables>['queries']>)
    .insertInto('notes')
    .values({ text })
    .execute()
}

export function refused(): never {
  throw new HttpError(409, 'Not today')
}
