// Shared by the root scripts. Plain JavaScript for any Node from 18 on: npm itself may run on an
// older Node than the project; the project's own Node 24 comes with the installation.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const BIN = join(ROOT, 'node_modules', '.bin')
const WINDOWS = process.platform === 'win32'

/** Environment in which `node`, `tsc`… are the project's own. */
export function projectEnv() {
  const key = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  return { ...process.env, [key]: `${BIN}${delimiter}${process.env[key] ?? ''}` }
}

/** Runs a program to its end; ends this process with its exit code when that is not 0. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: projectEnv(),
    shell: WINDOWS,
    ...options,
  })
  if (result.error) fail(`Could not run ${command}: ${result.error.message}`)
  if (result.status !== 0) process.exit(result.status ?? 1)
}

/** Starts a program and passes signals on; this process ends when it does. */
export function become(command, args) {
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: projectEnv(),
    shell: WINDOWS,
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`Could not run ${command}: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)))
}

/** Installs what the lock file names, unless that has been done already. */
export function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex')
  const stamp = join(ROOT, 'node_modules', '.trefoil-lock')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    console.log('Installing dependencies…')
    // Not `npm ci`: it insists on optional packages of other platforms that a registry may lack.
    // The lock file still decides every version, and is left as it is.
    run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'])
    writeFileSync(stamp, lock)
  }
  const { stdout } = spawnSync('node', ['-p', 'process.versions.node'], {
    env: projectEnv(),
    encoding: 'utf8',
    shell: WINDOWS,
  })
  const [major = 0, minor = 0] = String(stdout).trim().split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 18)) {
    fail(
      `Trefoil needs Node 22.18 or newer, found ${String(stdout).trim()}. Install a newer Node, or use linux-x64, where npm brings Node 24.`,
    )
  }
}

/** @param {{ fromNothing?: boolean }} options */
export function build({ fromNothing = false } = {}) {
  const force = fromNothing ? ['--force'] : []
  run('tsc', ['-b', ...force, 'packages/trefoil', 'examples/store'])
  run('node', ['scripts/bundle.mjs'])
}

export function fail(message) {
  console.error(message)
  process.exit(1)
}
