export type { JobHandle, JobHandler, RunningJob } from './features/jobs/definition.ts'
export { JobDataRefused, NoRetry } from './features/jobs/job-errors.ts'
export type {
  DataIn,
  DataOut,
  JobOptions,
  JobQueueOptions,
  SendJobOptions,
} from './features/jobs/job-options.ts'
export type { CallJobs, JobQueue, JobView, SentJob } from './features/jobs/job-queue.ts'
export { jobQueue } from './features/jobs/job-queue.ts'
export type { JobCaller } from './features/jobs/job-sender.ts'
export type { JobState } from './features/jobs/job-store.ts'
