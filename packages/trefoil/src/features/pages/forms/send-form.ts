import { hash } from 'node:crypto'
import { type Call, Problem } from '../../../index.ts'
import { Reply } from '../../../inner.ts'
import { ui } from '../look/ui.ts'
import { bindingOf, type SentPageCookies } from '../page-cookies.ts'
import type { KnownForm, KnownPage, PageHouse } from '../page-house.ts'
import { argsAgain, COOKIES } from '../page-params.ts'
import type { PageContent, PageView } from '../page-types.ts'
import { leadOf, problemNotice } from '../problem-view.ts'
import { Drawing, renderPage, wordsOf } from '../render-page.ts'
import { checkOrigin } from './check-origin.ts'
import { FormError, FormLeads, FormNotTaken } from './form-error.ts'
import { KEY_FIELD, TOKEN_FIELD } from './form-view.ts'
import { readForm, splitErrors, typedValues } from './read-form.ts'

/** A form as it is sent. */
export interface SendSite {
  readonly house: PageHouse
  readonly form: KnownForm
  /** Shown again where something is wrong. */
  readonly page: KnownPage
  readonly once: boolean
  send(values: never, call: Call, view: PageView): unknown
}

type Args = Readonly<Record<string, unknown>>

/**
 * A form that was sent, from the check of where it comes from to the answer. What is wrong is thrown: what was done so
 * far is rolled back, and {@link showAgain} makes a page of it.
 */
export async function sendForm(site: SendSite, args: Args, call: Call): Promise<Reply> {
  const { house, form } = site
  const isOurs = checkOrigin(call)
  // The dependency of the name, as the route was declared.
  const cookies = args[COOKIES] as SentPageCookies
  const isKnown = call.auth?.session !== undefined || cookies.visitor !== null
  const token = isKnown
    ? house.tokens.read(
        String(args[TOKEN_FIELD] ?? ''),
        form.name,
        bindingOf(call, cookies.visitor ?? ''),
      )
    : null
  if (token === null) throw new FormNotTaken(isKnown ? 'expired' : 'no_cookie', isOurs)
  const sent = sendingOf(form, token.id, args, call)
  let earlier = await house.sent.join(sent)
  // Of all who waited for one that was lost, one does it.
  while (earlier?.kind === 'lost') earlier = await house.sent.join(sent)
  if (earlier?.kind === 'done') return earlier.reply
  if (earlier?.kind === 'refused') throw earlier.error
  try {
    const values = await readForm(form.fields, args)
    if (site.once) {
      const spent = await house.spent.spend('form', token.id, token.until)
      if (spent === 'again') throw new FormNotTaken('sent', isOurs)
    }
    const drawing = new Drawing(house, site.page, { call, args, cookies, failed: null })
    // What the fields hold is what their types say: `readForm` has gone by them.
    const result = await site.send(values as never, call, drawing.view)
    const reply = result instanceof Reply ? result : drawing.finish(result as PageContent)
    tellEnd(site, sent, reply, call)
    return reply
  } catch (error) {
    house.sent.end(sent, { kind: 'refused', error })
    throw error
  }
}

/**
 * What makes one press of a button the same as another. With something else in its fields, or of another row, it is
 * another one, though the page is the same: a browser that kept the page shows it on Back, and what is written into it
 * then would be answered as done and never be done.
 */
function sendingOf(form: KnownForm, token: string, args: Args, { request }: Call): string {
  const names = [KEY_FIELD, ...form.carried, ...Object.keys(form.fields)]
  const texts = names.map((name) => String(args[name] ?? ''))
  const digest = hash('sha256', JSON.stringify([token, request.path, ...texts]), 'base64url')
  return `${token} ${digest}`
}

/** Once it is committed, and only then, whoever pressed the button twice is told so. */
function tellEnd({ house: { sent } }: SendSite, id: string, reply: Reply, call: Call): void {
  try {
    call.background(() => sent.end(id, { kind: 'done', reply }))
    call.background(() => sent.end(id, { kind: 'lost' }), { always: true })
  } catch {
    // Too much waits: the second of two does it himself.
    sent.end(id, { kind: 'lost' })
  }
}

/** The page, once more, with what was typed; `undefined` for what is no matter of the form. */
export async function showAgain(
  site: SendSite,
  error: unknown,
  call: Call,
): Promise<Reply | undefined> {
  const { house, form, page } = site
  if (error instanceof FormLeads) return error.reply
  if (error instanceof Problem) {
    const isOthers = error.publicCode === 'csrf_refused' || error.status >= 500
    if (isOthers || leadOf(house, error) !== null) return undefined
  }
  const args = await argsAgain(page.params, call)
  const cookies = await call.resolve(house.cookies.sent)
  const showsTyped = !(error instanceof FormNotTaken) || error.isOurs
  const key = args[KEY_FIELD]
  const failed = (errors: Readonly<Record<string, string>>) => ({
    form,
    key: typeof key === 'string' ? key : undefined,
    values: showsTyped ? typedValues(form.fields, args) : {},
    errors,
  })
  const words = wordsOf(house, call)
  const showing = { call, args, cookies }
  if (error instanceof FormNotTaken) {
    const notices = [ui.notice('bad', words.plain(`form.${error.why}`))]
    const status = error.why === 'sent' ? 409 : 403
    return renderPage(house, page, { ...showing, failed: failed({}), notices, status })
  }
  if (error instanceof FormError) {
    const { own, other } = splitErrors(form.fields, error.fields)
    const notices = other.map((text) => ui.notice('bad', words.plain(text)))
    return renderPage(house, page, { ...showing, failed: failed(own), notices, status: 422 })
  }
  if (!(error instanceof Problem)) return undefined
  const { status, headers = {} } = error
  const told = form.problems[error.publicCode]
  if (typeof told === 'object') {
    const errors = { [told.field]: told.text }
    return renderPage(house, page, { ...showing, failed: failed(errors), status, headers })
  }
  const notices = [problemNotice(error, form.problems, words)]
  return renderPage(house, page, { ...showing, failed: failed({}), notices, status, headers })
}
