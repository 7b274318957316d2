import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { BROWSER_PATH, LAUNCH_MS, launchBrowser } from './browser.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const HOSTILE = '</script><img src=x onerror="document.title=`owned`"><b>bold</b>'

describe.skipIf(BROWSER_PATH === null)('the documentation in a real browser', () => {
  let browser: Browser
  let server: RunningServer

  beforeAll(async () => {
    browser = await launchBrowser()
    const app = createApp({ name: 'Orders', log: { logger: quiet } })
    app.get(
      '/orders/{order_id}',
      {
        name: 'get_order',
        description: 'Fetch one order by id.',
        tool: true,
        params: { order_id: z.string() },
        returns: z.object({ id: z.string() }),
      },
      ({ order_id }) => ({ id: order_id }),
    )
    app.post(
      '/notes',
      { name: 'add_note', description: HOSTILE, tool: true, params: { text: z.string() } },
      () => null,
    )
    server = await serve(app, { port: 0, signals: false })
  }, LAUNCH_MS)

  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  async function open(path: string, width: number): Promise<{ page: Page; trouble: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 900 } })
    const trouble: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') trouble.push(message.text())
    })
    page.on('pageerror', (error) => trouble.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url)) trouble.push(`outside: ${request.url()}`)
    })
    await page.goto(`${server.url}${path}`)
    return { page, trouble }
  }

  it.each([
    ['/docs', 1280],
    ['/docs', 390],
    ['/mcp/docs', 1280],
    ['/mcp/docs', 390],
  ])(
    '%s at %i px: works under its own policy, nothing from outside, no overflow',
    async (path, width) => {
      const { page, trouble } = await open(path, width)
      expect(await page.textContent('body')).toContain('get_order')
      expect(await page.textContent('body')).toContain('<b>bold</b>')
      expect(await page.title()).not.toBe('owned')
      expect(await page.locator('img').count()).toBe(0)
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(overflow).toBeLessThanOrEqual(0)
      expect(trouble).toEqual([])
      await page.close()
    },
  )

  it('the search of /docs runs under the nonce', async () => {
    const { page, trouble } = await open('/docs', 1280)
    const shown = () => page.locator('details:visible, section:visible').count()
    const before = await shown()
    await page.locator('input[type=search]').fill('notes')
    await expect.poll(shown).toBeLessThan(before)
    expect(trouble).toEqual([])
    await page.close()
  })

  it('injected script does not run', async () => {
    const { page } = await open('/docs', 1280)
    const ran = await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.injected = true'
      document.body.append(script)
      return 'injected' in window
    })
    expect(ran).toBe(false)
    await page.close()
  })
})
