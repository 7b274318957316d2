import { Problem, type Reply, type ReplyOptions, reply } from '../../../index.ts'
import { FormError, FormLeads, nextPlace, type PageContent } from '../../../pages.ts'
import { addressOf, type PageSite } from './page-context.ts'
import type { FormPart, Landing, PageContext } from './page-row.ts'
import { weakPasswordText } from './weak-password.ts'

type Cookies = NonNullable<ReplyOptions['cookies']>

/**
 * Takes the step of a form, and leads on. What the step refuses is thrown: the unit of work is rolled back then, as it
 * is on the route, and the page is shown again.
 *
 * @throws Problem, FormError, FormLeads
 */
export async function takeStep(
  known: PageSite,
  form: FormPart,
  page: PageContext,
  given: object,
): Promise<Reply | PageContent> {
  // Texts and ticks: the fields of forms have no schema.
  const filled = given as Parameters<FormPart['landed']>[2]
  const added = await form.adds?.(page)
  const answer = await taken(known, form, page, { ...filled, ...added })
  return land(known, await form.landed(page, answer, filled), answer)
}

async function taken(
  known: PageSite,
  { step }: FormPart,
  page: PageContext,
  args: Readonly<Record<string, unknown>>,
): Promise<Reply<unknown>> {
  try {
    return await known.flows.get(step).take(args, page.call)
  } catch (error) {
    if (!Problem.is(error)) throw error
    const { publicCode, details = {} } = error
    if (publicCode === 'password_weak' && step !== 'login') {
      throw new FormError({ password: weakPasswordText(error, page.say) })
    }
    if (publicCode === 'MFA_REQUIRED') throw secondFactor(known, page, details)
    throw error
  }
}

/** On to the second factor. The pre-token travels in a cookie: no address has it (SW-23). */
function secondFactor(
  known: PageSite,
  { query: { next } }: PageContext,
  details: Readonly<Record<string, unknown>>,
): FormLeads {
  const { site, way } = known
  const name = details['needs'] === 'enrol' ? 'enrol' : 'second_factor'
  const place = addressOf(known, name, next === '' ? {} : { next })
  const cookies = way.set({ kind: 'mfa', value: String(details['pre_token']) })
  return new FormLeads(reply(site.go(place), { cookies }))
}

function land(
  known: PageSite,
  landing: Landing,
  { options: { cookies: set = {}, headers = {} } }: Reply<unknown>,
): Reply | PageContent {
  const { site, way, home } = known
  // A sign-out has the browser drop what else there is.
  const clear = headers['clear-site-data']
  const more = clear === undefined ? {} : { headers: { 'clear-site-data': clear } }
  if ('body' in landing) {
    const { title, body } = landing
    return { title: `accounts.${title}`, body, cookies: set, ...more }
  }
  if ('next' in landing) {
    const cookies: Cookies = { ...set, ...way.clear() }
    return reply(site.go(nextPlace(landing.next) ?? home), { cookies, ...more })
  }
  const { page, query, notice, travels } = landing
  const place = addressOf(known, page, query)
  const went = site.go(place, notice === undefined ? {} : { notice: `accounts.${notice}` })
  const travelling: Cookies = travels === undefined ? {} : way.set(travels)
  return reply(went, { cookies: { ...set, ...travelling }, ...more })
}
