import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import { body, createApp, file, form, query } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { BROWSER_PATH, LAUNCH_MS, launchBrowser } from './browser.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const LONG = 'a_very_long_name_without_any_break_that_has_to_fit_on_a_phone_in_some_way_or_other'
const ROUTES = 200

const Category = z
  .object({
    name: z.string(),
    get children() {
      return z.array(Category)
    },
  })
  .meta({ id: LONG })

/** One app with everything that is hard to lay out. */
function largeApp() {
  const app = createApp({
    name: `Shop ${LONG}`,
    description: LONG,
    log: { logger: quiet },
    docs: { public: true, tags: { [LONG]: `\`${LONG}\` ${LONG}` } },
    auth: [
      {
        authenticate: (_request) => new AuthContext({ subject: 'u' }),
        surfaces: ['api', 'mcp'],
        scheme: { type: 'apiKey', in: 'header', name: LONG, description: LONG },
      },
    ],
  })
  app.post(
    `/${LONG}/{${LONG}}`,
    {
      name: LONG,
      description: LONG,
      tags: [LONG],
      deprecated: true,
      tool: true,
      headers: { [LONG]: LONG },
      params: {
        [LONG]: z.string(),
        [`q_${LONG}`]: query(z.enum([LONG, `${LONG}_2`]), { description: LONG }),
        change: body(z.object({ [LONG]: z.string().regex(/^[a-z]+_[a-z]+_[a-z]+$/) })),
      },
      returns: Category,
    },
    () => ({ name: '', children: [] }),
  )
  app.post('/photos', { params: { caption: form(z.string()), photo: file() } }, () => null)
  for (let index = 0; index < ROUTES; index++) {
    const tags = [`Group ${index % 9}`]
    app.get(`/many/${index}/{id}`, { name: `many_${index}`, tags, returns: Category }, () => ({
      name: '',
      children: [],
    }))
  }
  return app
}

/** Runs in the page: text whose contrast with what is behind it is below WCAG's 4.5. */
function faintTexts(): string[] {
  const channels = (color: string): number[] => color.match(/[\d.]+/g)?.map(Number) ?? []
  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
      const part = value / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const behind = (element: Element | null): string => {
    if (element === null) return 'rgb(255, 255, 255)'
    const color = getComputedStyle(element).backgroundColor
    return channels(color)[3] === 0 ? behind(element.parentElement) : color
  }
  const faint: string[] = []
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(
      (node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== '',
    )
    if (!own || element.closest('script, style, [hidden], .skip') !== null) continue
    const one = luminance(getComputedStyle(element).color)
    const other = luminance(behind(element))
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
    if (contrast < 4.5) faint.push(`${element.tagName}.${element.className} ${contrast}`)
  }
  return [...new Set(faint)]
}

describe.skipIf(BROWSER_PATH === null)('reading the documentation (DOCS-1)', () => {
  let browser: Browser
  let server: RunningServer

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await serve(largeApp(), { port: 0, signals: false })
  }, LAUNCH_MS)

  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  async function open(
    path: string,
    options: Parameters<Browser['newContext']>[0],
  ): Promise<{ page: Page; context: BrowserContext }> {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    await page.goto(`${server.url}${path}`)
    return { page, context }
  }

  it.each(
    ['/docs', '/mcp/docs'].flatMap((path) =>
      [1280, 390].flatMap((width) =>
        (['light', 'dark'] as const).map((colorScheme) => [path, width, colorScheme] as const),
      ),
    ),
  )(
    '%s at %i px, %s: nothing sticks out, every text can be read',
    async (path, width, colorScheme) => {
      const { page, context } = await open(path, { viewport: { width, height: 900 }, colorScheme })
      await page.evaluate(() => {
        for (const entry of document.querySelectorAll('details')) entry.open = true
      })
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(overflow).toBeLessThanOrEqual(0)
      const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      expect(paper).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 24, 22)')
      expect(await page.evaluate(faintTexts)).toEqual([])
      await context.close()
    },
  )

  it('can be used by keyboard alone: skip link, search, unfolding', async () => {
    const { page, context } = await open('/docs', { viewport: { width: 1280, height: 900 } })
    const focused = () =>
      page.evaluate(() => `${document.activeElement?.tagName}#${document.activeElement?.id}`)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip')
    await page.keyboard.press('Enter')
    expect(await focused()).toBe('MAIN#main')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('INPUT#search')
    await page.keyboard.type('many_7 many/7/')
    await expect.poll(() => page.textContent('#search-count')).toBe(`1 of ${ROUTES + 2} shown`)
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('SUMMARY#')
    await page.keyboard.press('Enter')
    expect(await page.locator('#op-many_7').getAttribute('open')).toBe('')
    await context.close()
  })

  it('works without a network once it is there, and names the real server', async () => {
    const { page, context } = await open('/docs', { viewport: { width: 390, height: 900 } })
    await context.setOffline(true)
    await page.fill('#search', 'photos')
    await expect.poll(() => page.locator('[data-entry]:visible').count()).toBe(1)
    await page.locator('[data-entry]:visible > summary').click()
    expect(await page.locator('[data-entry]:visible pre').last().textContent()).toContain(
      `curl '${server.url}/photos'`,
    )
    await context.close()
  })

  it('is complete without scripts', async () => {
    const { page, context } = await open('/docs', { javaScriptEnabled: false })
    expect(await page.locator('[data-entry]').count()).toBe(ROUTES + 2)
    expect(await page.locator('#search-box').isVisible()).toBe(false)
    await page.locator('#op-many_3 > summary').click()
    expect(await page.locator('#op-many_3 > div').isVisible()).toBe(true)
    await context.close()
  })

  it('opens what the address names', async () => {
    const { page, context } = await open('/docs#op-many_5', {})
    expect(await page.locator('#op-many_5').getAttribute('open')).toBe('')
    await page.locator('#op-many_5 table a').first().click()
    await expect.poll(() => page.locator(`#schema-${LONG}`).getAttribute('open')).toBe('')
    await context.close()
  })
})
