import { describe, expect, it } from 'vitest'
import { createApp, html, STRICT_CSP } from '../../packages/trefoil/src/index.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'

describe('STRICT_CSP', () => {
  it('SW-32: lets nothing in but what carries the nonce of this answer', async () => {
    const app = createApp({ env: {}, browser: { contentSecurityPolicy: STRICT_CSP } })
    app.get('/', { public: true }, (_, call) => html(`<script nonce="${call.cspNonce}"></script>`))
    const { http } = testClient(app)
    const nonces = new Set<string>()
    for (let time = 0; time < 2; time++) {
      const page = await http.get('/')
      const [, nonce = ''] = /nonce="([0-9a-f]{32})"/.exec(page.text) ?? []
      expect(page.headers.get('content-security-policy')).toBe(
        `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      )
      nonces.add(nonce)
    }
    expect(nonces.size).toBe(2)
    expect(() => Object.assign(STRICT_CSP, { 'script-src': ['*'] })).toThrow(TypeError)
    expect(() => (STRICT_CSP['script-src'] as string[]).push('*')).toThrow(TypeError)
  })
})
