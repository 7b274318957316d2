import { z } from 'zod'
import { AuthContext, hasRole } from '../../packages/trefoil/src/auth.ts'
import { type App, createApp, HttpError, query, reply } from '../../packages/trefoil/src/index.ts'
import {
  FormError,
  foreign,
  markup,
  nextPlace,
  type Pages,
  type PagesOptions,
  pages,
  ui,
} from '../../packages/trefoil/src/pages.ts'

export const KEYS = 'k3y-of-the-pages-that-is-long-enough-0123456789'
/** What somebody calls himself who means no good. */
export const HOSTILE = '<script>alert(1)</script>\u202emoc.live\u202c\u200b'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

export interface Demo {
  readonly app: App
  readonly site: Pages
  readonly notes: { text: string; by: string }[]
  /** How often a form was taken. */
  readonly taken: string[]
}

/** An app with a page of each kind. */
export function demoApp(options: PagesOptions = {}): Demo {
  const notes: Demo['notes'] = [{ text: HOSTILE, by: '\u05d0\u05d1\u05d2' }]
  const taken: string[] = []
  const site = pages({
    keys: KEYS,
    theme: { name: 'Notebook', accent: '#1f6b3a', logo: LOGO },
    signIn: '/sign-in',
    texts: { en: EN, de: DE },
    ...options,
  })
  const app = createApp({
    name: 'demo',
    env: {},
    log: { logger: quiet },
    auth: [
      {
        authenticate: {
          name: 'test',
          scheme: { type: 'apiKey', in: 'cookie', name: 'login' },
          ambient: true,
          authenticate: (request) => {
            const subject = request.cookies.get('login')
            if (subject === null) return null
            return new AuthContext({
              subject,
              kind: 'person',
              roles: subject === 'root' ? ['admin'] : [],
              session: { id: `session-of-${subject}`, createdAt: 1 },
            })
          },
        } as never,
        surfaces: ['api'],
      },
    ],
    parts: [site],
  })
  const list = site.page(app, '/notes', {
    name: 'notes_page',
    title: 'notes.title',
    public: true,
    show: (view) => ({
      wide: true,
      body: markup`${ui.table({
        caption: view.t('notes.all'),
        head: [view.t('notes.text'), view.t('notes.by'), view.t('notes.do')],
        rows: notes.map(({ text, by }, index) => [
          foreign(text),
          foreign(by),
          view.formOf(removal, {
            submit: 'notes.remove',
            label: view.t('notes.remove_of', { number: index + 1 }),
            look: 'plain',
            row: true,
            key: String(index),
            values: { index: String(index) },
          }),
        ]),
      })}
${ui.links([
  ['/notes/new', view.t('notes.new')],
  ['/parts', 'Parts'],
  ['/secret', 'Secret'],
])}`,
    }),
  })
  const removal = site.form(app, '/notes/remove', {
    name: 'remove_note',
    of: list,
    public: true,
    fields: { index: { kind: 'hidden' } },
    send: ({ index }) => {
      if (notes[Number(index)] === undefined) throw new HttpError(409, 'notes.gone')
      notes.splice(Number(index), 1)
      return site.go('/notes', { notice: 'notes.removed' })
    },
  })
  site.page(app, '/notes/new', {
    name: 'new_note',
    title: 'notes.new',
    public: true,
    params: {
      next: query(z.string().optional()),
      draft: query(z.string().optional(), { sensitive: true }),
    },
    fields: {
      text: { kind: 'area', label: 'notes.text', hint: 'notes.hint', maxLength: 40 },
      email: { kind: 'email', label: 'notes.email', required: false },
      pin: { kind: 'password', label: 'notes.pin', autocomplete: 'new-password' },
      count: {
        kind: 'text',
        label: 'notes.count',
        inputMode: 'numeric',
        required: false,
        schema: z.coerce.number().int().max(9),
      },
      colour: {
        kind: 'choice',
        label: 'notes.colour',
        options: { red: 'notes.red', blue: 'notes.blue' },
      },
      sure: { kind: 'tick', label: 'notes.sure' },
    },
    problems: {
      note_locked: 'notes.locked',
      taken: { field: 'text', text: 'notes.taken' },
    },
    show: (view) => markup`${view.form({ submit: 'notes.save', autofocus: 'text' })}`,
    send: async ({ text, sure, colour }, call, view) => {
      taken.push(text)
      if (text === 'taken') throw new HttpError(409, 'no', { code: 'taken' })
      if (text === 'locked') {
        throw new HttpError(429, 'no', { code: 'note_locked', headers: { 'retry-after': '90' } })
      }
      if (text === 'wrong') throw new FormError({ text: 'notes.taken', elsewhere: 'notes.locked' })
      if (text === 'boom') throw new Error('a detail that nobody is told')
      if (text === 'slow') await new Promise((done) => setImmediate(done))
      notes.push({ text: `${text} ${colour} ${sure}`, by: call.auth?.subject ?? '' })
      const next = view.args.next === undefined ? null : nextPlace(view.args.next)
      return site.go(next ?? '/notes', { notice: 'notes.saved' })
    },
  })
  site.page(app, '/once', {
    name: 'once_page',
    title: 'notes.new',
    public: true,
    once: true,
    show: (view) => view.form({ submit: 'notes.save' }),
    send: (_, _call, view) => {
      taken.push('once')
      return {
        title: 'notes.saved',
        body: markup`<p>${view.text('notes.hello', { name: HOSTILE })}</p>`,
      }
    },
  })
  site.page(app, '/secret', {
    name: 'secret_page',
    title: 'notes.secret',
    params: { q: query(z.string().optional()) },
    show: (view) =>
      markup`<p>${view.call.auth?.subject ?? ''}</p>${view.form({ submit: 'notes.save' })}`,
    send: () => site.go('/secret', { notice: 'notes.saved' }),
  })
  site.page(app, '/admin', {
    name: 'admin_page',
    title: 'notes.secret',
    guards: [hasRole('admin')],
    show: () => markup`<p>admin</p>`,
  })
  site.page(app, '/limited', {
    name: 'limited_page',
    title: 'notes.secret',
    public: true,
    rate: '1/min',
    show: () => markup`<p>limited</p>`,
  })
  site.page(app, '/sign-in', {
    name: 'sign_in_page',
    title: 'notes.sign_in',
    public: true,
    params: { next: query(z.string().optional()) },
    fields: {
      name: { kind: 'text', label: 'notes.name', autocomplete: 'username' },
      password: { kind: 'password', label: 'notes.pin' },
      code: { kind: 'code', label: 'notes.code', required: false },
    },
    show: (view) => markup`${view.form({ submit: 'notes.sign_in' })}
${ui.or(view.t('notes.or'))}
${ui.choices([ui.buttonLink('/notes', view.t('notes.title'), 'plain')])}`,
    send: ({ name }, _call, view) => {
      const gone = site.go(nextPlace(view.args.next ?? '') ?? '/notes')
      return replyWith(gone, name)
    },
  })
  site.page(app, '/parts', {
    name: 'parts_page',
    title: 'notes.parts',
    public: true,
    show: (
      view,
    ) => markup`${ui.card(view.t('notes.title'), markup`<p>${view.text('notes.hello', { name: HOSTILE })}</p><p>${view.date(0)} ${view.time(90)}</p>`)}
${ui.notice('good', view.t('notes.saved'))}${ui.notice('plain', 'plain')}
${ui.facts([
  ['A', 'b'],
  ['C', markup`<code>d</code>`],
])}
${ui.copyCode('ABCD-EFGH', { label: view.t('notes.code'), button: view.t('copy.button'), done: view.t('copy.done') })}
${ui.qr(markup`<svg viewBox="0 0 8 8"><path d="M0 0h8v8H0z"/></svg>`, view.t('notes.code'))}
${ui.list([markup`<strong>one</strong>`, 'two'])}
${ui.dangerZone(view.t('notes.remove'), ui.confirm(view.t('notes.remove'), view.formOf(removal, { submit: 'notes.remove', look: 'bad', values: { index: '0' } })))}`,
  })
  return { app, site, notes, taken }
}

function replyWith(gone: ReturnType<Pages['go']>, name: string) {
  return reply(gone, {
    cookies: { login: { value: name, path: '/', httpOnly: true, sameSite: 'lax' } },
  })
}

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="#2e8b57"/></svg>'

const EN = {
  'notes.title': 'Notes',
  'notes.all': 'All notes',
  'notes.text': 'Text',
  'notes.hint': 'At most 40 characters.',
  'notes.by': 'By',
  'notes.do': 'Actions',
  'notes.new': 'New note',
  'notes.save': 'Save',
  'notes.saved': 'The note is saved.',
  'notes.remove': 'Remove',
  'notes.remove_of': 'Remove note {number}',
  'notes.removed': 'The note is gone.',
  'notes.gone': 'That note is gone already.',
  'notes.email': 'E-mail',
  'notes.pin': 'Password',
  'notes.count': 'Count',
  'notes.colour': 'Colour',
  'notes.red': 'Red',
  'notes.blue': 'Blue',
  'notes.sure': 'I am sure',
  'notes.taken': 'There is such a note.',
  'notes.locked': 'Notes are locked.',
  'notes.hello': 'Hello, {name}!',
  'notes.secret': 'Secret',
  'notes.sign_in': 'Sign in',
  'notes.name': 'Name',
  'notes.code': 'Code',
  'notes.or': 'or',
  'notes.parts': 'Parts of pages',
}
const DE = Object.fromEntries(Object.entries(EN).map(([key, text]) => [key, `${text} (de)`]))
