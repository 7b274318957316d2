import { sql } from 'kysely'
import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { beforeAll, describe, onTestFinished, test } from 'vitest'
import { BOSS_JOBS, bossJobs } from '../../packages/trefoil/src/features/jobs/boss-jobs.ts'
import { JOB_STORE_CHECKS, type JobStores, LEASE, QUEUES } from '../jobs/job-store-contract.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

describe.skipIf(!hasPostgres)('STO-3: jobs on PostgreSQL', () => {
  let url = ''
  beforeAll(async () => {
    url = await createDatabase()
  })

  async function stores(): Promise<JobStores> {
    const data = database({ url, migrate: 'start' })
    data.tables('jobs', BOSS_JOBS)
    const app = createApp({ env: {}, parts: [data] })
    await app.startup()
    await data.unit(async (db) => {
      const { rows } = await sql`select to_regclass('trefoil_jobs.job') as t`.execute(db)
      if (rows.length > 0) await sql`delete from trefoil_jobs.job`.execute(db)
    })
    const closing: (() => unknown)[] = []
    onTestFinished(async () => {
      for (const close of closing) await close()
      await app.shutdown()
    })
    return {
      async open(queues = QUEUES) {
        const clock = { now: Date.now, elapsed: () => performance.now() }
        const store = bossJobs(url, { lease: LEASE, keep: 86_400_000, clock })
        await store.open(queues, true)
        closing.push(() => store.close())
        return store
      },
      unit: (work) => data.unit(work),
      // The database has the time: what it wrote is moved into the past.
      pass: (ms) =>
        data.unit(async (db) => {
          await sql`update trefoil_jobs.job set start_after = start_after - ${ms}::int * interval '1 ms',
            created_on = created_on - ${ms}::int * interval '1 ms',
            started_on = started_on - ${ms}::int * interval '1 ms',
            completed_on = completed_on - ${ms}::int * interval '1 ms'`.execute(db)
        }),
      now: () => Date.now(),
    }
  }

  for (const [name, check] of Object.entries(JOB_STORE_CHECKS)) {
    test(name, async () => check(await stores()))
  }
})
