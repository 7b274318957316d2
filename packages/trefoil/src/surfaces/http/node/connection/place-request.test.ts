import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { placeRequest } from './place-request.ts'

interface Sent {
  readonly url: string
  readonly baseUrl?: unknown
  readonly originalUrl?: unknown
}

/** What a host hands on: of a request only its URL is looked at here. */
const request = (sent: Sent) => sent as unknown as IncomingMessage

it.each<[string, Sent, string, string]>([
  ['nobody', { url: '/a?x' }, '', '/a?x'],
  ['Express', { url: '/a?x', baseUrl: '/api', originalUrl: '/api/a?x' }, '/api', '/a?x'],
  ['Express, at the root', { url: '/a', baseUrl: '', originalUrl: '/a' }, '', '/a'],
  ['Express, rewritten', { url: '/b', baseUrl: '/api', originalUrl: '/v1/a' }, '/api', '/b'],
  ['Connect', { url: '/a?x', originalUrl: '/api/a?x' }, '/api', '/a?x'],
  ['Connect, nothing left', { url: '/?x', originalUrl: '/api?x' }, '/api', '/?x'],
  ['Connect, a slash left', { url: '/', originalUrl: '/api/' }, '/api', '/'],
  ['Connect, rewritten', { url: '/b', originalUrl: '/api/a' }, '', '/b'],
  ['somebody else', { url: '/a', baseUrl: 7, originalUrl: {} }, '', '/a'],
])('FND-27: what %s took off is the mount', (_, sent, mountPath, target) => {
  expect(placeRequest(request(sent), null)).toEqual({ mountPath, target })
})

it.each<[Sent, string | null]>([
  [{ url: '/api/a' }, '/a'],
  [{ url: '/a', baseUrl: '/api' }, '/a'],
  [{ url: '/', baseUrl: '/api' }, '/'],
  [{ url: '/a', originalUrl: '/api/a' }, '/a'],
  [{ url: '/api/a', baseUrl: '/api' }, '/api/a'],
  [{ url: '/a', baseUrl: '/API' }, null],
  [{ url: '/a', baseUrl: '/%61pi' }, null],
  [{ url: '/a' }, null],
  [{ url: '/apia' }, null],
])('FND-27: under /api, %j is %s', (sent, target) => {
  expect(placeRequest(request(sent), '/api')).toEqual(
    target === null ? null : { mountPath: '/api', target },
  )
})

it('FND-27: a mount that the host read in another spelling is none', () => {
  for (const baseUrl of ['//api', '/%61pi', '/api/', '/x/..', '/"']) {
    expect(placeRequest(request({ url: '/a', baseUrl }), null)).toBeNull()
  }
})
