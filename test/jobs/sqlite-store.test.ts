import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { describe, onTestFinished, test } from 'vitest'
import {
  type JobsDatabase,
  SQLITE_JOBS,
  sqlJobs,
} from '../../packages/trefoil/src/features/jobs/sql-jobs.ts'
import { JOB_STORE_CHECKS, type JobStores, LEASE, QUEUES } from './job-store-contract.ts'
import { TestClock } from './jobs-app.ts'

async function stores(): Promise<JobStores> {
  const data = database({ url: ':memory:', migrate: 'start' })
  data.tables('jobs', SQLITE_JOBS)
  const app = createApp({ env: {}, parts: [data] })
  await app.startup()
  onTestFinished(() => app.shutdown())
  const clock = new TestClock()
  let workers = 0
  return {
    async open(queues = QUEUES) {
      const facts = { worker: `w${++workers}`, lease: LEASE, clock }
      const store = sqlJobs(data as unknown as JobsDatabase, facts)
      await store.open(queues, true)
      return store
    },
    unit: (work) => data.unit(work),
    pass: async (ms) => clock.pass(ms),
    now: () => clock.now(),
  }
}

describe('STO-3: jobs on SQLite', () => {
  for (const [name, check] of Object.entries(JOB_STORE_CHECKS)) {
    test(name, async () => check(await stores()))
  }
})
