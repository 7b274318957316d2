import { describe, expect, it } from 'vitest'
import { createApp, HttpError, html, type ProblemPage } from '../../packages/trefoil/src/index.ts'
import { pages } from '../../packages/trefoil/src/pages.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { demoApp, KEYS } from './demo-app.ts'

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

function appWith(problemPage: ProblemPage, lines: string[] = []) {
  const logger = {
    debug() {},
    info() {},
    warn() {},
    error: (_: unknown, text?: string) => void lines.push(text ?? ''),
  }
  const app = createApp({ env: {}, log: { logger } })
  const group = app.group('/admin', { problemPage })
  group.get('/lost', () => {
    throw new HttpError(404, 'lost', { headers: { 'x-own': '1' } })
  })
  group.get('/data', { problemPage: false }, () => {
    throw new HttpError(404, 'lost')
  })
  app.get(
    '/page',
    { problemPage, headers: { 'content-security-policy': "default-src 'none'" } },
    () => html('x'),
  )
  app.post('/page', { problemPage, csrf: 'always', headers: { 'x-frame-options': 'DENY' } }, () =>
    html('x'),
  )
  return testClient(app).http
}

describe('problemPage', () => {
  it('shows a refusal with its status and headers to whoever prefers HTML', async () => {
    const http = appWith(({ detail, status }, { path, search, method }) => ({
      html: `${method} ${path} ${search} ${status} ${detail}`,
    }))
    const page = await http.get('/admin/lost?a=%20', { headers: BROWSER })
    expect([page.status, page.text]).toEqual([404, 'GET /admin/lost a=%20 404 lost'])
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('x-own')).toBe('1')
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('vary')).toContain('Accept')
    for (const accept of [
      '*/*',
      'application/json',
      'text/html;q=0.5,application/json',
      'application/problem+json,text/html',
      'text/plain',
    ]) {
      const answer = await http.get('/admin/lost', { headers: { accept } })
      expect([accept, answer.headers.get('content-type')]).not.toEqual([
        accept,
        'text/html; charset=utf-8',
      ])
    }
    const data = await http.get('/admin/data', { headers: BROWSER })
    expect(data.headers.get('content-type')).toBe('application/problem+json')
  })

  it('shows what is refused before anybody has looked at the route, with its headers', async () => {
    const http = appWith(({ code }) => ({ html: code }))
    const sent = { ...BROWSER, 'sec-fetch-site': 'cross-site' }
    const forged = await http.post('/page', { headers: sent })
    expect([forged.status, forged.text, forged.headers.get('x-frame-options')]).toEqual([
      403,
      'csrf_refused',
      'DENY',
    ])
  })

  it('leads elsewhere on this site, and nowhere else', async () => {
    const lines: string[] = []
    let location = '/sign-in?next=%2F'
    const http = appWith(() => ({ location }), lines)
    const gone = await http.get('/admin/lost', { headers: BROWSER })
    expect([gone.status, gone.headers.get('location'), gone.text]).toEqual([303, location, ''])
    for (location of ['//evil.com', '/\\evil.com', 'https://evil.com', '/a\nb', '']) {
      const answer = await http.get('/admin/lost', { headers: BROWSER })
      expect([location, answer.status, answer.json()]).toEqual([
        location,
        404,
        expect.objectContaining({ detail: 'lost' }),
      ])
    }
    expect(lines.filter((line) => line === 'A problem page failed')).toHaveLength(5)
  })

  it('that fails leaves the problem document', async () => {
    for (const page of [
      () => {
        throw new Error('x')
      },
      () => 'text',
      () => undefined,
      () => ({}),
      () => null,
    ] as unknown as ProblemPage[]) {
      const answer = await appWith(page).get('/admin/lost', { headers: BROWSER })
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        404,
        'application/problem+json',
      ])
    }
    expect(() => createApp({ env: {} }).group('/a', { problemPage: 'x' as never })).toThrow(
      'problemPage must be a function',
    )
  })
})

describe('set-up of pages', () => {
  it('says what is wrong', () => {
    const { app, site } = demoApp()
    const show = () => ({}) as never
    expect(() => pages({ keys: 'short' })).toThrow('pages(): keys must be at least 32 bytes')
    expect(() => pages({ keys: KEYS, languages: [] })).toThrow('languages must name at least one')
    expect(() => pages({ keys: KEYS, signIn: '//evil.com' })).toThrow('signIn')
    expect(() => site.page(app, '/x', { name: 'x', title: 'no.such_key', show })).toThrow(
      "Page '/x': there is no text 'no.such_key'",
    )
    const fields = { form_token: { kind: 'hidden' } } as const
    const send = () => site.go('/')
    expect(() => site.page(app, '/x', { name: 'x', title: 'X', show, send, fields })).toThrow(
      "'form_token' cannot be the name",
    )
    expect(() => site.form(app, '/x', { name: 'x', of: {} as never, send })).toThrow(
      "Form '/x' needs name, of",
    )
    expect(() => site.go('/', { notice: 'no.such_key' })).toThrow('there is no text')
    expect(() => site.go('//evil.com')).toThrow('leaves this site')
  })

  it('a language of the app that lacks words does not start', async () => {
    const site = pages({ keys: KEYS, languages: ['en', 'fr'] })
    const app = createApp({ env: {}, parts: [site], publicSurfaces: ['api', 'mcp', 'cli'] })
    site.page(app, '/', { name: 'home', title: 'Home', show: () => ({}) as never })
    await expect(testClient(app).http.get('/')).rejects.toThrow(/fr lacks page\.skip/)
  })
})
