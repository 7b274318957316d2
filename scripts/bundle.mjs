// Joins what `tsc` wrote to packages/trefoil/build into a few files in packages/trefoil/dist: three
// hundred small modules are good to work in, and cost a starting program a third of its time
// (decisions/0013). Names stay and nothing is minified, so what is installed can be read.
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rolldown } from 'rolldown'
import { ROOT } from './workspace.mjs'

const PACKAGE = join(ROOT, 'packages', 'trefoil')
const BUILD = join(PACKAGE, 'build')
const DIST = join(PACKAGE, 'dist')
const STATIC = /^(?:import|export)\b[^;]*?'(\.[^']+)';$/gm
const CORE =
  /[\\/]build[\\/](?!describe|client|testing|program|surfaces[\\/]http[\\/]node[\\/]|identity[\\/]password[\\/]password-files|features[\\/]accounts[\\/]passkeys[\\/]passkey-files)/
const DOORS = [
  'index',
  'accounts',
  'audit',
  'audit-chain',
  'auth',
  'cedar',
  'cookies',
  'current-call',
  'database',
  'dev-tokens',
  'health',
  'jobs',
  'metrics',
  'node',
  'otel',
  'pages',
  'parts',
  'postgres',
  'redis',
  'sqlite',
  'stores',
  'testing',
  'webhooks',
  'program/run-program',
  // What is found by its place: it must stay beside what it finds.
  'identity/password/password-files',
  'features/accounts/passkeys/passkey-files',
]
/** What is read, and is no module. */
const FILES = ['identity/password/common-passwords.bloom']

// What an earlier build wrote under names that nobody asks for any more.
for (const name of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
  if (/\.js(\.map)?$/.test(name)) rmSync(join(DIST, name))
}

const shared = { cwd: PACKAGE, plugins: [{ name: 'maps-of-tsc', load }], onLog }

// On its own: a browser takes it as it is, and what the doors of servers share asks for Node.
const client = await rolldown({
  ...shared,
  input: { client: join(BUILD, 'client.js') },
  platform: 'browser',
})
await client.write({ dir: DIST, format: 'esm', sourcemap: true, codeSplitting: false })

/** What every app loads. What only authenticators and policies need is a file of its own. */
const main = reachedFrom(join(BUILD, 'index.js'))
const auth = reachedFrom(join(BUILD, 'auth.js'))

const bundle = await rolldown({
  ...shared,
  input: Object.fromEntries(DOORS.map((door) => [door, join(BUILD, `${door}.js`)])),
  platform: 'node',
  external: /^[^./]/,
})
await bundle.write({
  dir: DIST,
  format: 'esm',
  sourcemap: true,
  chunkFileNames: 'shared/[name]-[hash].js',
  codeSplitting: {
    // Each is loaded as a whole, so what a starting app does not need is kept apart.
    groups: [
      {
        name: 'core',
        minShareCount: 2,
        test: (id) => CORE.test(id) && main.has(id),
        priority: 3,
      },
      // Rules that hold for stores in a database as well, which must not bring the database along.
      {
        name: 'memory',
        minShareCount: 2,
        test: /[\\/]build[\\/]stores[\\/]memory[\\/]/,
        priority: 2,
      },
      // Asks for files and a database, which authenticators do not.
      {
        name: 'sqlite',
        minShareCount: 2,
        test: /[\\/]build[\\/]stores[\\/](?:postgres|sql|sqlite)[\\/]/,
        priority: 2,
      },
      { name: 'auth', minShareCount: 2, test: (id) => auth.has(id) && !main.has(id) },
      // All parts use this door: it would come along with the first of them.
      {
        name: 'parts',
        minShareCount: 2,
        test: (id) => /[\\/]build[\\/]parts\.js$/.test(id),
        priority: 2,
      },
      // Whoever takes one part does not load what another needs.
      {
        name: roomOf,
        debugName: 'rooms',
        minShareCount: 2,
        test: (id) => CORE.test(id) && !main.has(id),
      },
      // Where there is no Node the main door must not ask for its modules.
      { name: 'node', minShareCount: 2, test: /[\\/]build[\\/]surfaces[\\/]http[\\/]node[\\/]/ },
      { name: 'describe', minShareCount: 2, test: /[\\/]build[\\/]describe[\\/]/ },
      { name: 'testing', minShareCount: 2, test: /[\\/]build[\\/]testing[\\/]/ },
      { name: 'client', minShareCount: 2, test: /[\\/]build[\\/]client[\\/]/ },
      // The program asks it of every command, most of which start no server. Last: what it stands on is shared already.
      {
        name: 'listen',
        test: /[\\/]build[\\/]surfaces[\\/]http[\\/]node[\\/]listen-address/,
        priority: 1,
      },
    ],
  },
})

for (const file of FILES) copyFileSync(join(PACKAGE, 'src', file), join(DIST, file))

// For the pages of accounts: browsers are given it by us, and by nobody else.
const WEBAUTHN = join(ROOT, 'node_modules', '@simplewebauthn', 'browser')
const { name, version } = JSON.parse(readFileSync(join(WEBAUTHN, 'package.json'), 'utf8'))
const licence = readFileSync(join(WEBAUTHN, 'LICENSE.md'), 'utf8').trim()
const library = readFileSync(join(WEBAUTHN, 'dist', 'bundle', 'index.umd.min.js'), 'utf8')
writeFileSync(
  join(DIST, 'features', 'accounts', 'passkeys', 'webauthn-browser.umd.js'),
  `/*! ${name} ${version}\n\n${licence}\n*/\n${library}`,
)

/**
 * Every module that must be loaded before a file of `build` can run.
 *
 * @param {string} start
 */
function reachedFrom(start) {
  const reached = new Set([start])
  // A set iterates over what is added on the way, too.
  for (const file of reached) {
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(STATIC)) {
      reached.add(join(dirname(file), specifier))
    }
  }
  return reached
}

/**
 * The room of a module, or the folder of a ready-made part or of a store.
 *
 * @param {string} id
 */
function roomOf(id) {
  const [, room, folder] = /[\\/]build[\\/]([\w-]+)(?:[\\/]([\w-]+)(?=[\\/]))?/.exec(id) ?? []
  return (['features', 'record', 'stores'].includes(room) ? folder : undefined) ?? room ?? 'doors'
}

function onLog(level, log) {
  if (level === 'warn') throw new Error(log.message)
}

// ASCII alone: of a file with one other character V8 keeps two bytes for each, and reading and compiling
// it takes a third longer (decisions/0013). No template of ours is read raw.
for (const name of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.js')) continue
  const text = readFileSync(join(DIST, name), 'utf8')
  writeFileSync(join(DIST, name), text.replace(/[^\x00-\x7f]/g, escaped))
}

/** @param {string} unit */
function escaped(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A module with the map that leads from it to its TypeScript. */
function load(id) {
  if (!id.startsWith(BUILD)) return null
  return { code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') }
}
