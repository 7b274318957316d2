import type {
  ApiKeyStore,
  ApiKeyUse,
  StoredApiKey,
  StoredSecret,
} from '../../contract/ports/api-keys.ts'

/** API keys in this process: gone when it ends, and known to no other one. */
export function memoryApiKeys(): ApiKeyStore {
  const keys = new Map<string, StoredApiKey>()
  return Object.freeze({
    add(key: StoredApiKey) {
      if (keys.has(key.id)) return false
      keys.set(key.id, copyOf(key))
      return true
    },
    find: (id: string) => keys.get(id) ?? null,
    list: (owner: string | null) =>
      [...keys.values()].filter((key) => owner === null || key.owner === owner),
    replaceSecrets(id: string, version: number, secrets: readonly StoredSecret[]) {
      const key = keys.get(id)
      if (key === undefined || key.version !== version || key.revokedAt !== null) return false
      keys.set(id, copyOf({ ...key, secrets, version: version + 1 }))
      return true
    },
    revoke(id: string, at: number) {
      const key = keys.get(id)
      if (key === undefined) return false
      if (key.revokedAt === null) {
        keys.set(id, copyOf({ ...key, revokedAt: at, version: key.version + 1 }))
      }
      return true
    },
    used(uses: readonly ApiKeyUse[]) {
      for (const { id, at } of uses) {
        const key = keys.get(id)
        if (key === undefined || (key.lastUsedAt ?? 0) >= at) continue
        keys.set(id, copyOf({ ...key, lastUsedAt: at }))
      }
    },
  })
}

/** What is handed out must not be what is kept. */
function copyOf(key: StoredApiKey): StoredApiKey {
  return Object.freeze({
    ...key,
    roles: Object.freeze([...key.roles]),
    scopes: Object.freeze([...key.scopes]),
    surfaces: key.surfaces === null ? null : Object.freeze([...key.surfaces]),
    addresses: key.addresses === null ? null : Object.freeze([...key.addresses]),
    secrets: Object.freeze(key.secrets.map((secret) => Object.freeze({ ...secret }))),
  })
}
