// Run by jobs-processes.test.ts, as a process of its own: an app whose jobs say what they do, and die where told.

import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { jobQueue } from 'trefoil/jobs'
import { definePart } from 'trefoil/parts'

const { JOBS_FILE: url = '', JOBS_DIE: dieAt = '', JOBS_SLOW: slow = '0' } = process.env
let runs = 0

/** At the given step of its third job. */
function step(name: string): void {
  if (name === dieAt && runs >= 3) process.kill(process.pid, 'SIGKILL')
}

export const data = database<{ effects: { job: string; pid: number } }>({
  url,
  migrate: 'start',
  wait: '60s',
  migrations: [
    { name: '0001', sql: 'create table effects (job text not null, pid integer not null)' },
  ],
})
export const jobs = jobQueue({ data, work: 'always', lease: '600ms', poll: '20ms' })

jobs.define(
  'effect',
  { backoff: '10ms', retries: 50, concurrency: 3, timeout: '1s' },
  async (_, call, job) => {
    runs++
    step('begun')
    const db = await call.resolve(data.db)
    step('unit')
    await db
      .insertInto('effects')
      .values({ job: job.key ?? '', pid: process.pid })
      .execute()
    if (slow !== '0') await new Promise((resolve) => setTimeout(resolve, Number(slow)))
    step('written')
  },
)
jobs.define('poison', { backoff: '10ms', retries: 2 }, () => {
  process.kill(process.pid, 'SIGKILL')
})

export const app = createApp({
  name: 'worker',
  env: {},
  log: { logger: { debug() {}, info() {}, warn() {}, error: console.error } },
  parts: [
    data,
    jobs,
    definePart({
      name: 'killer',
      transaction: {
        begin() {},
        // After the job has been marked done, before the commit.
        beforeCommit: () => step('finished'),
      },
    }),
  ],
})
