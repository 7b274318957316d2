import {
  type Call,
  handle,
  ImproperlyConfigured,
  type Params,
  Problem,
  type RouteHandle,
  type Routes,
  redirect,
} from '../../index.ts'
import { checkOptionNames } from '../../parts.ts'
import { checkFormKinds, checkRoutes } from './check-kinds.ts'
import { checkFields, FORM_NAMES, PAGE_NAMES } from './check-options.ts'
import type { PageFields } from './forms/fields.ts'
import { FormError, FormLeads, FormNotTaken } from './forms/form-error.ts'
import { type SendSite, sendForm, showAgain } from './forms/send-form.ts'
import type { SentPageCookies } from './page-cookies.ts'
import type { KnownForm, KnownPage, PageHouse } from './page-house.ts'
import { COOKIES, carriedNames, checkNames, formParams } from './page-params.ts'
import type {
  FormOptions,
  Page,
  PageForm,
  PageOptions,
  PageRouteOptions,
  SendOptions,
} from './page-types.ts'
import { problemPage } from './problem-view.ts'
import { renderPage } from './render-page.ts'

type AnyPage = PageOptions<string, Params, PageFields>
type AnyForm = FormOptions<string, Params, PageFields>
type AnySend = SendOptions<string, Params, PageFields>
/** A route whose types nobody needs: what is in its parameters only a page knows. */
type Add = (
  path: string,
  options: object,
  handler: (args: never, call: never) => unknown,
) => RouteHandle

/** Every page that there is, by what `site.page()` gave. */
const KNOWN = new WeakMap<Page, KnownPage>()

/** Registers a page, and its form where it has one, as routes of the app. */
export function addPage(house: PageHouse, routes: Routes, path: string, options: AnyPage): Page {
  const where = `Page '${path}'`
  checkOptionNames(where, options, PAGE_NAMES)
  checkRoutes(where, routes)
  checkFormKinds(where, options)
  checkFields(where, options.fields)
  const { name, title, show, send } = options
  if (typeof name !== 'string' || typeof title !== 'string' || typeof show !== 'function') {
    throw new ImproperlyConfigured(`${where} needs name, title and show`)
  }
  checkText(house, where, options)
  const params = options.params ?? {}
  checkNames(where, Object.keys(params))
  const get = routes.get as unknown as Add
  const handle_ = get(
    path,
    {
      ...shared(house, options),
      name,
      params: { ...params, [COOKIES]: house.cookies.sent },
    },
    async (args: Readonly<Record<string, unknown>>, call: never) =>
      // The dependency of that name.
      renderPage(house, page, {
        call,
        args,
        cookies: args[COOKIES] as SentPageCookies,
        failed: null,
      }),
  )
  const url = (args?: Readonly<Record<string, string>>) => handle_.url(args ?? {})
  const form = send === undefined ? null : knownForm(`${name}_sent`, url, params, options)
  const page: KnownPage = Object.freeze({
    name,
    title,
    params,
    show: show as KnownPage['show'],
    form,
    url,
  })
  KNOWN.set(page, page)
  if (form !== null)
    addSending(
      { house, form, page, once: options.once ?? false, send: send as SendSite['send'] },
      routes,
      path,
      options,
    )
  return page
}

/** Registers another form of a page. */
export function addForm(
  house: PageHouse,
  routes: Routes,
  path: string,
  options: AnyForm,
): PageForm {
  // By its path: of an option's value no message says anything (FND-38).
  const where = `Form '${path}'`
  checkOptionNames(where, options, FORM_NAMES)
  checkRoutes(where, routes)
  checkFormKinds(where, options)
  checkFields(where, options.fields)
  const { name, of, send } = options
  const page = KNOWN.get(of)
  if (page === undefined || typeof name !== 'string' || typeof send !== 'function') {
    throw new ImproperlyConfigured(`${where} needs name, of, which a page() gave, and send`)
  }
  checkText(house, where, options)
  const params = { ...page.params, ...options.params }
  checkNames(where, Object.keys(params))
  // Whoever loads it anew after an error comes to the page.
  const get = routes.get as unknown as Add
  const back = get(
    path,
    { ...shared(house, options), name: `${name}_page` },
    (args: Readonly<Record<string, string>>) => redirect(page.url(args), { status: 303 }),
  )
  const url = (args?: Readonly<Record<string, string>>) => back.url(args ?? {})
  const form = knownForm(name, url, params, options)
  addSending(
    { house, form, page, once: options.once ?? false, send: send as SendSite['send'] },
    routes,
    path,
    options,
    params,
  )
  return form
}

function knownForm(
  name: string,
  url: KnownForm['url'],
  params: Params,
  options: AnySend,
): KnownForm {
  const { fields = {}, problems = {} } = options
  checkNames(`Form '${name}'`, Object.keys(fields))
  return Object.freeze({ name, url, fields, problems, carried: carriedNames(params) })
}

function addSending(
  site: SendSite,
  routes: Routes,
  path: string,
  options: AnySend & PageRouteOptions & { readonly params?: Params },
  params: Params = options.params ?? {},
): void {
  const { house, form } = site
  const { changes, external, audit, sendRate: rate = options.rate } = options
  const post = routes.post as unknown as Add
  const again = (error: unknown, call: Call) => showAgain(site, error, call)
  post(
    path,
    {
      ...shared(house, options, rate),
      ...(changes === undefined ? {} : { changes }),
      ...(external === undefined ? {} : { external }),
      ...(audit === undefined ? {} : { audit }),
      name: form.name,
      forms: true,
      csrf: 'always',
      params: {
        ...formParams(`Form '${form.name}'`, params, form.fields),
        [COOKIES]: house.cookies.sent,
      },
      errorHandlers: [
        handle(FormError, again),
        handle(FormLeads, again),
        handle(FormNotTaken, again),
        handle(Problem, again),
      ],
    },
    async (args: Readonly<Record<string, unknown>>, call: never) => sendForm(site, args, call),
  )
}

/**
 * What every route of a page has. Read of the options themselves: a copy has nothing of what they inherit, such as the
 * guards of a class, and a form that is sent would be open where its page is not.
 */
function shared(house: PageHouse, options: PageRouteOptions, rate = options.rate): object {
  const { guards, roles, tags, metadata, timeout, concurrency, middleware } = options
  const given = {
    guards,
    roles,
    tags,
    metadata,
    rate,
    timeout,
    concurrency,
    middleware,
    public: options.public,
  }
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    headers: house.headers,
    problemPage: problemPage(house),
  }
}

/** Keys that are none would be read by people. */
function checkText(
  { catalogue }: PageHouse,
  where: string,
  options: AnySend & { readonly title?: string },
): void {
  const texts = Object.values(options.fields ?? {}).flatMap((one) =>
    one.kind === 'hidden'
      ? []
      : [
          one.label,
          'hint' in one ? one.hint : undefined,
          ...(one.kind === 'choice' ? Object.values(one.options) : []),
        ],
  )
  const told = Object.values(options.problems ?? {}).map((text) =>
    typeof text === 'string' ? text : text.text,
  )
  for (const text of [options.title, ...texts, ...told]) {
    if (text !== undefined) catalogue.checkKey(where, text)
  }
}
