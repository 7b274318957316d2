import type {
  ApiKeyStore,
  ApiKeyUse,
  StoredApiKey,
  StoredSecret,
} from '../../contract/ports/api-keys.ts'
import type { SqlRow } from '../../contract/ports/sql.ts'
import type { SqlData } from '../../contract/ports/sql-data.ts'
import { checkData } from './check-data.ts'
import { flush } from './flush.ts'
import { API_KEY_STEPS } from './steps/api-key-tables.ts'
import { newestUses, USES } from './uses.ts'

/**
 * API keys that all processes of a database know: `apiKeyAuth({ store: sqlApiKeys(data), pepper })`. Outside
 * units of work: a key that was revoked in a call that then fails is revoked.
 *
 * @param data what `database()` gives
 * @throws TypeError for what is no database
 */
export function sqlApiKeys(data: SqlData): ApiKeyStore {
  checkData('sqlApiKeys', data)
  data.tables('api_keys', API_KEY_STEPS, 'state')
  const { state, dialect } = data
  const used = `update trefoil_api_keys set last_used_at = u.at from ${USES[dialect]} as u
    where trefoil_api_keys.id = u.id and coalesce(last_used_at, 0) < u.at`

  return Object.freeze({
    async add(key: StoredApiKey) {
      const { id, owner, secrets, createdAt, revokedAt, lastUsedAt, version, ...more } = key
      const rows = await state.run(
        `insert into trefoil_api_keys (id, owner, created_at, revoked_at, last_used_at, version, secrets, more)
          values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing returning id`,
        [
          id,
          owner,
          createdAt,
          revokedAt,
          lastUsedAt,
          version,
          JSON.stringify(secrets),
          JSON.stringify(more),
        ],
      )
      await flush(state)
      return rows.length > 0
    },
    async find(id: string) {
      const [row] = await state.run('select * from trefoil_api_keys where id = ?', [id])
      return row === undefined ? null : keyOf(row)
    },
    async list(owner: string | null) {
      const order = 'order by created_at, id'
      const rows =
        owner === null
          ? await state.run(`select * from trefoil_api_keys ${order}`)
          : await state.run(`select * from trefoil_api_keys where owner = ? ${order}`, [owner])
      return rows.map(keyOf)
    },
    async replaceSecrets(id: string, version: number, secrets: readonly StoredSecret[]) {
      const rows = await state.run(
        `update trefoil_api_keys set secrets = ?, version = version + 1
          where id = ? and version = ? and revoked_at is null returning id`,
        [JSON.stringify(secrets), id, version],
      )
      await flush(state)
      return rows.length > 0
    },
    async revoke(id: string, at: number) {
      const rows = await state.run(
        `update trefoil_api_keys set revoked_at = coalesce(revoked_at, ?),
          version = case when revoked_at is null then version + 1 else version end
          where id = ? returning id`,
        [at, id],
      )
      await flush(state)
      return rows.length > 0
    },
    async used(uses: readonly ApiKeyUse[]) {
      for (const batch of newestUses(uses)) await state.run(used, [batch])
    },
  })
}

function keyOf(row: SqlRow): StoredApiKey {
  const { id, owner, created_at, revoked_at, last_used_at, version, secrets, more } = row
  // Written by `add` and `replaceSecrets`, out of a key.
  return {
    ...(JSON.parse(String(more)) as Pick<StoredApiKey, 'name' | 'clientId' | 'kind' | 'tenant'> &
      Pick<StoredApiKey, 'roles' | 'scopes' | 'surfaces' | 'addresses' | 'expiresAt'>),
    id: String(id),
    owner: String(owner),
    secrets: JSON.parse(String(secrets)) as readonly StoredSecret[],
    createdAt: Number(created_at),
    revokedAt: revoked_at === null ? null : Number(revoked_at),
    lastUsedAt: last_used_at === null ? null : Number(last_used_at),
    version: Number(version),
  }
}
