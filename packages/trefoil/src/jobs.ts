export type { JobHandle, JobHandler, RunningJob } from './features/jobs/definition.ts'
export { JobDataRefused, NoRetry } from './features/jobs/job-errors.ts'
export type {
  AnyDatabase,
  JobOptions,
  JobQueueOptions,
  SendJobOptions,
} from './features/jobs/job-options.ts'
export type { CallJobs, JobQueue, JobView, SentJob } from './features/jobs/job-queue.ts'
export { jobQueue } from './features/jobs/job-queue.ts'
export type { JobState } from './features/jobs/job-store.ts'
