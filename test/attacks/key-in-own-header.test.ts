// A key that travels in a header of the app's own choosing is a credential like any other.

import { createApp } from 'trefoil'
import { AuthContext, hasScope } from 'trefoil/auth'
import { expect, test } from 'vitest'

function keyApp() {
  const app = createApp({
    name: 'keys',
    auth: [
      {
        authenticate: (request) => {
          const key = request.headers.get('x-shop-key')
          return key === 'k1' ? new AuthContext({ subject: 'shop', scopes: ['read'] }) : null
        },
        surfaces: ['api'],
        scheme: { type: 'apiKey', in: 'header', name: 'X-Shop-Key' },
      },
    ],
  })
  app.get('/seen', {}, (_args, call) => ({
    key: call.request.headers.get('x-shop-key'),
    other: call.request.headers.get('x-other'),
  }))
  app.get('/write', { guards: [hasScope('write')] }, () => 'done')
  return app
}

function get(path: string, headers: Record<string, string> = {}) {
  return keyApp().fetch(new Request(`http://localhost${path}`, { headers }))
}

test('PW-02: handlers do not see it', async () => {
  const answer = await get('/seen', { 'x-shop-key': 'k1', 'x-other': 'o' })
  expect(await answer.json()).toEqual({ key: null, other: 'o' })
})

test('RFC 9110 §11.6.1: a 401 asks for the key, and not for a bearer token', async () => {
  const answer = await get('/seen')
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toBe('ApiKey in="header", name="X-Shop-Key"')
})

test('RFC 6750 §3.1: no token has the scope that a key lacks, so none is asked for', async () => {
  const answer = await get('/write', { 'x-shop-key': 'k1' })
  expect(answer.status).toBe(403)
  expect(answer.headers.get('www-authenticate')).toBeNull()
})
