import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { guardedFetch } from './provider-fetch.ts'

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const GET = { method: 'GET', headers: {} }

describe('what a provider is asked with', () => {
  it.each([
    'http://issuer.example/token',
    'http://10.0.0.5/token',
    'file:///etc/passwd',
    'data:application/json,{}',
    'https://user:pass@issuer.example/token',
    'https://issuer.example/token#x',
  ])('GHSA-5rr4-8452-hf4v: %s is not asked', async (address) => {
    await expect(guardedFetch('any', 1000).fetch(address, GET)).rejects.toThrow('not asked')
  })

  it.each([
    'https://127.0.0.1/token',
    'https://localhost/token',
    'https://10.0.0.5/token',
    'https://169.254.169.254/latest',
    'https://[::1]/token',
    'https://[fd00::1]/token',
    'http://127.0.0.1/token',
  ])('GHSA-5rr4-8452-hf4v: somebody outside must not lead to %s', async (address) => {
    await expect(guardedFetch('outside', 1000).fetch(address, GET)).rejects.toThrow('not asked')
  })

  it('follows no redirect, reads no more than there is room for, and takes strict JSON alone', async () => {
    const answers: Readonly<Record<string, RequestListener>> = {
      '/redirect': (_, response) => response.writeHead(302, { location: '/json' }).end(),
      '/long': (_, response) => response.end(`{"a":"${'x'.repeat(300_000)}"}`),
      '/twice': (_, response) => response.end('{"issuer":"a","issuer":"b"}'),
      '/html': (_, response) => response.end('<html>'),
      '/json': (_, response) => response.end('{"a":1}'),
    }
    const origin = await serving((request, response) => {
      answers[request.url ?? '']?.(request, response)
    })
    const { fetch, cameFromInside } = guardedFetch('any', 5000)
    expect(await (await fetch(`${origin}/json`, GET)).json()).toEqual({ a: 1 })
    expect(cameFromInside()).toBe(true)
    await expect(fetch(`${origin}/redirect`, GET)).rejects.toThrow('redirects')
    await expect(fetch(`${origin}/long`, GET)).rejects.toThrow('more than')
    await expect(fetch(`${origin}/twice`, GET)).rejects.toThrow('no JSON object')
    await expect(fetch(`${origin}/html`, GET)).rejects.toThrow('no JSON object')
    await expect(fetch(`${origin}/json`, { ...GET, method: 'PUT' })).rejects.toThrow('another way')
  })

  it('gives up who never answers', async () => {
    const origin = await serving(() => {})
    await expect(guardedFetch('any', 50).fetch(`${origin}/`, GET)).rejects.toThrow('in time')
  })
})
