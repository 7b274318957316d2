/** One thing that every store of a kind must do. */
export interface StoreCheck {
  readonly name: string
  /** Resolves when the store does it. @throws Error saying what it does instead */
  run(): Promise<void>
}

/** Checks by what they say, each with an empty store of its own. */
export type StoreChecks<Store> = Readonly<Record<string, (store: Store) => Promise<void>>>

/** As they are handed to a test runner. */
export function storeChecks<Store>(
  checks: StoreChecks<Store>,
  makeStore: () => Store | Promise<Store>,
): readonly StoreCheck[] {
  return Object.entries(checks).map(([name, check]) => ({
    name,
    run: async () => check(await makeStore()),
  }))
}
