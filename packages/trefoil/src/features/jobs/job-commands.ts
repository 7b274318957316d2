import { wrongUsage } from '../../inner.ts'
import type { CommandContext, CommandResult, PartCommand } from '../../parts.ts'
import { JOB_STATES, type JobFilter, type JobState, type StoredJob } from './job-store.ts'

/** What the commands do, as the part does it. */
export interface JobsOfCommands {
  list(filter: JobFilter): PromiseLike<readonly StoredJob[]> | readonly StoredJob[]
  change(how: 'retry' | 'cancel', id: string): Promise<boolean>
  /** Works until the signal. */
  work(signal: AbortSignal): Promise<void>
}

const DEFAULT_LINES = 20
const MOST_LINES = 1000

/** `trefoil jobs …`. */
export function jobCommands(jobs: JobsOfCommands): readonly PartCommand[] {
  return [
    {
      name: 'list',
      describe: 'jobs, the newest first; what they were given is in --json alone',
      options: {
        state: { describe: `only those that are ${JOB_STATES.join(', ')}` },
        name: { describe: 'only those of this name' },
        lines: { describe: `how many; ${DEFAULT_LINES} if not given, ${MOST_LINES} at most` },
      },
      run: (context) => list(jobs, context),
    },
    change(jobs, 'retry', 'begin a dead or cancelled job anew'),
    change(jobs, 'cancel', 'cancel a job that waits or runs'),
    {
      name: 'work',
      describe: 'do jobs until Ctrl-C; also `trefoil work`',
      run: async ({ signal }) => {
        await jobs.work(signal)
        return { text: 'stopped', json: { ok: true } }
      },
    },
  ]
}

function change(jobs: JobsOfCommands, how: 'retry' | 'cancel', describe: string): PartCommand {
  return {
    name: how,
    describe,
    options: { id: { describe: 'of the job', required: true } },
    run: async ({ options }) => {
      const isDone = await jobs.change(how, String(options['id']))
      const text = isDone ? 'done' : `nothing to ${how}: no such job, or it is in another state`
      return { text, json: { ok: isDone }, exit: isDone ? 0 : 1 }
    },
  }
}

async function list(
  jobs: JobsOfCommands,
  { options: { state, name, lines } }: CommandContext,
): Promise<CommandResult> {
  const most = typeof lines === 'string' ? Number(lines) : DEFAULT_LINES
  if (!Number.isInteger(most) || most < 1 || most > MOST_LINES) {
    throw wrongUsage(
      `--lines must be a number from 1 to ${MOST_LINES}`,
      `Say --lines ${DEFAULT_LINES}, or leave it out.`,
    )
  }
  if (state !== undefined && !JOB_STATES.includes(state as JobState)) {
    throw wrongUsage(
      `--state must be one of ${JOB_STATES.join(', ')}`,
      'Name one, or leave it out for all.',
    )
  }
  const found = await jobs.list({
    most,
    state: state as JobState | undefined,
    queue: typeof name === 'string' ? name : undefined,
  })
  return {
    text: found.length === 0 ? 'no jobs' : found.map(lineOf).join('\n'),
    json: { ok: true, jobs: found.map(jsonOf) },
  }
}

function lineOf({ id, queue, state, failures, createdAt, failure }: StoredJob): string {
  const why = failure === null ? '' : `  ${failure.replaceAll(/\s+/g, ' ')}`
  return `${id}  ${new Date(createdAt).toISOString()}  ${state.padEnd(9)}  ${queue}  failures ${failures}${why}`
}

function jsonOf(job: StoredJob): object {
  const { sender, data, queue, ...rest } = job
  return {
    ...rest,
    name: queue,
    data: JSON.parse(data) as unknown,
    sender: sender === null ? null : (JSON.parse(sender) as unknown),
  }
}
