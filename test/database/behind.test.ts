import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { health } from 'trefoil/health'
import { testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'
import { folder, NOTES } from './notes-app.ts'

test('P-NET-5: an app whose tables are missing is not ready; one beside a newer app is', async () => {
  const file = join(folder(), 'app.db')
  const data = database({ url: file, migrate: 'start', migrations: [NOTES] })
  let at = 0
  const clock = { now: () => at, elapsed: () => at }
  const app = createApp({
    env: {},
    log: { level: 'silent' },
    parts: [data, health({ checks: { database: data.check }, clock })],
  })
  await using client = testClient(app)
  const status = async () => {
    at += 1001
    return (await client.http.get('/health/ready')).status
  }
  const other = new DatabaseSync(file)
  expect(await status()).toBe(200)
  other.exec(
    "insert into trefoil_migrations select owner, position + 1, 'newer', checksum, applied_at from trefoil_migrations",
  )
  expect(await status()).toBe(200)
  other.exec('delete from trefoil_migrations')
  expect(await status()).toBe(503)
  expect((await client.http.get('/health/live')).status).toBe(200)
  other.close()
})

test('PW-37: a database that is gone makes the app not ready, and nobody is told of its file', async () => {
  const file = join(folder(), 'app.db')
  const data = database({ url: file, migrate: 'start', migrations: [NOTES] })
  const app = createApp({
    env: {},
    log: { level: 'silent' },
    parts: [data, health({ checks: { database: data.check } })],
  })
  await app.startup()
  const broken = { checks: { database: () => Promise.reject(new Error(`no ${file}`)) } }
  const bad = createApp({ env: {}, log: { level: 'silent' }, parts: [health(broken)] })
  await bad.startup()
  const answer = await bad.fetch(new Request('http://localhost/health/ready'))
  expect(answer.status).toBe(503)
  expect(await answer.text()).not.toContain('app.db')
  await bad.shutdown()
  await app.shutdown()
})
