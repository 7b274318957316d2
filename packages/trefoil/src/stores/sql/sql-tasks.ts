import type { Owner } from '../../contract/ports/login-sessions.ts'
import type { SqlRow, SqlStatements } from '../../contract/ports/sql.ts'
import type { SqlData } from '../../contract/ports/sql-data.ts'
import type { StoredTask, TaskChange, TaskStatus, TaskStore } from '../../contract/ports/tasks.ts'
import { checkResult, OPEN, seenTask } from '../memory/task-rules.ts'
import { checkData } from './check-data.ts'
import { ownerDigest } from './owner-digest.ts'
import { retried } from './retried.ts'
import { TASK_STEPS } from './steps/task-tables.ts'
import { sweepByKey } from './sweep-by-key.ts'
import { Sweeper } from './sweeper.ts'

/** Once `now`: what may still change. One whose process is gone may not. */
const MAY_CHANGE = `ends_at > ? and (status = 'input_required'
  or (status = 'working' and (held_until is null or held_until > ?)))`

/**
 * Tasks that all processes of a database know: asked for wherever the next request of the caller lands.
 *
 * @param data what `database()` gives
 * @throws TypeError for what is no database
 */
export function sqlTasks(data: SqlData): TaskStore {
  checkData('sqlTasks', data)
  data.tables('tasks', TASK_STEPS, 'state')
  const { state, dialect } = data
  const add = dialect === 'sqlite' ? addOnSqlite(state) : addOnPostgres(state)
  const sweeper = new Sweeper(
    sweepByKey(state, dialect, {
      table: 'trefoil_tasks',
      key: 'id',
      over: 'ends_at < {now} - 60000',
    }),
  )

  return Object.freeze({
    async add(task: StoredTask, most: number) {
      checkResult(task.result)
      sweeper.used()
      if (await add(rowOf(task), most)) return 'added' as const
      const [row] = await state.run('select 1 as there from trefoil_tasks where id = ?', [task.id])
      return row === undefined ? ('full' as const) : ('taken' as const)
    },
    async find(owner: Owner, id: string, now: number) {
      const [row] = await state.run(
        'select * from trefoil_tasks where id = ? and owner = ? and ends_at > ?',
        [id, ownerDigest(owner), now],
      )
      return row === undefined ? null : seenTask(taskOf(row), now)
    },
    async change(id: string, version: number, change: TaskChange, now: number) {
      const { status, result, heldUntil } = change
      checkResult(result)
      const isOpen = OPEN.has(status)
      const sets = ['status = ?', 'updated_at = ?', 'version = version + 1']
      const values = [status, now]
      const more: (string | number | null)[] = []
      if (result !== undefined) {
        sets.push('result = ?')
        more.push(result)
      }
      if (!isOpen || heldUntil !== undefined) {
        sets.push('held_until = ?')
        more.push(isOpen ? (heldUntil ?? null) : null)
      }
      const rows = await state.run(
        `update trefoil_tasks set ${sets.join(', ')} where id = ? and version = ? and ${MAY_CHANGE} returning id`,
        [...values, ...more, id, version, now, now],
      )
      return rows.length > 0
    },
    async hold(id: string, until: number, now: number) {
      const rows = await state.run(
        `update trefoil_tasks set held_until = ? where id = ? and status = 'working' and ${MAY_CHANGE} returning id`,
        [until, id, now, now],
      )
      return rows.length > 0
    },
  })
}

type Row = Readonly<Record<string, string | number | null>>
type Add = (row: Row, most: number) => Promise<boolean>

function addOnSqlite(state: SqlStatements): Add {
  return async (row, most) => {
    const names = Object.keys(row)
    const { owner = null, created_at: now = null } = row
    const rows = await state.run(
      `insert into trefoil_tasks (${names.join(', ')}) select ${names.map(() => '?').join(', ')}
        where (select count(*) from trefoil_tasks where owner = ? and ${MAY_CHANGE}) < ?
        on conflict (id) do nothing returning id`,
      [...Object.values(row), owner, now, now, most],
    )
    return rows.length > 0
  }
}

function addOnPostgres(state: SqlStatements): Add {
  return async (row, most) => {
    // The lock goes by the key, which is the owner here.
    const asked = JSON.stringify([{ key: row['owner'], task: row }])
    const [answer] = await retried(() =>
      state.run('select trefoil_add_task(?, ?) as added', [asked, most]),
    )
    return Boolean(answer?.['added'])
  }
}

function rowOf(task: StoredTask): Row {
  return {
    id: task.id,
    owner: ownerDigest(task.owner),
    tenant: task.owner.tenant,
    subject: task.owner.subject,
    action: task.action,
    status: task.status,
    created_at: task.createdAt,
    updated_at: task.updatedAt,
    ends_at: task.endsAt,
    held_until: task.heldUntil,
    result: task.result,
    version: task.version,
  }
}

function taskOf(row: SqlRow): StoredTask {
  const { tenant, held_until, result } = row
  return {
    id: String(row['id']),
    owner: { tenant: tenant === null ? null : String(tenant), subject: String(row['subject']) },
    action: String(row['action']),
    // Written by this store alone.
    status: String(row['status']) as TaskStatus,
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
    endsAt: Number(row['ends_at']),
    heldUntil: held_until === null ? null : Number(held_until),
    result: result === null ? null : String(result),
    version: Number(row['version']),
  }
}
