// Starts the file of docs/guides/complete-example.md, as it stands there, in a process of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fencesOf, readDocument } from './markdown.ts'

/** A secret of 32 bytes or more, as the page asks for. */
export const JWT_SECRET = 'a secret of at least 32 bytes, from a vault'

export interface Complete {
  readonly child: ChildProcess
  readonly url: string
  /** What the server has printed until now. */
  printed(): string
}

/** Writes the file, inside the workspace so that `trefoil` resolves by its name. */
export function writeComplete(): string {
  const file = fencesOf(readDocument('docs/guides/complete-example.md')).find(({ info }) =>
    info.startsWith('src/app.ts'),
  )
  const parent = join(import.meta.dirname, 'dist')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'complete-'))
  mkdirSync(join(folder, 'src'))
  writeFileSync(join(folder, 'src', 'app.ts'), `${file?.body}\n`)
  return folder
}

/** Starts it as the page says, on a free port. */
export function startComplete(
  folder: string = writeComplete(),
  env: NodeJS.ProcessEnv = { TREFOIL_ENV: 'development' },
): Promise<Complete> {
  const child = spawn(process.execPath, ['src/app.ts'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], JWT_SECRET, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString()
      const url = /listens on (http:\/\/127\.0\.0\.1:\d+)/.exec(text)?.[1]
      if (url !== undefined) resolve({ child, url, printed: () => text })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('exit', (code) => reject(new Error(`it ended with ${code}: ${text}`)))
  })
}
