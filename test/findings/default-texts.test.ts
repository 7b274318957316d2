// What is said where an app says nothing, on every surface alike (MW-11, COOK-3).

import { createApp, HttpError } from 'trefoil'
import { CookieSigner, cookieSession } from 'trefoil/cookies'
import { describe, expect, test } from 'vitest'
import { ALL, alike, ENV, everywhere, on } from './surfaces.ts'

const THROWN: readonly (readonly [why: string, make: () => HttpError, text: string])[] = [
  ['nothing', () => new HttpError(), 'Internal Server Error'],
  ['a status', () => new HttpError(404), 'Not Found'],
  ['a status that is seldom', () => new HttpError(451), 'Unavailable For Legal Reasons'],
  ['a status nobody registered', () => new HttpError(499), 'Client Error'],
  ['another one', () => new HttpError(599), 'Server Error'],
  ['an empty text', () => new HttpError(409, ''), 'Conflict'],
  ['a code of its own', () => new HttpError(403, undefined, { code: 'suspended' }), 'Forbidden'],
  ['a text', () => new HttpError(404, 'No such order'), 'No such order'],
]

describe('MW-11: an HttpError without text says what its status means', () => {
  test.each(THROWN)('%s', async (_, make, text) => {
    const answers = await everywhere(
      () => {
        const logger = { debug() {}, info() {}, warn() {}, error() {} }
        const app = createApp({ name: 'texts', env: ENV, log: { logger }, publicSurfaces: ALL })
        app.post('/fails', { ...on('fails') }, () => {
          throw make()
        })
        return { app }
      },
      async ({ call }) => {
        const { problem } = await call('fails')
        return problem?.['detail'] ?? problem?.['message']
      },
    )
    expect(answers).toEqual(alike(text))
  })

  test('as plain text, and in the title of a problem document', async () => {
    const app = createApp({ env: ENV, publicSurfaces: ALL })
    app.get('/gone', () => {
      throw new HttpError(410)
    })
    const get = (accept: string) =>
      app.fetch(new Request('http://localhost/gone', { headers: { accept } }))
    expect(await (await get('text/plain')).text()).toBe('Gone')
    expect(await (await get('*/*')).json()).toMatchObject({ title: 'Gone', detail: 'Gone' })
  })
})

test('COOK-3: an empty cookie secret is refused in these words', () => {
  const words = /^Signed cookie secrets must not be empty$/
  expect(() => new CookieSigner('')).toThrow(words)
  expect(() => cookieSession({ keys: '', env: {} })).toThrow(words)
  expect(() => cookieSession({ keys: new Uint8Array(), env: {} })).toThrow(words)
})
