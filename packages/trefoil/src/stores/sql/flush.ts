import type { SqlStatements } from '../../contract/ports/sql.ts'

/**
 * Has the disk take what was written last, for what must outlive the loss of power, such as that somebody
 * was locked out. SQLite's file of `state` is written without waiting for the disk; a checkpoint is the
 * one statement that waits. PostgreSQL has waited with the statement itself.
 */
export async function flush(state: SqlStatements): Promise<void> {
  if (state.dialect === 'sqlite') await state.run('pragma wal_checkpoint')
}
