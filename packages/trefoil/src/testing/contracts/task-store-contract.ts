import type { StoredTask, TaskStore } from '../../contract/ports/tasks.ts'
import { expectThrow, expectValue } from './expect-value.ts'
import { type StoreCheck, type StoreChecks, storeChecks } from './store-check.ts'

const NOW = 1_800_000_000_000
const HOUR = 3_600_000
const ADA = { tenant: null, subject: 'ada' }

function taskOf(id: string, more: Partial<StoredTask> = {}): StoredTask {
  return {
    id,
    owner: ADA,
    action: 'export_orders',
    status: 'working',
    createdAt: NOW,
    updatedAt: NOW,
    endsAt: NOW + HOUR,
    heldUntil: NOW + 30_000,
    result: null,
    version: 1,
    ...more,
  }
}

const CHECKS: StoreChecks<TaskStore> = {
  'gives back what was added, and nothing for another id': async (store) => {
    const task = taskOf('a', {
      owner: { tenant: "t' or ''='", subject: 'Zoë 🔑' },
      result: JSON.stringify({ text: 'é"\\\n🍀', more: 'x'.repeat(100_000) }),
    })
    expectValue(await store.add(task, 10), 'added', 'add()')
    expectValue(await store.find(task.owner, 'a', NOW), task, 'find()')
    expectValue(await store.find(task.owner, 'A', NOW), null, 'find() of another id')
    expectValue(await store.add(task, 10), 'taken', 'add() again')
  },
  'PW-41: one of somebody else is as if it were not there': async (store) => {
    await store.add(taskOf('a'), 10)
    for (const owner of [
      { tenant: null, subject: 'eve' },
      { tenant: 'acme', subject: 'ada' },
      { tenant: '', subject: 'ada' },
    ]) {
      expectValue(await store.find(owner, 'a', NOW), null, 'find() by another')
    }
  },
  'so many are open for an owner, also of many that come at once': async (store) => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, at) => store.add(taskOf(`t${at}`), 20)),
    )
    expectValue(answers.filter((one) => one === 'added').length, 20, 'how many were added')
    expectValue(answers.filter((one) => one === 'full').length, 80, 'how many were too many')
    const other = taskOf('other', { owner: { tenant: 'acme', subject: 'ada' } })
    expectValue(await store.add(other, 20), 'added', 'add() of another owner')
  },
  'what has ended, is over or was lost counts no more': async (store) => {
    await store.add(taskOf('a'), 1)
    expectValue(await store.add(taskOf('b'), 1), 'full', 'add() of a second one')
    await store.change('a', 1, { status: 'completed', result: '1' }, NOW)
    expectValue(
      await store.add(taskOf('b', { endsAt: NOW + 10 }), 1),
      'added',
      'add() after an end',
    )
    const later = { createdAt: NOW + 10, heldUntil: NOW + 20 }
    expectValue(await store.add(taskOf('c', later), 1), 'added', 'add() when one is over')
    expectValue(
      await store.add(taskOf('d', { createdAt: NOW + 20 }), 1),
      'added',
      'add() when one was lost',
    )
    const waits = { status: 'input_required' as const, createdAt: NOW + 20, heldUntil: null }
    expectValue(await store.add(taskOf('e', waits), 1), 'full', 'add() beside one')
  },
  'changes the version that was read, and for good where it ends': async (store) => {
    await store.add(taskOf('a'), 10)
    const asks = { status: 'input_required' as const, result: '{"ask":1}', heldUntil: null }
    expectValue(await store.change('a', 1, asks, NOW + 1), true, 'change()')
    expectValue(await store.change('a', 1, asks, NOW + 1), false, 'change() of an old version')
    expectValue(await store.change('b', 1, asks, NOW + 1), false, 'change() of an unknown id')
    expectValue(
      await store.find(ADA, 'a', NOW + 1),
      taskOf('a', { ...asks, updatedAt: NOW + 1, version: 2 }),
      'find()',
    )
    expectValue(await store.change('a', 2, { status: 'cancelled' }, NOW + 2), true, 'change()')
    expectValue(
      await store.find(ADA, 'a', NOW + 2),
      taskOf('a', { ...asks, status: 'cancelled', updatedAt: NOW + 2, version: 3 }),
      'find() after the end',
    )
    for (const status of ['working', 'completed', 'failed'] as const) {
      expectValue(await store.change('a', 3, { status }, NOW + 3), false, 'change() after the end')
    }
  },
  'of an end and a cancellation at once one is true': async (store) => {
    await store.add(taskOf('a'), 10)
    const ends = await Promise.all(
      Array.from({ length: 100 }, async (_, at) =>
        store.change('a', 1, { status: at % 2 === 0 ? 'completed' : 'cancelled' }, NOW),
      ),
    )
    expectValue(ends.filter(Boolean).length, 1, 'how many ended it')
  },
  'one whose process is gone has failed, and stays so': async (store) => {
    await store.add(taskOf('a'), 10)
    expectValue(await store.hold('a', NOW + 60_000, NOW + 20_000), true, 'hold()')
    expectValue((await store.find(ADA, 'a', NOW + 50_000))?.status, 'working', 'status while held')
    expectValue((await store.find(ADA, 'a', NOW + 60_000))?.status, 'failed', 'status when lost')
    expectValue(await store.hold('a', NOW + 90_000, NOW + 60_000), false, 'hold() when lost')
    const late = await store.change('a', 1, { status: 'completed' }, NOW + 60_000)
    expectValue(late, false, 'change() when lost')
    await store.add(taskOf('b', { heldUntil: null }), 10)
    expectValue(
      (await store.find(ADA, 'b', NOW + 50_000))?.status,
      'working',
      'status of one nobody holds',
    )
    await store.change('b', 1, { status: 'cancelled' }, NOW)
    expectValue(await store.hold('b', NOW + 90_000, NOW), false, 'hold() of one cancelled')
  },
  'is not there when it is over': async (store) => {
    await store.add(taskOf('a', { heldUntil: null }), 10)
    expectValue(await store.find(ADA, 'a', NOW + HOUR), null, 'find()')
    expectValue(await store.change('a', 1, { status: 'completed' }, NOW + HOUR), false, 'change()')
    expectValue(await store.hold('a', NOW + 2 * HOUR, NOW + HOUR), false, 'hold()')
  },
  'refuses results that are too long': async (store) => {
    const result = 'x'.repeat(1_048_577)
    await expectThrow(() => store.add(taskOf('a', { result }), 10), 'add()')
    await store.add(taskOf('a'), 10)
    await expectThrow(() => store.change('a', 1, { status: 'completed', result }, NOW), 'change()')
  },
}

/**
 * What every store of tasks must do: `for (const { name, run } of taskStoreContract(makeStore)) test(name, run)`.
 *
 * @param makeStore gives an empty store for each check
 */
export function taskStoreContract(
  makeStore: () => TaskStore | Promise<TaskStore>,
): readonly StoreCheck[] {
  return storeChecks(CHECKS, makeStore)
}
