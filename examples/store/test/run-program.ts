import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'

/** The folder of the store. */
export const STORE: string = join(import.meta.dirname, '..')

/** The root of the repository. */
export const REPOSITORY: string = join(STORE, '../..')

export interface ProgramResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ProgramOptions {
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Runs a program to its end. `node` is the one that runs the tests. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { env, cwd = REPOSITORY }: ProgramOptions,
): Promise<ProgramResult> {
  const child = spawn(command, args, { cwd, env: childEnv(env), stdio: ['ignore', 'pipe', 'pipe'] })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  const [code]: unknown[] = await once(child, 'close')
  return {
    code: typeof code === 'number' ? code : null,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  }
}

/** The environment of a child: only what it is given, and a PATH that starts with this node. */
export function childEnv(env: Readonly<Record<string, string>>): Record<string, string> {
  const path = [dirname(process.execPath), process.env['PATH']].join(':')
  return { PATH: path, HOME: env['TREFOIL_HOME'] ?? '/nonexistent', NO_COLOR: '1', ...env }
}
