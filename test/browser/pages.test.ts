import { mkdirSync } from 'node:fs'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createApp, html, query } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { type Demo, demoApp } from '../pages/demo-app.ts'
import { accessibilityMistakes, focusMistakes, watchPage } from './accessibility.ts'
import { BROWSER_PATH, LAUNCH_MS, launchBrowser } from './browser.ts'

const SLOW = { timeout: 90_000 }
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
/** Where pictures are kept, for whoever wants to look at them. */
const PICTURES = process.env['TREFOIL_PICTURES']

/** The page kit in a real browser: how its pages look, read and behave, with script and without. */
describe.skipIf(BROWSER_PATH === null)('pages in a browser', () => {
  let browser: Browser
  let server: RunningServer
  let stranger: RunningServer
  let demo: Demo

  beforeAll(async () => {
    browser = await launchBrowser()
    demo = demoApp()
    const other = createApp({ log: { logger: quiet }, edge: { hosts: ['*'], security: 'off' } })
    other.get('/', { params: { target: query(z.string()) } }, ({ target }) =>
      html(`<!doctype html><form method="post" action="${target}"><input name="text" value="planted">
        <input name="pin" value="1"><input name="colour" value="red"></form><script>document.forms[0].submit()</script>`),
    )
    other.get('/frame', { params: { target: query(z.string()) } }, ({ target }) =>
      html(`<!doctype html><iframe src="${target}"></iframe>`),
    )
    server = await serve(demo.app, { port: 0, host: '0.0.0.0', signals: false })
    stranger = await serve(other, { port: 0, host: '0.0.0.0', signals: false })
  }, LAUNCH_MS)

  afterAll(async () => {
    await browser?.close()
    for (const one of [server, stranger]) await one?.close()
  })

  const at = (path: string) => `http://localhost:${server.port}${path}`

  async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<{
    context: BrowserContext
    page: Page
    complaints: readonly string[]
  }> {
    const context = await browser.newContext({ locale: 'en-GB', ...options })
    const page = await context.newPage()
    return { context, page, complaints: watchPage(page) }
  }

  async function look(page: Page, name: string): Promise<void> {
    if (PICTURES === undefined) return
    mkdirSync(PICTURES, { recursive: true })
    await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true })
  }

  const SHOWN: readonly (readonly [name: string, open: (page: Page) => Promise<unknown>])[] = [
    ['notes', (page) => page.goto(at('/notes'))],
    ['new', (page) => page.goto(at('/notes/new'))],
    ['sign-in', (page) => page.goto(at('/sign-in'))],
    ['parts', (page) => page.goto(at('/parts'))],
    [
      'refused',
      async (page) => {
        await page.goto(at('/limited'))
        await page.goto(at('/limited'))
      },
    ],
    [
      'wrong',
      async (page) => {
        await page.goto(at('/notes/new'))
        await page.fill('textarea', 'x'.repeat(60))
        await page.fill('input[type=email]', 'nobody')
        await page.click('button')
      },
    ],
    [
      'locked',
      async (page) => {
        await page.goto(at('/notes/new'))
        await page.fill('textarea', 'locked')
        await page.fill('input[type=password]', '1234')
        await page.click('button')
      },
    ],
  ]

  for (const width of [400, 1280]) {
    for (const scheme of ['light', 'dark'] as const) {
      it(`is right at ${width} px, ${scheme}`, SLOW, async () => {
        const viewport = { width, height: 800 }
        const { context, page, complaints } = await open({ viewport, colorScheme: scheme })
        for (const [name, show] of SHOWN) {
          await show(page)
          expect(await accessibilityMistakes(page), name).toEqual([])
          expect(await focusMistakes(page), name).toEqual([])
          await look(page, `${name}-${width}-${scheme}`)
        }
        expect(complaints).toEqual([])
        await context.close()
      })
    }
  }

  it('works without script: a form, its errors, the next page, a form in a row', SLOW, async () => {
    const { context, page, complaints } = await open({ javaScriptEnabled: false })
    await page.goto(at('/notes/new?next=%2Fnotes'))
    await page.fill('textarea', 'from <b>nobody</b>')
    await page.click('button')
    expect(await page.locator('.error').allTextContents()).toEqual(['This is needed.'])
    expect(await page.inputValue('textarea')).toBe('from <b>nobody</b>')
    await page.fill('input[type=password]', '1234')
    await page.check('input[type=checkbox]')
    await page.click('button')
    await page.waitForURL(at('/notes'))
    expect(await page.locator('.notice').textContent()).toContain('The note is saved.')
    expect(await page.locator('tbody tr').last().textContent()).toContain(
      'from <b>nobody</b> red true',
    )
    const before = demo.notes.length
    await page.locator('tbody tr').last().locator('button').click()
    expect(await page.locator('.notice').textContent()).toContain('The note is gone.')
    expect(demo.notes.length).toBe(before - 1)
    await page.reload()
    expect([demo.notes.length, await page.locator('.notice').count()]).toEqual([before - 1, 0])
    expect(complaints).toEqual([])
    await context.close()
  })

  it('copies a code where there is script, and its policy lets no other run', SLOW, async () => {
    const { context, page, complaints } = await open()
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto(at('/parts'))
    await page.click('[data-copy] button')
    await page.locator('[role=status]', { hasText: 'Copied' }).waitFor({ state: 'attached' })
    expect(complaints).toEqual([])
    const ran = await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.planted = true'
      document.body.append(script)
      return 'planted' in window
    })
    expect(ran).toBe(false)
    expect(complaints.join()).toContain('Content Security Policy')
    await context.close()
  })

  it('HTTP-8: another site can send no form and show no page in a frame', SLOW, async () => {
    const { context, page } = await open()
    const target = encodeURIComponent(at('/notes/new'))
    await page.goto(at('/notes/new'))
    const before = demo.taken.length
    await page.goto(`http://127.0.0.1:${stranger.port}/?target=${target}`)
    await page.waitForURL(at('/notes/new'))
    expect(await page.textContent('h1')).toBe('Not allowed')
    expect(await page.content()).not.toContain('planted')
    expect(demo.taken.length).toBe(before)
    await page.goto(`http://127.0.0.1:${stranger.port}/frame?target=${target}`)
    expect(page.frames()[1]?.url() ?? '').not.toBe(at('/notes/new'))
    await context.close()
  })

  it(
    'signs in and comes back to where it was going; Back after that asks the server',
    SLOW,
    async () => {
      const { context, page, complaints } = await open()
      await page.goto(at('/secret?q=1'))
      expect(page.url()).toBe(at('/sign-in?next=%2Fsecret%3Fq%3D1'))
      await page.fill('input[autocomplete=username]', 'ada')
      await page.fill('input[type=password]', 'x')
      await page.click('button')
      expect(page.url()).toBe(at('/secret?q=1'))
      expect(await page.textContent('main p')).toBe('ada')
      await page.goto(at('/notes'))
      await context.clearCookies()
      await page.goBack()
      expect(page.url()).toContain('/sign-in')
      expect(complaints).toEqual([])
      await context.close()
    },
  )
})
