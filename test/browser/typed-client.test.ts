// Issue 11, item 7: the typed client as it is installed, in a real browser, from a page of another origin.
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import {
  cookie,
  createApp,
  file,
  form,
  html,
  query,
  reply,
} from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { BROWSER_PATH, LAUNCH_MS, launchBrowser } from './browser.ts'

const logger = { debug() {}, info() {}, warn() {}, error() {} }
const DOOR = readFileSync(new URL('../../packages/trefoil/dist/client.js', import.meta.url), 'utf8')

describe('the client door', () => {
  it('imports nothing: neither Node nor another file', () => {
    expect(DOOR).not.toMatch(/^\s*import[\s{*'"]/m)
    expect(DOOR).not.toMatch(/\bimport\(/)
    expect(DOOR).not.toContain('node:')
  })
})

describe.skipIf(BROWSER_PATH === null)('the typed client in a browser', () => {
  let browser: Browser
  let site: RunningServer
  let api: RunningServer
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser()
    const pages = createApp({ log: { logger }, edge: { security: 'off' } })
    pages.get('/', () => html('<!doctype html><title>page</title>'))
    pages.get('/client.js', () => reply(DOOR, { headers: { 'content-type': 'text/javascript' } }))
    site = await serve(pages, { port: 0, signals: false })
    const app = createApp({
      log: { logger },
      browser: {
        cors: {
          allowedOrigins: [`http://localhost:${site.port}`],
          allowedHeaders: ['authorization', 'content-type'],
        },
      },
      auth: [
        {
          authenticate: (request) =>
            request.headers.get('authorization') === 'Bearer ada'
              ? new AuthContext({ subject: 'ada' })
              : null,
          surfaces: ['api', 'cli'],
        },
      ],
    })
    app.get(
      '/tags',
      { name: 'list_tags', params: { tags: query(z.array(z.string())) } },
      (args, call) => ({
        ...args,
        by: call.auth.subject,
      }),
    )
    app.post(
      '/photos',
      { name: 'upload', params: { photo: file(), title: form(z.string()) } },
      async ({ photo, title }) => ({ title, name: photo.name, text: await photo.text() }),
    )
    app.get(
      '/theme',
      { name: 'theme', params: { theme: cookie(z.string().optional()) } },
      () => null,
    )
    app.action(
      'purge',
      { description: 'Purge.', cli: true, params: { days: z.int() } },
      (args) => args,
    )
    api = await serve(app, { port: 0, signals: false })
    page = await browser.newPage()
    await page.goto(`http://localhost:${site.port}/`)
  }, LAUNCH_MS)

  afterAll(async () => {
    await browser?.close()
    await site?.close()
    await api?.close()
  })

  /** Runs `body` in the page with a client called `api`; what it gives comes back as JSON. */
  const inPage = (body: string, token = 'ada'): Promise<unknown> =>
    page.evaluate(
      `(async () => {
        const { createClient } = await import('/client.js')
        const api = createClient('http://localhost:${api.port}', { token: async () => '${token}' })
        const shown = (r) => r.ok ? r.value : { code: r.error.code, detail: r.error.detail }
        ${body}
      })()`,
    )

  it('reads the table, lists, JSON, and calls by name', async () => {
    expect(await inPage("return shown(await api.listTags({ tags: ['a b', 'ü'] }))")).toEqual({
      tags: ['a b', 'ü'],
      by: 'ada',
    })
    expect(await inPage('return shown(await api.purge({ days: 7 }))')).toEqual({ days: 7 })
  })

  it('sends files', async () => {
    const photo = "new File(['x\\ny'], 'p.txt', { type: 'text/plain' })"
    expect(
      await inPage(`return shown(await api.upload({ photo: ${photo}, title: 'a\\nb' }))`),
    ).toEqual({
      title: 'a\nb',
      name: 'p.txt',
      text: 'x\ny',
    })
  })

  it('refuses a cookie, which no script can send', async () => {
    expect(await inPage("return shown(await api.theme({ theme: 'dark' }))")).toEqual({
      code: 'VALIDATION_ERROR',
      detail: expect.stringContaining("no script can set the header 'cookie' in a browser"),
    })
  })

  it('says what is refused', async () => {
    expect(await inPage('return shown(await api.listTags({ tags: ["x"] }))', 'eve')).toMatchObject({
      code: 'AUTHENTICATION_ERROR',
    })
  })
})
