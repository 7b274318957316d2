// What must be there before anything of the bench can be imported. Runs under any Node.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const BENCH = fileURLToPath(new URL('..', import.meta.url))
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const DIST = fileURLToPath(new URL('../../packages/trefoil/dist/index.js', import.meta.url))
const OWN_NODE = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url))
const LEAST = [22, 18]

/**
 * Installs and builds what is missing, and starts the same program again under the workspace's
 * own Node when this one is too old.
 *
 * @param {string} program file URL of the program
 * @param {{ build?: boolean }} [options] `build: false` for programs that do not need Trefoil
 * @returns {number | null} the exit code of the other Node; `null` when this one may go on
 */
export function prepare(program, { build = true } = {}) {
  if (tooOld()) {
    if (!existsSync(OWN_NODE)) {
      process.stderr.write(
        `bench: Node ${LEAST.join('.')} or newer is needed; run npm install first\n`,
      )
      return 1
    }
    const again = spawnSync(OWN_NODE, [fileURLToPath(program), ...process.argv.slice(2)], {
      stdio: 'inherit',
    })
    return again.status ?? 1
  }
  if (!existsSync(`${BENCH}node_modules`)) step('npm ci', BENCH, ['ci', '--no-audit', '--no-fund'])
  // Peers can be measured without Trefoil, so a failed build is reported and no more.
  if (build && !existsSync(DIST)) step('npm run build', ROOT, ['run', 'build'])
  return null
}

function tooOld() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])
}

/** Its output goes to stderr: stdout belongs to the results. */
function step(name, cwd, args) {
  process.stderr.write(`bench: ${name} …\n`)
  const { status } = spawnSync('npm', args, { cwd, stdio: ['ignore', 2, 2] })
  if (status !== 0) process.stderr.write(`bench: ${name} failed\n`)
}
