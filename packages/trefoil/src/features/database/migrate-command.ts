import { existsSync } from 'node:fs'
import { ImproperlyConfigured } from '../../index.ts'
import type { PartCommand, SqlStore } from '../../parts.ts'
import { migrate, pendingSteps, type Steps, shownStep } from './migrations.ts'

/** A database, or file, with a ledger of its own. */
export interface Target {
  /** `null` for one that is not a file of ours. */
  readonly file: string | null
  store(): SqlStore<never>
  steps(): readonly Steps[]
}

/** The steps that are missing, as they are shown. */
export async function missingOf(
  targets: readonly Target[],
  onlyLook: boolean,
): Promise<readonly string[]> {
  const missing: string[] = []
  for (const { file, store, steps } of targets) {
    const all = steps()
    // Opened, it would be made.
    const isThere = !onlyLook || file === null || file === ':memory:' || existsSync(file)
    if (isThere && all.length > 0) missing.push(...(await pendingSteps(store(), all)))
    if (isThere) continue
    for (const { owner, steps: own } of all) {
      missing.push(...own.map(({ name }) => shownStep(owner, name)))
    }
  }
  return missing
}

/**
 * For an app that does not migrate by itself.
 *
 * @throws ImproperlyConfigured where a step is missing
 */
export async function refuseBehind(targets: readonly Target[]): Promise<void> {
  const missing = await missingOf(targets, true)
  if (missing.length === 0) return
  throw new ImproperlyConfigured(
    `The database lacks ${missing.length} migration(s), from '${missing[0]}' on: run \`trefoil migrate\` first`,
  )
}

/**
 * For what reads the tables of one owner without starting the app.
 *
 * @throws ImproperlyConfigured where a step of theirs is missing; no file is made
 */
export async function refuseWithout(owner: string, targets: readonly Target[]): Promise<void> {
  const own = targets.map((target) => ({
    ...target,
    steps: () => target.steps().filter((one) => one.owner === owner),
  }))
  if ((await lackingOf(own, true)).length === 0) return
  throw new ImproperlyConfigured(
    `The database lacks tables of ${owner}: run \`trefoil migrate\` first`,
  )
}

/**
 * For a process that runs already: one that is newer may have migrated, and this one goes on beside it.
 *
 * @throws Error where a step of this app is missing, in a database that was restored, say
 */
export async function refuseLacking(targets: readonly Target[]): Promise<void> {
  const missing = await lackingOf(targets, false)
  if (missing.length > 0) throw new Error(`the database lacks '${missing[0]}'`)
}

/** As {@link missingOf}: a database with steps of a newer app has those of this one too. */
async function lackingOf(
  targets: readonly Target[],
  onlyLook: boolean,
): Promise<readonly string[]> {
  try {
    return await missingOf(targets, onlyLook)
  } catch (error) {
    if (error instanceof ImproperlyConfigured) return []
    throw error
  }
}

/** @returns the steps that were applied, as they are shown */
export async function migrateAll(targets: readonly Target[]): Promise<readonly string[]> {
  const applied: string[] = []
  for (const { store, steps } of targets) {
    const all = steps()
    if (all.length > 0) applied.push(...(await migrate(store(), all)))
  }
  return applied
}

/** `trefoil migrate [--check]`, and `trefoil database migrate` for this one alone. */
export function migrateCommand(
  targets: readonly Target[],
  close: () => Promise<void>,
): PartCommand {
  return {
    name: 'migrate',
    describe: 'bring the tables up to date',
    starts: false,
    short: true,
    options: { check: { kind: 'flag', describe: 'change nothing; exit 1 when behind' } },
    run: async ({ options }) => {
      try {
        if (options['check'] === true) {
          const missing = await missingOf(targets, true)
          return {
            text: missing.length === 0 ? 'up to date' : `missing: ${missing.join(', ')}`,
            json: { ok: missing.length === 0, missing },
            exit: missing.length === 0 ? 0 : 1,
          }
        }
        const applied = await migrateAll(targets)
        return {
          text: applied.length === 0 ? 'up to date' : `applied: ${applied.join(', ')}`,
          json: { ok: true, applied },
        }
      } finally {
        await close()
      }
    },
  }
}
