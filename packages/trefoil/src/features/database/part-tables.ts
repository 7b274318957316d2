import { ImproperlyConfigured } from '../../index.ts'
import { APP } from './ledger.ts'
import { type Migration, readMigrations, type Steps } from './migrations.ts'

/** Where the tables of a part are. */
export type Place = 'app' | 'state'

const OWNER = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/
const LONGEST = 32
/** `migrations` would have the ledger's own name. */
const TAKEN: readonly string[] = [APP, 'migrations', 'before']

/** What parts keep in a database: known before it is migrated, or it would serve without their tables. */
export class PartTables {
  readonly #steps: Record<Place, Steps[]> = { app: [], state: [] }
  readonly #owners = new Set<string>()
  #isClosed = false

  /** @throws ImproperlyConfigured naming what is wrong, and for a second part of one name */
  add(owner: string, migrations: readonly Migration[], where: Place = 'app'): void {
    if (typeof owner !== 'string' || !OWNER.test(owner) || owner.length > LONGEST) {
      throw new ImproperlyConfigured(
        `data.tables(): the owner must be a name such as audit or api_keys, of at most ${LONGEST} characters`,
      )
    }
    const of = `data.tables('${owner}')`
    if (TAKEN.includes(owner)) throw new ImproperlyConfigured(`${of}: the name is taken`)
    if (this.#owners.has(owner)) {
      throw new ImproperlyConfigured(
        `${of}: somebody has that name already; each part of a database has one of its own`,
      )
    }
    if (where !== 'app' && where !== 'state') {
      throw new ImproperlyConfigured(`${of}: where must be app or state`)
    }
    if (!Array.isArray(migrations)) {
      throw new ImproperlyConfigured(`${of}: migrations must be a list of { name, sql }`)
    }
    if (this.#isClosed) {
      throw new ImproperlyConfigured(
        `${of} came after the database was started: make the part before the app starts, and with it its tables`,
      )
    }
    const steps = readMigrations(migrations, `${of}: migrations`)
    this.#owners.add(owner)
    this.#steps[where].push({ owner, steps })
  }

  /** From now on there are no more. */
  close(): void {
    this.#isClosed = true
  }

  /** In the order in which they came. */
  of(where: Place): readonly Steps[] {
    return this.#steps[where]
  }
}
