// DESIGN §1 and §4: dependencies arrive as what they provide, and are never cast.
import { type Dependency, type DependencyValue, dependency, query } from 'trefoil'
import { z } from 'zod'
import { type Equal, type Expect, exact } from './expect.ts'
import { app, db, named, type Session, session, type User } from './setting.ts'

const generated = dependency(async function* () {
  yield session
})
const generatedAtOnce = dependency(function* () {
  yield 42
})
const promised = dependency(async () => session, { scope: 'function', name: 'promised' })
declare const findUser: () => Promise<User | undefined>
const maybe = dependency(findUser)
const orders = dependency(({ db }) => exact<Session>()(db), { uses: { db } })
const later = dependency(({ promised }) => promised.find, { uses: () => ({ promised }) })
class Settings {
  readonly region: string = 'eu'
}
class Repository {
  readonly #db: Session
  constructor({ db: given }: { readonly db: Session }, call: { readonly requestId: string }) {
    exact<string>()(call.requestId)
    this.#db = given
  }
  get db(): Session {
    return this.#db
  }
}
const settings = dependency(Settings, { fresh: true })
const repository = dependency(Repository, { uses: { db } })
const curious = dependency(async (_uses, call) => {
  exact<'api' | 'mcp' | 'cli'>()(call.source)
  exact<Session>()(await call.resolve(db))
  return call.requestId
})

export type Checks = [
  Expect<Equal<typeof db, Dependency<Session>>>,
  Expect<Equal<typeof generated, Dependency<Session>>>,
  Expect<Equal<typeof generatedAtOnce, Dependency<number>>>,
  Expect<Equal<typeof promised, Dependency<Session>>>,
  Expect<Equal<typeof maybe, Dependency<User | undefined>>>,
  Expect<Equal<typeof orders, Dependency<void>>>,
  Expect<Equal<typeof later, Dependency<Session['find']>>>,
  Expect<Equal<typeof settings, Dependency<Settings>>>,
  Expect<Equal<typeof repository, Dependency<Repository>>>,
  Expect<Equal<DependencyValue<typeof repository>, Repository>>,
  Expect<Equal<typeof curious, Dependency<string>>>,
]

app.get(
  '/all',
  { ...named, tool: true, params: { db, generated, promised, maybe, q: query(z.string()) } },
  async (args, call) => {
    exact<Session>()(args.db)
    exact<Session>()(args.generated)
    exact<Session>()(args.promised)
    exact<User | undefined>()(args.maybe)
    exact<string>()(args.q)
    exact<Session>()(await call.resolve(generated))
    exact<number>()(await call.resolve(generatedAtOnce))
    exact<User | undefined>()(await call.resolve(maybe))
    // @ts-expect-error only dependencies are resolved
    call.resolve(session)
  },
)

// @ts-expect-error there are two scopes
dependency(() => 1, { scope: 'app' })

// @ts-expect-error uses takes dependencies
dependency(() => 1, { uses: { session } })

// @ts-expect-error a name that is not in uses
dependency(({ other }) => other, { uses: { db } })

// @ts-expect-error a class that needs what is not in uses
dependency(Repository)

// @ts-expect-error fresh is true or false
dependency(() => 1, { fresh: 'yes' })
