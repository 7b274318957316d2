import { expect, onTestFinished, test } from 'vitest'
import { type AccountsApp, ADA, accountsApp, OTHER_PASSWORD, PASSWORD } from './accounts-app.ts'

interface Signed {
  readonly access_token: string
  readonly refresh_token: string
}

async function opened() {
  const it = await accountsApp()
  onTestFinished(() => it[Symbol.asyncDispose]())
  await it.person()
  return it
}

/** Of another device. */
async function signedIn(it: AccountsApp): Promise<Signed> {
  const { body } = await it.post('/login', { email: ADA, password: PASSWORD })
  return body as unknown as Signed
}

async function isOver(it: AccountsApp, { access_token, refresh_token }: Signed) {
  expect((await it.me(access_token)).status).toBe(401)
  const { status } = await it.post('/refresh', { refresh_token }, { from: it.browser() })
  expect(status).toBe(401)
}

test('SW-15: a change of the password ends all others at once, and this one has another id', async () => {
  const it = await opened()
  const [one, other] = [await signedIn(it), await signedIn(it)]
  for (const { access_token } of [one, other]) expect((await it.me(access_token)).status).toBe(200)
  const change = { current_password: PASSWORD, password: OTHER_PASSWORD }
  const changed = await it.post('/change-password', change, { token: one.access_token })
  expect(changed.status).toBe(200)
  const after = changed.body as unknown as Signed
  await it.client.idle()
  await isOver(it, one)
  await isOver(it, other)
  expect((await it.me(after.access_token)).status).toBe(200)
  expect(after.access_token.slice(7, 39)).not.toBe(one.access_token.slice(7, 39))
  const refresh = { refresh_token: after.refresh_token }
  expect((await it.post('/refresh', refresh, { from: it.browser() })).status).toBe(200)
})

test('SW-15: so does a reset by whoever has the mailbox', async () => {
  const it = await opened()
  const stolen = await signedIn(it)
  expect((await it.me(stolen.access_token)).status).toBe(200)
  await it.post('/forgot-password', { email: ADA })
  const token = await it.tokenFor(ADA)
  expect((await it.post('/reset-password', { token, password: OTHER_PASSWORD })).status).toBe(200)
  await it.client.idle()
  await isOver(it, stolen)
})

test('SW-15: so does deleting the account', async () => {
  const it = await opened()
  const [one, other] = [await signedIn(it), await signedIn(it)]
  expect((await it.me(other.access_token)).status).toBe(200)
  const body = { current_password: PASSWORD }
  const deleted = await it.post('/delete-account', body, { token: one.access_token })
  expect(deleted.status).toBeLessThan(300)
  await it.client.idle()
  await isOver(it, one)
  await isOver(it, other)
})

test('SW-15: a login does not, and neither does logging out elsewhere', async () => {
  const it = await opened()
  const [one, other] = [await signedIn(it), await signedIn(it)]
  await it.post('/logout', {}, { token: other.access_token })
  await isOver(it, other)
  expect((await it.me(one.access_token)).status).toBe(200)
  await signedIn(it)
  expect((await it.me(one.access_token)).status).toBe(200)
})
