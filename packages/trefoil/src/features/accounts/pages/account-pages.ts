import type { Call, Params } from '../../../index.ts'
import { query } from '../../../index.ts'
import type { Page, PageFields, PageForm, Pages } from '../../../pages.ts'
import type { PartRoutes } from '../../../parts.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { formField, textField } from '../fields.ts'
import { FLOW_GRAPH } from '../flow-graph.ts'
import { FlowActions } from './flow-actions.ts'
import { problemsOf } from './form-problems.ts'
import { makeContext, type PageSite } from './page-context.ts'
import { FORM_GRAPH, PAGE_GRAPH } from './page-graph.ts'
import type { FormPart, FormRow, PageQuery, PageRow } from './page-row.ts'
import { StepCookie } from './step-cookie.ts'
import { takeStep } from './take-step.ts'

/** What pages of accounts are registered with. */
export interface AccountPagesParts {
  readonly house: AccountsHouse
  readonly site: Pages
  /** Path of all pages. */
  readonly path: string
  /** Where somebody is taken who signed in. */
  readonly home: string
}

const LONGEST_NEXT = 2000
const LONGEST_TOKEN = 1024

const QUERY: Readonly<Record<PageQuery, Params[string]>> = {
  next: query(formField(textField(LONGEST_NEXT)), { optional: true }),
  token: query(formField(textField(LONGEST_TOKEN)), { optional: true, sensitive: true }),
  oauth_code: query(formField(textField(LONGEST_TOKEN)), { optional: true, sensitive: true }),
  oauth_error: query(formField(textField(LONGEST_TOKEN)), { optional: true }),
}

/** Names of the actions that forms are sent to: each asks for what proves its caller. */
export const FORM_ACTIONS: readonly string[] = [
  ...PAGE_GRAPH.filter(({ form }) => form !== undefined).map(
    ({ name }) => `${actionOf(name)}_sent`,
  ),
  ...FORM_GRAPH.map(({ name }) => actionOf(name)),
]

/** Registers the pages, as routes of the app: those whose steps the options of `accounts()` have. */
export function registerPages(routes: PartRoutes, parts: AccountPagesParts): void {
  const { house, site, path, home } = parts
  const flows = new FlowActions(FLOW_GRAPH, house)
  const pages = new Map<string, Page>()
  const forms = new Map<string, PageForm>()
  const way = new StepCookie(house.values.cookie)
  const known: PageSite = { house, site, flows, way, home, pages, forms }
  for (const row of PAGE_GRAPH) {
    if (!row.steps.every((step) => flows.has(step))) continue
    pages.set(row.name, addPage(routes, known, row, path))
  }
  for (const row of FORM_GRAPH) {
    const of = pages.get(row.of)
    if (of === undefined || !flows.has(row.step)) continue
    forms.set(row.name, addForm(routes, known, row, path, of))
  }
}

function actionOf(name: string): string {
  return `page_${name}`
}

function addPage(routes: PartRoutes, known: PageSite, row: PageRow, path: string): Page {
  const { name, title, audience, form } = row
  return known.site.page(routes, `${path}${row.path}`, {
    name: actionOf(name),
    title: `accounts.${title}`,
    ...(audience === 'anybody' ? { public: true } : {}),
    params: paramsOf(row),
    ...(form === undefined ? {} : sendingOf(known, row, form)),
    show: (view) => row.show(makeContext(known, view, row)),
  })
}

function addForm(
  routes: PartRoutes,
  known: PageSite,
  row: FormRow,
  path: string,
  of: Page,
): PageForm {
  const page = PAGE_GRAPH.find(({ name }) => name === row.of) as PageRow
  const { sendRate, ...sending } = sendingOf(known, page, row)
  return known.site.form(routes, `${path}${row.path}`, {
    name: actionOf(row.name),
    of,
    ...(page.audience === 'anybody' ? { public: true } : {}),
    ...(sendRate === undefined ? {} : { rate: sendRate }),
    ...sending,
  })
}

function paramsOf({ query: names = [] }: PageRow): Params {
  return Object.fromEntries(names.map((name) => [name, QUERY[name]]))
}

/** What the form of a page is declared with: what its step is declared with, as far as a page has it. */
function sendingOf(known: PageSite, page: PageRow, form: FormPart) {
  const { rate, changes, audit } = known.flows.get(form.step).options
  const fields: PageFields =
    typeof form.fields === 'function' ? form.fields(known.house) : (form.fields ?? {})
  return {
    fields,
    problems: problemsOf(form.step, fields),
    // The same count as that of the route: nobody has twice as many tries by taking turns.
    ...(rate === undefined || rate === false ? {} : { sendRate: rate }),
    ...(changes === undefined ? {} : { changes }),
    ...(audit === undefined ? {} : { audit }),
    send: (filled: object, _call: Call, view: Parameters<typeof makeContext>[1]) =>
      takeStep(known, form, makeContext(known, view, page), filled),
  }
}
