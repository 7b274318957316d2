import { randomBytes } from 'node:crypto'
import { type Call, html, ImproperlyConfigured, type ReplyOptions, reply } from '../../index.ts'
import { Markup, markup, Reply } from '../../inner.ts'
import { checkOptionNames } from '../../parts.ts'
import { CONTENT_NAMES, LOOK_NAMES } from './check-options.ts'
import { type FormLook, formView } from './forms/form-view.ts'
import { pageCsp } from './look/page-headers.ts'
import { shell } from './look/shell.ts'
import { ui } from './look/ui.ts'
import { bindingOf, type Cookies, type SentPageCookies } from './page-cookies.ts'
import type { FailedForm, KnownForm, KnownPage, PageHouse } from './page-house.ts'
import type { PageContent, PageView } from './page-types.ts'
import type { Words } from './texts/catalogue.ts'

/** What a page is shown with. */
export interface Showing {
  readonly call: Call
  readonly args: Readonly<Record<string, unknown>>
  readonly cookies: SentPageCookies
  /** Says that something went wrong; `null` for nothing. */
  readonly failed: FailedForm | null
  /** Said above everything. */
  readonly notices?: readonly Markup[]
  readonly status?: number
  readonly headers?: ReplyOptions['headers']
}

/** By the languages of the app's pages, which are few. */
const DATES = new Map<string, Intl.DateTimeFormat>()
const SCRIPT_PATH = /^\/(?!\/)[A-Za-z0-9._~/-]+$/
const ORIGIN = /^https?:\/\/[A-Za-z0-9.:[\]-]+$/

export function wordsOf({ catalogue }: PageHouse, { request }: Pick<Call, 'request'>): Words {
  return catalogue.words(catalogue.languageFor(request.headers.get('accept-language')))
}

/** A page as an answer. */
export async function renderPage(
  house: PageHouse,
  page: KnownPage,
  showing: Showing,
): Promise<Reply> {
  const drawing = new Drawing(house, page, showing)
  const shown = await page.show(drawing.view)
  if (shown instanceof Reply) return shown
  return drawing.finish(shown instanceof Markup ? { body: shown } : shown)
}

/** One page while it is made. */
export class Drawing {
  readonly view: PageView
  readonly #house: PageHouse
  readonly #page: KnownPage
  readonly #showing: Showing
  readonly #words: Words
  #visitor: string | null
  #isNewVisitor = false
  #forms = 0

  constructor(house: PageHouse, page: KnownPage, showing: Showing) {
    this.#house = house
    this.#page = page
    this.#showing = showing
    const words = wordsOf(house, showing.call)
    this.#words = words
    this.#visitor = showing.cookies.visitor
    const { call, args } = showing
    this.view = Object.freeze<PageView>({
      call,
      args,
      language: words.language,
      t: (key, values) => words.plain(key, values),
      text: (key, values) => words.marked(key, values),
      time: (seconds) => words.time(seconds),
      date: (at) => dateView(at, words.language),
      href: (place) => call.request.mountPath + place,
      form: (look) => {
        if (page.form === null) {
          throw new ImproperlyConfigured(`Page '${page.name}' has no send, and so no form`)
        }
        return this.#form(page.form, page.form.url(textArgs(args)), look)
      },
      formOf: (form, { args: own = {}, ...look }) => {
        return this.#form(form as KnownForm, form.url({ ...textArgs(args), ...own }), look)
      },
    })
  }

  /** @throws ImproperlyConfigured for what is no page */
  finish(content: PageContent): Reply {
    if (typeof content !== 'object' || content === null || !(content.body instanceof Markup)) {
      throw new ImproperlyConfigured(
        `Page '${this.#page.name}' must give markup, { body: markup\`…\` }, or a reply`,
      )
    }
    checkOptionNames(`Page '${this.#page.name}'`, content, CONTENT_NAMES)
    const { scripts = [], formTargets = [] } = content
    const { theme, sources, cookies, appName } = this.#house
    const { call, failed, notices = [], cookies: sent } = this.#showing
    checkPlaces(this.#page.name, scripts, formTargets)
    const nonce = scripts.length === 0 ? null : randomBytes(16).toString('base64')
    const flash =
      sent.flash === null ? [] : [ui.notice(sent.flash.kind, this.#words.plain(sent.flash.text))]
    const text = shell({
      words: this.#words,
      theme,
      appName: appName(),
      heading: this.#words.plain(content.title ?? this.#page.title),
      isWrong: failed !== null || notices.length > 0,
      notices: [...flash, ...notices],
      body: content.body,
      wide: content.wide ?? false,
      scripts,
      nonce,
      mountPath: call.request.mountPath,
    })
    const set: Cookies = {
      ...(sent.hasFlash ? cookies.clearFlash() : {}),
      ...(this.#isNewVisitor ? cookies.setVisitor(this.#visitor as string) : {}),
      ...content.cookies,
    }
    const isStill = nonce === null && formTargets.length === 0
    const policy = pageCsp(sources.style, sources.script, { nonce, formTargets })
    return reply(
      html(text, {
        status: this.#showing.status ?? content.status ?? 200,
        headers: {
          ...(isStill ? {} : { 'content-security-policy': policy }),
          ...this.#showing.headers,
          ...content.headers,
        },
        cookies: set,
      }),
    )
  }

  #form(form: KnownForm, action: string, look: FormLook): Markup {
    const { call, args, failed } = this.#showing
    checkOptionNames(`Form '${form.name}'`, look, LOOK_NAMES)
    const isFailed = failed !== null && failed.form === form && failed.key === look.key
    const errors = isFailed ? failed.errors : {}
    this.#forms += 1
    const id = `${form.name.replaceAll('_', '-')}${this.#forms === 1 ? '' : `-${this.#forms}`}`
    const carried = form.carried.flatMap((name) => {
      const value = args[name]
      const values: readonly unknown[] = Array.isArray(value) ? value : [value]
      return values.flatMap((one) =>
        one === undefined || one === null ? [] : [[name, String(one)] as const],
      )
    })
    const view = formView({
      action: call.request.mountPath + action,
      id,
      fields: form.fields,
      look,
      token: this.#house.tokens.make(form.name, bindingOf(call, this.#visitorOf())),
      carried,
      values: isFailed ? failed.values : (look.values ?? {}),
      errors,
      words: this.#words,
    })
    const wrong = Object.entries(errors)
    if (wrong.length === 0) return view
    const entries = wrong.map(([name, text]) => {
      const field = form.fields[name]
      const label =
        field === undefined || !('label' in field) ? name : this.#words.plain(field.label)
      return markup`<li><a href="#${id}-${name}">${label}</a>: ${this.#words.plain(text, { most: mostOf(field) })}</li>`
    })
    const said = markup`<p>${this.#words.plain('form.wrong')}</p><ul>${entries}</ul>`
    return markup`${ui.notice('bad', said)}${view}`
  }

  #visitorOf(): string {
    if (this.#showing.call.auth?.session !== undefined) return ''
    if (this.#visitor === null) {
      this.#visitor = this.#house.cookies.newVisitor()
      this.#isNewVisitor = true
    }
    return this.#visitor
  }
}

function mostOf(field: KnownForm['fields'][string] | undefined): number {
  return field !== undefined && 'maxLength' in field ? (field.maxLength ?? 1000) : 1000
}

/** Values of an address: of its path, and what its query brought. */
function textArgs(args: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(args).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
        ? [[name, String(value)]]
        : [],
    ),
  )
}

function dateView(at: number, language: string): Markup {
  const date = new Date(at)
  return markup`<time datetime="${date.toISOString()}">${dateFormat(language).format(date)} UTC</time>`
}

/** To make one costs more than the page round it. */
function dateFormat(language: string): Intl.DateTimeFormat {
  const known = DATES.get(language)
  if (known !== undefined) return known
  const options = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' } as const
  const made = new Intl.DateTimeFormat(language, options)
  DATES.set(language, made)
  return made
}

/** A semicolon in one of them would begin a directive of its own. */
function checkPlaces(page: string, scripts: readonly string[], targets: readonly string[]): void {
  if (!scripts.every((path) => SCRIPT_PATH.test(path))) {
    throw new ImproperlyConfigured(
      `Page '${page}': scripts must be paths on this site, such as /auth/passkeys.js`,
    )
  }
  if (!targets.every((origin) => ORIGIN.test(origin))) {
    throw new ImproperlyConfigured(
      `Page '${page}': formTargets must be origins, such as https://app.example.com`,
    )
  }
}
