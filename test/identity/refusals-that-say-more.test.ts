// A refusal with challenge parameters and headers of its own, on every surface.
import { createApp } from 'trefoil'
import { type Authenticator, refusal } from 'trefoil/auth'
import { expect, test } from 'vitest'
import { ALL, alike, ENV, everywhere, NETWORK_IDS, on, SURFACE_IDS } from '../findings/surfaces.ts'

const stepUp: Authenticator = {
  name: 'stepUp',
  scheme: { type: 'http', scheme: 'bearer' },
  authenticate: ({ bearer }) =>
    bearer === null
      ? null
      : refusal('wrong_type', {
          text: 'Log in again',
          challenge: { error: 'insufficient_user_authentication', acr_values: 'a "b" \\' },
          headers: { 'X-Nonce': 'n-1' },
        }),
}

function build() {
  const app = createApp({
    env: ENV,
    log: { level: 'silent' },
    auth: [{ authenticate: stepUp, surfaces: ALL }],
  })
  app.post('/save', { ...on('save') }, () => null)
  return { app }
}

test('P-PROV-1: what it says reaches the caller on every surface that has headers', async () => {
  const seen = await everywhere(
    build,
    async ({ call }) => {
      const { status, headers } = await call('save', {}, { token: 'some-token' })
      return [status, headers.get('www-authenticate'), headers.get('x-nonce')]
    },
    NETWORK_IDS,
  )
  const challenge =
    'Bearer error="insufficient_user_authentication", error_description="Log in again", acr_values="a \\"b\\" \\\\"'
  expect(seen).toEqual(alike([401, challenge, 'n-1'], NETWORK_IDS))
})

test('without a credential it says nothing of it, and the code is the same everywhere', async () => {
  const seen = await everywhere(build, async ({ call }) => {
    const bare = await call('save', {})
    const bad = await call('save', {}, { token: 'some-token' })
    return [bare.headers.get('x-nonce'), bare.problem?.['code'], bad.problem?.['code']]
  })
  expect(seen).toEqual(alike([null, 'AUTHENTICATION_ERROR', 'AUTHENTICATION_ERROR'], SURFACE_IDS))
})
