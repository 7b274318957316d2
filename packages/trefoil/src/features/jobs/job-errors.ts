/** Data that a job cannot be given: its schema, or JSON, has no place for it. */
export class JobDataRefused extends Error {
  override readonly name = 'JobDataRefused'
}

/** Thrown by a handler where another try would end the same way: the job is dead at once. */
export class NoRetry extends Error {
  override readonly name: string = 'NoRetry'
}

/** The job is not this worker's any more: what its handler did in the database is taken back. */
export class JobLost extends Error {
  override readonly name = 'JobLost'

  constructor() {
    super('The job was cancelled, or another worker has it by now')
  }
}

/** The handler took longer than the job's `timeout`. */
export class JobTimedOut extends Error {
  override readonly name = 'JobTimedOut'

  constructor(ms: number) {
    super(`The job took longer than ${ms} ms`)
  }
}

/** The worker stops: the job is given back. */
export class WorkerStops extends Error {
  override readonly name = 'WorkerStops'

  constructor() {
    super('The worker stops')
  }
}
