import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const SCRIPT = 'shared-stores.process.ts'

/**
 * Runs the script in two processes, which begin together.
 *
 * @param count calls of each
 * @param script beside this file
 * @returns the lines that each has said, read
 */
export function inTwoProcesses(
  url: string,
  what: string,
  count: number,
  script: string = SCRIPT,
): Promise<readonly (readonly unknown[])[]> {
  return inProcesses(2, join(import.meta.dirname, script), [url, what, String(count)])
}

/**
 * Runs a script that says a line when it is ready, and goes on when it is told to, in several processes.
 *
 * @returns the lines that each has said after it
 */
export async function inProcesses(
  count: number,
  script: string,
  args: readonly string[],
): Promise<readonly (readonly unknown[])[]> {
  const children = Array.from({ length: count }, () => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
    return { child, said: linesOf(child) }
  })
  await Promise.all(
    children.map(({ child, said }) =>
      Promise.race([
        once(child.stdout ?? child, 'data'),
        said.then(() => Promise.reject(new Error('A process has ended before it began'))),
      ]),
    ),
  )
  for (const { child } of children) child.stdin?.write('go\n')
  return Promise.all(children.map(async ({ said }) => (await said).slice(1)))
}

async function linesOf(child: ChildProcess): Promise<readonly unknown[]> {
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  await once(child, 'close')
  return text
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line))
}
