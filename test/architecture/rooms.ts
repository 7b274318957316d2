import { builtinModules } from 'node:module'

/** DESIGN §2. `doors` are the files directly in `src`. */
export const ROOMS = [
  'base',
  'contract',
  'web',
  'identity',
  'policy',
  'record',
  'engine',
  'app',
  'surfaces',
  'surfaces/agent',
  'surfaces/http',
  'surfaces/mcp',
  'surfaces/cli',
  'surfaces/docs',
  'stores',
  'describe',
  'features',
  'client',
  'testing',
  'program',
  'doors',
] as const

export type Room = (typeof ROOMS)[number]

const FLOOR_1: readonly Room[] = ['base', 'contract', 'web']
const FLOORS_0_TO_2: readonly Room[] = [...FLOOR_1, 'identity', 'policy', 'record']
const FLOORS_0_TO_3: readonly Room[] = [...FLOORS_0_TO_2, 'engine']
const SURFACES: readonly Room[] = ['surfaces/http', 'surfaces/mcp', 'surfaces/cli', 'surfaces/docs']
/** What every surface may import: the walk and, for those of agents, what they share. */
const OF_SURFACES: readonly Room[] = [...FLOORS_0_TO_3, 'surfaces']
const OF_AGENTS: readonly Room[] = [...OF_SURFACES, 'surfaces/agent']

/** Rooms that nobody imports; a door may re-export `testing` when it bears its name. */
export const ROOFS: readonly Room[] = ['program', 'testing']

const PRIVATE: readonly Room[] = ROOMS.filter((room) => !ROOFS.includes(room))

/** What a room may import besides itself. */
export const MAY_IMPORT: Readonly<Record<Room, readonly Room[]>> = {
  base: [],
  contract: ['base'],
  web: ['base'],
  identity: FLOOR_1,
  policy: FLOOR_1,
  record: FLOOR_1,
  engine: FLOORS_0_TO_2,
  app: [...FLOORS_0_TO_3, 'describe', ...SURFACES],
  surfaces: FLOORS_0_TO_3,
  'surfaces/agent': OF_SURFACES,
  'surfaces/http': OF_SURFACES,
  'surfaces/mcp': OF_AGENTS,
  'surfaces/cli': OF_AGENTS,
  'surfaces/docs': [...OF_AGENTS, 'describe'],
  // Of the contract only the ports: `mayImport` below.
  stores: ['base', 'contract'],
  describe: ['base', 'contract'],
  features: ['doors'],
  client: ['base', 'contract'],
  testing: PRIVATE,
  program: PRIVATE,
  doors: PRIVATE.filter((room) => room !== 'doors'),
}

/** The room of a file, or `null` for a place that is on no plan. */
export function roomOf(file: string): Room | null {
  if (!file.includes('/')) return 'doors'
  const [first = '', second = ''] = file.split('/')
  // Files directly in `surfaces` are the walk, which all of them take.
  const name = first === 'surfaces' && !second.includes('.') ? `${first}/${second}` : first
  return ROOMS.find((room) => room === name && room !== 'doors') ?? null
}

const APP_GIVES_SURFACES: ReadonlySet<string> = new Set([
  'surfaces/endpoint.ts',
  'surfaces/recorder.ts',
  'surfaces/observe-end.ts',
])

/** True when the file may import the other one, by DESIGN §2. */
export function mayImport(from: string, to: string): boolean {
  // The program shows the matrix that tests compare; the room it is made in is the one way in.
  if (from === 'program/commands/access-command.ts' && to.startsWith('testing/access/')) return true
  const source = roomOf(from)
  const target = roomOf(to)
  if (source === null || target === null) return false
  // No door of the package: features of ours have it, and nobody else needs it.
  if (to === 'inner.ts') return source === 'features'
  if (source === 'doors') {
    return target === 'testing' ? from === 'testing.ts' : MAY_IMPORT.doors.includes(target)
  }
  if (source === target) return true
  if (source === 'stores' && target === 'contract') return to.startsWith('contract/ports/')
  // It puts the surfaces together, with what all of them need; the walk would be running a call.
  if (source === 'app' && target === 'surfaces') return APP_GIVES_SURFACES.has(to)
  return MAY_IMPORT[source].includes(target)
}

const ANY = 'any'

/** `node:` modules a room may use; none where nothing is said. */
const BUILTINS: Partial<Readonly<Record<Room, readonly string[] | typeof ANY>>> = {
  base: ['crypto'],
  identity: ['crypto', 'dns', 'http', 'https', 'net'],
  policy: ['crypto'],
  record: ['crypto'],
  'surfaces/http': ['crypto'],
  stores: ANY,
  testing: ANY,
  program: ANY,
}

export function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier)
}

export function mayUseBuiltin(file: string, specifier: string): boolean {
  // One way to write: who opens a file besides it takes the lock too late (STO-1).
  if (specifier === 'node:sqlite') return file.startsWith('stores/sqlite/')
  // The rest of the HTTP surface runs wherever `fetch` does.
  if (file.startsWith('surfaces/http/node/')) return true
  // Loaded by those alone who import its door.
  if (file === 'engine/current-call.ts') return specifier === 'node:async_hooks'
  // A database is a file of the machine.
  if (file.startsWith('features/database/')) return true
  // Keys are digests, and a script is known by its own.
  if (file.startsWith('features/redis/')) return specifier === 'node:crypto'
  // Ids and digests of jobs; requests to servers of others, with addresses that are looked at.
  if (/^features\/(?:jobs|webhooks|accounts)\//.test(file)) return true
  // Forms are signed, and an inline style is known by its hash.
  if (file.startsWith('features/pages/')) return specifier === 'node:crypto'
  // A list is a file, and as many passwords are hashed at once as there are cores for.
  if (file === 'identity/password/common-passwords.ts' && specifier === 'node:fs') return true
  if (file === 'identity/password/hashing-queue.ts' && specifier === 'node:os') return true
  // Which process it is that sends: a number by chance.
  if (file === 'features/audit/otlp/otlp-export.ts') return specifier === 'node:crypto'
  // What the process itself does is asked of Node.
  if (file === 'features/metrics/process-metrics.ts') return true
  const room = roomOf(file)
  const allowed = room === null ? undefined : BUILTINS[room]
  return allowed === ANY || (allowed?.includes(specifier.replace(/^node:/, '')) ?? false)
}

/** Why a room must not import this package; `null` when it may. */
export function packageRefusal(file: string, name: string, typeOnly: boolean): string | null {
  const room = roomOf(file)
  if (name === 'pg') return file.startsWith('stores/postgres/') ? null : 'pg is for stores/postgres'
  switch (room) {
    case 'base':
    case 'web':
    case 'describe':
    case 'client':
    case 'doors':
      return `${room} imports no package`
    case 'features':
      // In its types a database is Kysely's: whoever has one writes its queries.
      if (file.startsWith('features/database/') && name === 'kysely') return null
      // Loaded when it is first used.
      if (file.startsWith('features/redis/') && name === 'ioredis') return null
      if (/^features\/(?:jobs|webhooks)\//.test(file) && name === 'kysely') return null
      // The queue on PostgreSQL; loaded when it is opened.
      if (file === 'features/jobs/boss-jobs.ts' && name === 'pg-boss') return null
      if (file === 'features/accounts/mail/smtp-mailer.ts' && name === 'nodemailer') return null
      // Loaded when the first passkey is looked at.
      if (
        file === 'features/accounts/passkeys/webauthn-library.ts' &&
        /^@simplewebauthn\/server(?:\/helpers)?$/.test(name)
      ) {
        return null
      }
      if (/^features\/accounts\/providers\/\w/.test(file) && name === 'oauth4webapi') return null
      if (file.startsWith('features/otel/') && name === '@opentelemetry/api') return null
      return 'features imports no package'
    case 'contract':
      if (name === '@standard-schema/spec' && typeOnly) return null
      return 'contract imports no package but the types of @standard-schema/spec'
    case 'surfaces/mcp':
      return name.startsWith('@modelcontextprotocol/') ? 'the MCP surface writes MCP itself' : null
    default:
      return null
  }
}
