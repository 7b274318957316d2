import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { type Door, type Open, programEnv } from './driver.ts'
import { toAnswer, toMessage, toText } from './results.ts'

/** What `mcp-inspector --cli` starts. */
const PROGRAM = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector/package.json')),
  'clients/launcher/build/index.js',
)
/** The exit code of a tool that failed. */
const TOOL_FAILED = 5
const Printed = z.object({ result: z.unknown() })
const names = <Key extends string>(list: Key, member: string) =>
  z
    .object({ [list]: z.array(z.object({ [member]: z.string() })) })
    .transform((value): string[] => (value[list] ?? []).map((each) => each[member] ?? ''))

export interface Inspected {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the Inspector once. @param flags what is asked, such as `--method tools/list` */
export async function inspect(
  door: Door,
  era: string,
  flags: readonly string[],
  signal?: AbortSignal,
): Promise<Inspected> {
  // It keeps logins and catalogues at home.
  const home = mkdtempSync(join(tmpdir(), 'trefoil-inspector-'))
  const where =
    'url' in door
      ? [
          door.url,
          '--transport',
          'http',
          ...(door.token === null ? [] : ['--header', `Authorization: Bearer ${door.token}`]),
        ]
      : [
          door.command,
          ...door.args,
          ...Object.entries(door.env).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
        ]
  const child = spawn(
    process.execPath,
    [PROGRAM, '--cli', ...where, '--protocol-era', era, '--format', 'json', ...flags],
    { env: programEnv({ HOME: home }), stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  )
  // The launcher starts another program, so that its group is what has to end.
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
  }
  signal?.addEventListener('abort', end)
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  try {
    const [code]: unknown[] = await once(child, 'close')
    return {
      code: typeof code === 'number' ? code : null,
      stdout: Buffer.concat(stdout).toString(),
      stderr: Buffer.concat(stderr).toString(),
    }
  } finally {
    signal?.removeEventListener('abort', end)
    rmSync(home, { recursive: true, force: true })
  }
}

/** `@modelcontextprotocol/inspector --cli`: a program for each request. */
export function openInspector(era: 'legacy' | 'auto' | 'modern'): Open {
  return async (door) => {
    const ask = async (method: string, flags: readonly string[] = [], signal?: AbortSignal) => {
      const ran = await inspect(door, era, ['--method', method, ...flags], signal)
      if (ran.code !== 0 && ran.code !== TOOL_FAILED) {
        throw new Error(`exit ${ran.code}: ${ran.stderr}`)
      }
      // A tool that is not on the list is no result of the server's.
      if (ran.stdout === '') throw new Error(`exit ${ran.code}: ${ran.stderr}`)
      return Printed.parse(JSON.parse(ran.stdout)).result
    }
    return {
      revision: null,
      tools: async () => names('tools', 'name').parse(await ask('tools/list')),
      call: async (name, args, { approval, signal } = {}) =>
        toAnswer(
          await ask(
            'tools/call',
            [
              '--tool-name',
              name,
              '--tool-args-json',
              JSON.stringify(args),
              ...(approval === undefined ? [] : ['--tool-metadata', `approval_token=${approval}`]),
            ],
            signal,
          ),
        ),
      resources: async () => names('resources', 'uri').parse(await ask('resources/list')),
      templates: async () =>
        names('resourceTemplates', 'uriTemplate').parse(await ask('resources/templates/list')),
      read: async (uri) => toText(await ask('resources/read', ['--uri', uri])),
      prompts: async () => names('prompts', 'name').parse(await ask('prompts/list')),
      prompt: async (name, args) =>
        toMessage(
          await ask('prompts/get', [
            '--prompt-name',
            name,
            ...Object.entries(args).flatMap(([key, value]) => ['--prompt-args', `${key}=${value}`]),
          ]),
        ),
      close: async () => {},
    }
  }
}
