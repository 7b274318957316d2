import type { Problem, ProblemPage, RefusedRequest } from '../../index.ts'
import { type Markup, markup } from '../../inner.ts'
import { shell } from './look/shell.ts'
import { ui } from './look/ui.ts'
import type { PageHouse } from './page-house.ts'
import type { FormProblems } from './page-types.ts'
import type { Words } from './texts/catalogue.ts'

const LONGEST_NEXT = 1500
/** RFC 9470: it has the code of every 401, and whoever is signed in on a trusted device would sign in again and again. */
const ASKED_AGAIN = 'insufficient_user_authentication'
/** Statuses that have words of their own. */
const WORDED: ReadonlySet<number> = new Set([400, 401, 403, 404, 409, 413, 422, 429, 500, 503])

/** Where a problem leads, instead of being shown. */
export function leadOf(
  { values, leads: ofParts }: PageHouse,
  { publicCode, details }: Problem,
): string | null {
  const { leads, signIn } = values
  if (details?.['error'] === ASKED_AGAIN) {
    const again = leads[ASKED_AGAIN] ?? ofParts.get(ASKED_AGAIN)
    if (again !== undefined) return again
  }
  const own = leads[publicCode] ?? (publicCode === 'AUTHENTICATION_ERROR' ? signIn : null)
  return own ?? ofParts.get(publicCode) ?? null
}

/** Refusals of pages and forms, whoever refuses them, for whoever sits in front of a browser. */
export function problemPage(house: PageHouse): ProblemPage {
  return (problem, request) => {
    const lead = leadOf(house, problem)
    if (lead !== null && lead !== request.path) {
      return { location: `${lead}?next=${encodeURIComponent(placeOf(request))}` }
    }
    return { html: problemDocument(house, problem, request) }
  }
}

/** A form that was refused is filled in once more: its page is where to come back to. */
function placeOf({ method, path, search }: RefusedRequest): string {
  const whole = method === 'GET' && search !== '' ? `${path}?${search}` : path
  return whole.length > LONGEST_NEXT ? path.slice(0, LONGEST_NEXT) : whole
}

function problemDocument(house: PageHouse, problem: Problem, request: RefusedRequest): string {
  const { catalogue, theme, values, appName } = house
  const words = catalogue.words(catalogue.languageFor(request.headers.get('accept-language')))
  const { mountPath, requestId } = request
  const body = markup`<p>${textOf(problem, {}, words)}</p>
${waitView(problem, words)}
<p class="soft">${words.marked('problem.request', { id: requestId })}</p>
${ui.links([[mountPath + values.home, words.plain('problem.home')]])}`
  return shell({
    words,
    theme,
    appName: appName(),
    heading: words.plain(`problem.title_${wordedStatus(problem.status)}`),
    isWrong: false,
    notices: [],
    body,
    wide: false,
    scripts: [],
    nonce: null,
    mountPath,
  })
}

/** What a form says to a problem that sending it ended with. */
export function problemNotice(problem: Problem, texts: FormProblems, words: Words): Markup {
  return ui.notice(
    'bad',
    markup`<p>${textOf(problem, texts, words)}</p>${waitView(problem, words)}`,
  )
}

/**
 * In the words of the form, of the catalogue, or of the status. What a problem says of itself is for programs, and in
 * English; of an `HttpError` it is the developer's own word, or key.
 */
function textOf(problem: Problem, texts: FormProblems, words: Words): string {
  const { publicCode, code, status, detail } = problem
  const own = texts[publicCode]
  if (typeof own === 'string') return words.plain(own)
  const key = `problem.${publicCode.toLowerCase()}`
  if (words.has(key)) return words.plain(key)
  if (code === 'http_error' && status < 500) return words.plain(detail)
  return words.plain(`problem.text_${wordedStatus(status)}`)
}

/** Of a lock or a limit. */
function waitView({ headers }: Problem, words: Words): Markup | null {
  const seconds = Number(headers?.['retry-after'] ?? Number.NaN)
  if (!Number.isFinite(seconds) || seconds <= 0) return null
  return markup`<p>${words.plain('problem.wait', { time: words.time(seconds) })}</p>`
}

function wordedStatus(status: number): number {
  if (WORDED.has(status)) return status
  return status < 500 ? 400 : 500
}
