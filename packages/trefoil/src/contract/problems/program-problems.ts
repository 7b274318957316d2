import type { ProblemRow } from './problem-row.ts'

/** A code of {@link PROGRAM_PROBLEMS}. */
export type ProgramProblemCode =
  | 'cli_usage'
  | 'cli_app'
  | 'cli_interrupted'
  | 'cli_terminated'
  | 'cli_timeout'
  | 'remote_unreachable'
  | 'remote_redirect'
  | 'remote_invalid'

/** What the `trefoil` program says of itself, and of apps that it could not load or reach. */
export const PROGRAM_PROBLEMS: Readonly<Record<ProgramProblemCode, ProblemRow>> = {
  cli_usage: {
    status: 400,
    mcp: 'tool',
    exit: 2,
    text: 'Wrong usage',
    fix: 'See `trefoil --help`.',
  },
  cli_app: {
    status: 500,
    mcp: 'tool',
    exit: 2,
    text: 'Could not load the application',
    fix: 'Name a module and an export, such as `--app ./src/app.ts#app`.',
  },
  cli_interrupted: {
    status: 400,
    mcp: 'tool',
    exit: 130,
    text: 'Interrupted',
    fix: 'Repeat the command.',
  },
  cli_terminated: {
    status: 400,
    mcp: 'tool',
    exit: 143,
    text: 'Asked to end by the system',
    fix: 'Repeat the command.',
  },
  cli_timeout: {
    status: 504,
    mcp: 'tool',
    exit: 124,
    text: 'The command took too long',
    fix: 'Repeat it with a longer --timeout.',
  },
  remote_unreachable: {
    status: 502,
    mcp: 'tool',
    exit: 1,
    text: 'Remote request failed',
    fix: 'Check the address, the network and the certificate of the remote.',
  },
  remote_redirect: {
    status: 502,
    mcp: 'tool',
    exit: 1,
    text: 'Remote answered with a redirect',
    fix: 'Connect to the final address: the token is never sent to another one.',
  },
  remote_invalid: {
    status: 502,
    mcp: 'tool',
    exit: 1,
    text: 'Remote answer is not from the action protocol',
    fix: 'Check that the address is a Trefoil app with at least one CLI action.',
  },
}
