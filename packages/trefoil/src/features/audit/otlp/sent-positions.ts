import { TreeFiles } from '../../../audit-chain.ts'
import type { AnyDatabase, Migration } from '../../../database.ts'

/** How far the log was sent, kept behind what was taken: what is sent twice is known by its number, what is lost is not. */
export interface SentPositions {
  /** Takes the place of the one who sends, or keeps it. @returns false where another process has it */
  take(): Promise<boolean>
  /** By stream, the number of its last entry that was taken. */
  load(): Promise<Map<string, number>>
  save(stream: string, seq: number): Promise<void>
  /** Gives the place up. */
  give(): Promise<void>
}

/** Beside the log, in a folder of this machine. */
export function positionsInFolder(dir: string): SentPositions {
  const files = new TreeFiles({ dir, fsync: true })
  const all = new Map<string, number>()
  return {
    take: async () => files.open(),
    async load() {
      all.clear()
      const bytes = await files.read(POSITIONS)
      if (bytes !== null) for (const [stream, seq] of readPositions(bytes)) all.set(stream, seq)
      return new Map(all)
    },
    async save(stream, seq) {
      all.set(stream, seq)
      const text = JSON.stringify(Object.fromEntries(all))
      await files.write([{ path: POSITIONS, bytes: new TextEncoder().encode(text) }])
    },
    give: async () => files.close(),
  }
}

const POSITIONS = 'positions.json'

/** What cannot be read is as good as none: everything is sent again, and nothing is left out. */
function readPositions(bytes: Uint8Array): readonly (readonly [string, number])[] {
  try {
    const read: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return Object.entries(Object(read)).filter((pair): pair is [string, number] =>
      Number.isSafeInteger(pair[1]),
    )
  } catch {
    return []
  }
}

const TABLES: readonly Migration[] = [
  {
    name: '0001-sent',
    sql: {
      sqlite: `create table trefoil_audit_sent_streams (stream text primary key, seq integer not null) strict;
create table trefoil_audit_sent_place (place text primary key, holder text not null, until integer not null) strict`,
      postgres: `create table trefoil_audit_sent_streams (stream text primary key, seq bigint not null);
create table trefoil_audit_sent_place (place text primary key, holder text not null, until bigint not null)`,
    },
  },
]
const TAKE = `insert into trefoil_audit_sent_place (place, holder, until) values ('otlp', ?, ?)
  on conflict (place) do update set holder = excluded.holder, until = excluded.until
  where trefoil_audit_sent_place.until < ? or trefoil_audit_sent_place.holder = excluded.holder returning place`
const GIVE = "delete from trefoil_audit_sent_place where place = 'otlp' and holder = ?"
const LOAD = 'select stream, seq from trefoil_audit_sent_streams'
/** Never back: one who lost its place and is late must not have the others send again. */
const SAVE = `insert into trefoil_audit_sent_streams (stream, seq) values (?, ?)
  on conflict (stream) do update set seq = excluded.seq where trefoil_audit_sent_streams.seq < excluded.seq`

/**
 * In the database of the log, where its processes share it: one of them sends.
 *
 * @param holder of this process alone
 * @param lease milliseconds after which another one sends, when nothing is heard of this one
 * @param now milliseconds since the Unix epoch
 */
export function positionsInDatabase(
  { tables, state }: Pick<AnyDatabase, 'tables' | 'state'>,
  holder: string,
  lease: number,
  now: () => number,
): SentPositions {
  tables('audit_sent', TABLES, 'state')
  return {
    async take() {
      const at = Math.floor(now())
      return (await state.run(TAKE, [holder, at + lease, at])).length > 0
    },
    async load() {
      const rows = await state.run(LOAD, [])
      return new Map(rows.map(({ stream, seq }) => [String(stream), Number(seq)]))
    },
    async save(stream, seq) {
      await state.run(SAVE, [stream, seq])
    },
    async give() {
      await state.run(GIVE, [holder])
    },
  }
}
