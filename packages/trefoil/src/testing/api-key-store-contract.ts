import type { ApiKeyStore, StoredApiKey } from '../contract/ports/api-keys.ts'

/** One thing that every store of API keys must do. */
export interface ApiKeyStoreCheck {
  readonly name: string
  /** Resolves when the store does it. @throws Error saying what it does instead */
  run(): Promise<void>
}

type Check = (store: ApiKeyStore) => Promise<void>

const CHECKS: Readonly<Record<string, Check>> = {
  'gives back what was added, and nothing for another id': async (store) => {
    const key = keyOf('a')
    expect(await store.add(key), true, 'add()')
    expect(await store.find('a'), key, 'find()')
    expect((await store.find('b')) ?? null, null, 'find() of an unknown id')
  },
  'takes an id once, also of two who add it at the same time': async (store) => {
    const added = await Promise.all([
      store.add(keyOf('a')),
      store.add(keyOf('a', { owner: 'eve' })),
    ])
    expect(added.filter((one) => one === true).length, 1, 'how many add() took one id')
    expect((await store.list(null)).length, 1, 'how many are listed')
  },
  'lists the keys of an owner, and of everybody': async (store) => {
    await store.add(keyOf('a'))
    await store.add(keyOf('b', { owner: 'bob', createdAt: 2000 }))
    expect(
      (await store.list('ada')).map(({ id }) => id),
      ['a'],
      "list('ada')",
    )
    expect(
      (await store.list(null)).map(({ id }) => id),
      ['a', 'b'],
      'list(null)',
    )
    expect(await store.list("' or ''='"), [], 'list() of an owner with quotes')
  },
  'replaces secrets of the version that was read, and of no other': async (store) => {
    await store.add(keyOf('a'))
    const secrets = [
      { digest: 'new', until: null },
      { digest: 'digest', until: 5000 },
    ]
    expect(await store.replaceSecrets('a', 1, secrets), true, 'replaceSecrets()')
    expect(await store.replaceSecrets('a', 1, []), false, 'replaceSecrets() of an old version')
    expect(await store.replaceSecrets('b', 1, []), false, 'replaceSecrets() of an unknown id')
    expect(await store.find('a'), keyOf('a', { secrets, version: 2 }), 'find() after it')
  },
  'lets one of many replace secrets at the same time': async (store) => {
    await store.add(keyOf('a'))
    const tries = Array.from({ length: 20 }, (_, index) =>
      store.replaceSecrets('a', 1, [{ digest: `digest-${index}`, until: null }]),
    )
    const done = await Promise.all(tries)
    expect(done.filter((one) => one === true).length, 1, 'how many replaced version 1')
  },
  'revokes for good, and keeps the first time': async (store) => {
    await store.add(keyOf('a'))
    expect(await store.revoke('a', 7000), true, 'revoke()')
    expect(await store.revoke('a', 9000), true, 'revoke() again')
    expect(await store.revoke('b', 7000), false, 'revoke() of an unknown id')
    expect(await store.find('a'), keyOf('a', { revokedAt: 7000, version: 2 }), 'find() after it')
    expect(await store.replaceSecrets('a', 2, []), false, 'replaceSecrets() of a revoked key')
  },
  'writes last uses, and no older one over a newer one': async (store) => {
    await store.add(keyOf('a'))
    await store.used([
      { id: 'a', at: 8000 },
      { id: 'gone', at: 8000 },
    ])
    await store.used([{ id: 'a', at: 7000 }])
    expect(await store.find('a'), keyOf('a', { lastUsedAt: 8000 }), 'find() after it')
    await store.used([])
  },
  'keeps every member, empty lists and text of any language': async (store) => {
    const key = keyOf('a', {
      name: "Zoë's 🔑 '; drop table keys; --",
      owner: 'user:ü',
      tenant: 'tenant-1',
      kind: 'agent',
      roles: ['admin', '__proto__', 'a,b'],
      scopes: [],
      surfaces: ['mcp'],
      addresses: ['10.0.0.0/8', '2001:db8::/32'],
      expiresAt: 9_007_199_254_740_991,
    })
    await store.add(key)
    expect(await store.find('a'), key, 'find()')
  },
  'hands out what nobody can change in it': async (store) => {
    const key = keyOf('a')
    await store.add(key)
    const found = (await store.find('a')) as unknown as {
      roles: string[]
      revokedAt: number | null
    }
    try {
      found.roles.push('admin')
      found.revokedAt = 1
    } catch {
      // Frozen is the best it can be.
    }
    expect(await store.find('a'), key, 'find() after a change')
  },
}

/**
 * What every store of API keys must do, for whatever runs your tests:
 *
 * ```ts
 * for (const { name, run } of apiKeyStoreContract(() => sqlApiKeys(db))) test(name, run)
 * ```
 *
 * @param makeStore makes an empty store each time
 */
export function apiKeyStoreContract(
  makeStore: () => ApiKeyStore | Promise<ApiKeyStore>,
): readonly ApiKeyStoreCheck[] {
  return Object.entries(CHECKS).map(([name, check]) => ({
    name,
    run: async () => check(await makeStore()),
  }))
}

function keyOf(id: string, more: Partial<StoredApiKey> = {}): StoredApiKey {
  return {
    id,
    name: 'deploy',
    owner: 'ada',
    clientId: `key:${id}`,
    kind: 'service',
    tenant: null,
    roles: ['admin'],
    scopes: ['orders:read'],
    surfaces: null,
    addresses: null,
    secrets: [{ digest: 'digest', until: null }],
    createdAt: 1000,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    version: 1,
    ...more,
  }
}

/** By what they say, whatever the order of members. */
function expect(actual: unknown, wanted: unknown, what: string): void {
  if (sorted(actual) === sorted(wanted)) return
  throw new Error(`${what} gave ${sorted(actual)} where ${sorted(wanted)} is right`)
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
