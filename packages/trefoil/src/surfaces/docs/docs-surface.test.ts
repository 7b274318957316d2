import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../app/create-app.ts'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import type { Logger } from '../../contract/call/logger.ts'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }
const authenticate = (_request: unknown) => new AuthContext({ subject: 'u' })

function shop() {
  const app = createApp({
    log: { logger: silent },
    env: {},
    docs: { tags: { Orders: 'What is sold.' } },
    auth: [
      {
        authenticate,
        surfaces: ['api'],
        scheme: { type: 'apiKey', in: 'cookie', name: 'sid' },
      },
      {
        authenticate,
        surfaces: ['mcp'],
        scheme: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    ],
  })
  const params = { order_id: z.string() }
  app.get(
    '/orders/{order_id}',
    { name: 'get_order', description: 'One.', tool: true, tags: ['Orders'], params },
    () => 1,
  )
  return app
}

type Shop = ReturnType<typeof shop>

async function page(app: Shop, path: string): Promise<{ text: string; policy: string }> {
  const response = await app.fetch(new Request(`http://localhost${path}`))
  expect(response.status).toBe(200)
  const policy = response.headers.get('content-security-policy') ?? ''
  return { text: await response.text(), policy }
}

describe('W-34: each document describes the scheme of its own surface', () => {
  test('OpenAPI and /docs: that of api', async () => {
    const app = shop()
    const { text } = await page(app, '/openapi.json')
    expect(JSON.parse(text)).toMatchObject({
      tags: [{ name: 'Orders', description: 'What is sold.' }],
      components: {
        securitySchemes: { cookieAuth: { type: 'apiKey', in: 'cookie', name: 'sid' } },
      },
    })
    const docs = (await page(app, '/docs')).text
    expect(docs).toContain('<p class="prose">Authentication: cookie <code>sid</code>.</p>')
    expect(docs).toContain('--cookie &quot;sid=$COOKIE&quot;')
    expect(docs).toContain('What is sold.')
    expect(docs).toContain('href="/mcp/docs"')
  })

  test('/mcp/docs: that of mcp, with a way back', async () => {
    const { text } = await page(shop(), '/mcp/docs')
    expect(text).toContain('Authentication: bearer token (JWT).')
    expect(text).toContain('href="/docs"')
  })
})

test('DOCS-1: the page is kept, its nonce is not', async () => {
  const app = shop()
  for (const path of ['/docs', '/mcp/docs']) {
    const answers = [await page(app, path), await page(app, path), await page(app, path)]
    const nonces = answers.map(({ policy }) => /'nonce-([^']+)'/.exec(policy)?.[1] ?? 'none')
    expect(new Set(nonces).size).toBe(3)
    const plain = answers.map(({ text }, index) => {
      const [before, ...after] = text.split(`nonce="${nonces[index]}"`)
      expect(after).toHaveLength(2)
      return [before, ...after].join('')
    })
    expect(new Set(plain).size).toBe(1)
    expect(plain[0]).not.toContain('nonce="')
  }
})
