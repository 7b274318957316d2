import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createApp, query } from '../../packages/trefoil/src/index.ts'
import { markup, type PageView, pages } from '../../packages/trefoil/src/pages.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { type Demo, demoApp, HOSTILE, KEYS } from './demo-app.ts'

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
const HERE = { ...BROWSER, 'sec-fetch-site': 'same-origin' }

function clientOf({ app }: Demo) {
  const { http } = testClient(app)
  const get = (path: string, headers: Record<string, string> = {}) =>
    http.get(path, { headers: { ...BROWSER, ...headers } })
  /** Loads a page and sends its first form, as a browser does. */
  const send = async (
    path: string,
    form: Record<string, string>,
    headers: Record<string, string> = HERE,
    to = path.split('?')[0] ?? path,
  ) => {
    const page = (await get(path)).text
    return http.post(to, {
      form: { ...hiddenOf(page), ...form },
      headers,
    })
  }
  return { http, get, send }
}

function hiddenOf(page: string): Record<string, string> {
  return Object.fromEntries(
    [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  )
}

const NOTE = { text: 'milk', email: '', pin: '1234', count: '', colour: 'red' }

describe('pages', () => {
  it('HTTP-5, SW-32: a page has a strict policy, is in no cache, and stands in no frame', async () => {
    const { get } = clientOf(demoApp())
    const page = await get('/notes')
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const csp = page.headers.get('content-security-policy') ?? ''
    expect(csp).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; /,
    )
    expect(csp).not.toContain('unsafe')
    expect(csp).toContain("frame-ancestors 'none'")
    expect(csp).toContain("form-action 'self';")
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('referrer-policy')).toBe('same-origin')
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(page.headers.get('x-frame-options')).toBe('DENY')
    const text = page.text
    expect(text).toContain('<html lang="en" dir="ltr">')
    expect(text).not.toContain('<script>alert')
    expect(text).toContain(
      '&lt;script&gt;alert(1)&lt;/script&gt;<span class="unseen">U+202E</span>',
    )
    expect(text.length).toBeLessThan(30_000)
  })

  it('speaks the language of the browser, in every word', async () => {
    const { get } = clientOf(demoApp())
    const page = await (await get('/notes', { 'accept-language': 'fr, de-AT;q=0.8, en;q=0.5' }))
      .text
    expect(page).toContain('<html lang="de" dir="ltr">')
    expect(page).toContain('Zum Inhalt springen')
    expect(page).toContain('Notes (de)')
  })

  it('sends a form, goes on, and says so once', async () => {
    const demo = demoApp()
    const { get, send } = clientOf(demo)
    const sent = await send('/notes/new', NOTE)
    expect([sent.status, sent.headers.get('location')]).toEqual([303, '/notes'])
    expect(demo.notes.at(-1)).toEqual({ text: 'milk red false', by: '' })
    expect((await get('/notes')).text).toContain('The note is saved.')
    expect((await get('/notes')).text).not.toContain('The note is saved.')
  })

  it('shows errors at their fields, keeps what was typed, and no secret', async () => {
    const demo = demoApp()
    const { send } = clientOf(demo)
    const typed = {
      ...NOTE,
      text: `<b>${'x'.repeat(50)}`,
      email: 'nobody',
      pin: 'hunter2-hunter2',
      count: '77',
    }
    const page = await send('/notes/new', typed)
    const text = page.text
    expect(page.status).toBe(422)
    expect(text).toContain('At most 40 characters.')
    expect(text).toContain('This is no e-mail address')
    expect(text).toContain(`&lt;b&gt;${'x'.repeat(50)}`)
    expect(text).toContain('value="nobody"')
    expect(text).not.toContain('hunter2')
    expect(text).toMatch(/aria-describedby="new-note-sent-email-error"/)
    expect(text).toMatch(/<title>Error: New note/)
    expect(demo.taken).toEqual([])
  })

  it('says what problems mean, at the form or at a field, with the time that is left', async () => {
    const { send } = clientOf(demoApp())
    const taken = await send('/notes/new', { ...NOTE, text: 'taken' })
    expect([taken.status, await taken.text]).toEqual([
      409,
      expect.stringContaining('There is such a note.'),
    ])
    const locked = await send('/notes/new', { ...NOTE, text: 'locked' })
    const text = await locked.text
    expect([locked.status, locked.headers.get('retry-after')]).toEqual([429, '90'])
    expect(text).toContain('Notes are locked.')
    expect(text).toContain('You can try again in 2 minutes.')
    const wrong = (await send('/notes/new', { ...NOTE, text: 'wrong' })).text
    expect(wrong).toContain('There is such a note.')
    expect(wrong).toContain('Notes are locked.')
    const boom = await send('/notes/new', { ...NOTE, text: 'boom' })
    expect([boom.status, boom.headers.get('content-type')]).toEqual([
      500,
      'text/html; charset=utf-8',
    ])
    expect(await boom.text).not.toContain('a detail')
  })
})

describe('forms of others', () => {
  it('HTTP-8: another origin, another site, no token, a forged one, that of another form or browser', async () => {
    const demo = demoApp()
    const { http, get, send } = clientOf(demo)
    const refused = async (headers: Record<string, string>, form: Record<string, string> = NOTE) =>
      (await send('/notes/new', form, { ...BROWSER, ...headers })).status
    for (const site of ['cross-site', 'same-site', 'none']) {
      expect(await refused({ 'sec-fetch-site': site })).toBe(403)
    }
    expect(await refused({ origin: 'null' })).toBe(403)
    expect(await refused({ origin: 'http://evil.example' })).toBe(403)
    expect(await refused({}, { ...NOTE, form_token: '' })).toBe(403)
    expect(await refused({}, { ...NOTE, form_token: 'x'.repeat(12) })).toBe(403)
    const other = hiddenOf((await get('/once')).text)
    expect(await refused({}, { ...NOTE, form_token: other['form_token'] ?? '' })).toBe(403)
    const mine = hiddenOf((await get('/notes/new')).text)
    const stranger = testClient(demo.app).http
    const stolen = await stranger.post('/notes/new', { form: { ...NOTE, ...mine }, headers: HERE })
    expect(stolen.status).toBe(403)
    await stranger.get('/notes/new', { headers: BROWSER })
    expect(
      (await stranger.post('/notes/new', { form: { ...NOTE, ...mine }, headers: HERE })).status,
    ).toBe(403)
    expect(demo.taken).toEqual([])
    expect(
      (await http.post('/notes/new', { form: { ...NOTE, ...mine }, headers: HERE })).status,
    ).not.toBe(403)
    expect(demo.taken).toEqual(['milk'])
  })

  it('a refused form of another site is not filled in with what that site chose', async () => {
    const { send } = clientOf(demoApp())
    const page = await send('/notes/new', { ...NOTE, text: 'planted', form_token: 'x' }, BROWSER)
    const text = page.text
    expect(page.status).toBe(403)
    expect(text).not.toContain('planted')
    const ours = await send('/notes/new', { ...NOTE, text: 'typed', form_token: 'x' })
    expect(await ours.text).toContain('typed')
  })

  it('a token is good for an hour, in any number of tabs, and not after another sign-in', async () => {
    let now = 1_800_000_000_000
    const demo = demoApp({ clock: { now: () => now, elapsed: () => now } })
    const { http, get } = clientOf(demo)
    const tabs = await Promise.all(
      ['/secret', '/notes/new', '/notes/new'].map(async (path) =>
        hiddenOf((await get(path, { cookie: 'login=ada' })).text),
      ),
    )
    void tabs
    const [first, second] = [
      hiddenOf((await get('/notes/new')).text),
      hiddenOf((await get('/notes/new')).text),
    ]
    const post = (form: Record<string, string>) =>
      http.post('/notes/new', {
        form: { ...NOTE, ...form },
        headers: HERE,
      })
    expect((await post(first)).status).toBe(303)
    expect((await post(second)).status).toBe(303)
    const late = hiddenOf((await get('/notes/new')).text)
    now += 3_600_001
    expect((await post(late)).status).toBe(403)
  })
})

describe('names that nobody reads', () => {
  const of = async (show: (view: PageView) => unknown) => {
    const lines: unknown[] = []
    const error = (entry: unknown) => void lines.push(entry)
    const site = pages({ keys: KEYS })
    const logger = { debug() {}, info() {}, warn() {}, error }
    const app = createApp({ env: {}, log: { logger }, parts: [site] })
    site.page(app, '/x', {
      name: 'x_page',
      title: 'X',
      public: true,
      show: show as never,
      send: () => site.go('/x'),
    })
    const { status } = await testClient(app).http.get('/x')
    return { status, said: String(Reflect.get(Object(lines[0]), 'err')) }
  }

  it('FND-13: of a form and of a page are refused, by the name that was meant', async () => {
    const form = await of((view) => view.form({ submit: 'Go', autoFocus: 'text' } as never))
    expect(form.status).toBe(500)
    expect(form.said).toContain("'autoFocus'")
    expect(form.said).toContain('autofocus')
    const page = await of(() => ({ body: markup``, script: ['/x.js'] }))
    expect(page.status).toBe(500)
    expect(page.said).toContain("'script'")
    expect((await of((view) => view.form({ submit: 'Go' }))).status).toBe(200)
  })
})

describe('what a page has in its query', () => {
  it('comes with its form as it was: a list is a list', async () => {
    const site = pages({ keys: KEYS })
    const app = createApp({ env: {}, log: { level: 'error' }, parts: [site] })
    const args: unknown[] = []
    site.page(app, '/found', {
      name: 'found_page',
      title: 'Found',
      public: true,
      params: { tag: query(z.array(z.string()).optional()), page: query(z.coerce.number()) },
      show: (view) => view.form({ submit: 'Go' }),
      send: (_, _call, { args: { tag, page } }) => {
        args.push({ tag, page })
        return site.go('/')
      },
    })
    const { http } = testClient(app)
    const page = (await http.get('/found?tag=a&tag=b%2Cc&page=2')).text
    const names = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)]
    const body = new URLSearchParams(names.map(([, name = '', value = '']) => [name, value]))
    const headers = { ...HERE, 'content-type': 'application/x-www-form-urlencoded' }
    const { status } = await http.post('/found', { body: body.toString(), headers })
    expect([status, args]).toEqual([303, [{ tag: ['a', 'b,c'], page: 2 }]])
  })
})

describe('a browser that sends no cookie', () => {
  it('is told so, and not that it took too long', async () => {
    const demo = demoApp()
    const page = (await clientOf(demo).get('/notes/new')).text
    // Another jar: cookies are off, or the site was opened by an address for which the browser keeps none.
    const sent = await clientOf(demo).http.post('/notes/new', {
      form: { ...NOTE, ...hiddenOf(page) },
      headers: HERE,
    })
    expect(sent.status).toBe(403)
    expect(sent.text).toContain('Your browser did not send the cookie of this page.')
    expect(sent.text).toContain('\nmilk</textarea>')
    expect(demo.taken).toEqual([])
  })
})

describe('doing it twice', () => {
  it('of a button that was pressed twice the second is answered as the first', async () => {
    const demo = demoApp()
    const { http, get } = clientOf(demo)
    const form = { ...NOTE, ...hiddenOf((await get('/notes/new')).text), text: 'slow' }
    const press = () => http.post('/notes/new', { form, headers: HERE })
    const both = await Promise.all([press(), press(), press()])
    expect(both.map(({ status }) => status)).toEqual([303, 303, 303])
    expect(demo.taken).toEqual(['slow'])
    expect((await press()).status).toBe(303)
    expect(demo.taken).toEqual(['slow'])
  })

  it('with something else in it, it is another form: a browser that kept the page for Back loses nothing', async () => {
    const demo = demoApp()
    const { http, get } = clientOf(demo)
    const form = { ...NOTE, ...hiddenOf((await get('/notes/new')).text) }
    const before = demo.notes.length
    for (const text of ['milk', 'bread', 'bread']) {
      const sent = await http.post('/notes/new', { form: { ...form, text }, headers: HERE })
      expect([sent.status, text]).toEqual([303, text])
    }
    expect(demo.notes.slice(before).map(({ text }) => text)).toEqual([
      'milk red false',
      'bread red false',
    ])
  })

  it('a form that is taken once says so, and shows what it has done nowhere else', async () => {
    let now = 1_800_000_000_000
    const demo = demoApp({ clock: { now: () => now, elapsed: () => now } })
    const { http, get } = clientOf(demo)
    const form = hiddenOf((await get('/once')).text)
    const press = () => http.post('/once', { form, headers: HERE })
    const done = await press()
    expect([done.status, demo.taken]).toEqual([200, ['once']])
    expect(await done.text).toContain('U+202E')
    now += 20_000
    const again = await press()
    expect([again.status, demo.taken]).toEqual([409, ['once']])
    expect(await again.text).toContain('sent already')
  })
})

describe('refusals as pages', () => {
  it('leads whoever is nobody to the sign-in, and back, and programs get a document', async () => {
    const { http, get, send } = clientOf(demoApp())
    const lost = await http.get('/secret?q=a%26b', {
      headers: BROWSER,
    })
    expect([lost.status, lost.headers.get('location')]).toEqual([
      303,
      '/sign-in?next=%2Fsecret%3Fq%3Da%2526b',
    ])
    expect(lost.headers.get('cache-control')).toBe('no-store')
    const program = await http.get('/secret', { headers: { accept: 'application/json' } })
    expect([program.status, program.headers.get('content-type')]).toEqual([
      401,
      'application/problem+json',
    ])
    const signedIn = await send('/sign-in?next=%2Fsecret%3Fq%3Da%2526b', {
      name: 'ada',
      password: 'x',
      code: '12 34 56',
    })
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/secret?q=a%26b'])
    expect((await get('/secret')).text).toContain('<p>ada</p>')
    const admin = await get('/admin')
    expect([admin.status, admin.headers.get('content-type')]).toEqual([
      403,
      'text/html; charset=utf-8',
    ])
    expect(admin.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await admin.text).toContain('You may not do this.')
  })

  it('V-16, SW-23: goes on to no other site', async () => {
    const { send } = clientOf(demoApp())
    for (const next of ['//evil.com', '/\\evil.com', 'https://evil.com', 'javascript:alert(1)']) {
      const gone = await send(`/sign-in?next=${encodeURIComponent(next)}`, {
        name: 'ada',
        password: 'x',
      })
      expect([next, gone.status, gone.headers.get('location')]).toEqual([next, 303, '/notes'])
    }
  })

  it('a limit says when to come back', async () => {
    const { get } = clientOf(demoApp())
    await get('/limited')
    const page = await get('/limited')
    expect([page.status, page.headers.get('content-type')]).toEqual([
      429,
      'text/html; charset=utf-8',
    ])
    expect(page.text).toContain('You can try again in')
  })

  it('a form of another page shows that page again, and is no page itself', async () => {
    const demo = demoApp()
    const { http, send, get } = clientOf(demo)
    const wrong = await send('/notes', { index: '7' }, HERE, '/notes/remove')
    expect([wrong.status, await wrong.text]).toEqual([
      409,
      expect.stringContaining('That note is gone already.'),
    ])
    const back = await http.get('/notes/remove', { headers: BROWSER })
    expect([back.status, back.headers.get('location')]).toEqual([303, '/notes'])
    expect((await send('/notes', {}, HERE, '/notes/remove')).status).toBe(303)
    expect(demo.notes).toEqual([])
    expect((await get('/notes')).text).toContain('The note is gone.')
  })
})
void HOSTILE
