import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Door } from './driver.ts'

const PROGRAM = join(
  dirname(createRequire(import.meta.url).resolve('mcp-remote/package.json')),
  'dist/proxy.js',
)

const VARIABLE = 'AUTH_HEADER'

/**
 * The door of `mcp-remote`: a program that hosts start, which speaks to an address.
 *
 * @param home where it keeps what it knows of servers
 */
export function bridgeTo(url: string, token: string | null, home: string): Door {
  // It fills in variables by itself; an argument could be read by everybody on the machine.
  const header = token === null ? [] : ['--header', `Authorization:\${${VARIABLE}}`]
  return {
    command: process.execPath,
    args: [PROGRAM, url, '--allow-http', '--transport', 'http-only', ...header],
    env: { HOME: home, ...(token === null ? {} : { [VARIABLE]: `Bearer ${token}` }) },
  }
}
