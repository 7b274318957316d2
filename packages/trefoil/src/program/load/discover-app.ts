import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '../terminal/usage-error.ts'

const DIRECTORIES = ['.', 'src']
const NAMES = ['app', 'main', 'server', 'index']
const EXTENSIONS = ['.ts', '.js', '.mjs']
const EXPORTS_APP = /\bexport\b[^'"`;()]*\b(default|app|createApp)\b/
const IMPORTS_TREFOIL = /['"]trefoil['"/]/

/**
 * Looks for the module of the app in the working directory and `./src`: `app`, `main`,
 * `server` or `index`. The sources are read, not run: importing every candidate would start
 * whatever they start.
 *
 * @returns path of the module, absolute
 * @throws Problem `cli_app` when there is none or more than one
 */
export async function discoverApp(cwd: string): Promise<string> {
  const paths = DIRECTORIES.flatMap((directory) =>
    NAMES.flatMap((name) => EXTENSIONS.map((extension) => join(directory, name + extension))),
  )
  const sources = await Promise.all(paths.map((path) => readSource(join(cwd, path))))
  const found = paths.filter((_path, index) => EXPORTS_APP.test(sources[index] ?? ''))
  // A module that only passes an app on does not import the framework itself.
  const makers = found.filter((path) => IMPORTS_TREFOIL.test(sources[paths.indexOf(path)] ?? ''))
  const candidates = makers.length > 0 ? makers : found
  const [first] = candidates
  if (first === undefined) {
    throw appError(
      `No app found in ${cwd}`,
      'Name it, such as `trefoil --app ./src/app.ts#app …`, or export `app` from app.ts, main.ts, ' +
        'server.ts or index.ts here or in ./src.',
    )
  }
  if (candidates.length > 1) {
    const list = candidates.map((path) => `./${path.replaceAll('\\', '/')}`)
    throw appError(
      `More than one app found: ${list.join(', ')}`,
      `Choose one, such as \`--app ${list[0]}\`, or set TREFOIL_APP.`,
    )
  }
  return join(cwd, first)
}

async function readSource(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return null
  }
}
