import type { TestClient } from '../../packages/trefoil/src/testing.ts'

/** What a browser is shown. */
export interface Shown {
  readonly status: number
  readonly html: string
  readonly headers: Headers
  /** Path and query where it ended. */
  readonly at: string
}

/** A form as it stands in a page. */
interface ShownForm {
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
}

const PAGE = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
/** What a browser says of itself when a page of this site sends a form. */
const SAME = { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' }

/** A person with a browser and no script: opens pages, fills forms, is sent on. */
export class PageVisitor {
  readonly client: TestClient
  page: Shown = { status: 0, html: '', headers: new Headers(), at: '' }

  constructor(client: TestClient) {
    this.client = client
  }

  /** Opens an address; a whole one is taken for one of this site. */
  async open(address: string, headers: Readonly<Record<string, string>> = {}): Promise<Shown> {
    const { pathname, search } = new URL(address, 'http://localhost')
    const path = `${pathname}${search}`
    const answer = await this.client.http.get(path, { headers: { ...PAGE, ...headers } })
    return this.#shown(path, answer)
  }

  /** Fills in the form that goes to `action` (the only one by default), and sends it. */
  async send(
    fields: Readonly<Record<string, string>>,
    action: string | null = null,
    headers: Readonly<Record<string, string>> = SAME,
  ): Promise<Shown> {
    const form = this.form(action)
    const answer = await this.client.http.post(form.action, {
      form: { ...form.hidden, ...fields },
      headers: { ...PAGE, ...headers },
    })
    return this.#shown(form.action, answer)
  }

  /** The form that goes to `action`, or the first one. */
  form(action: string | null = null): ShownForm {
    const forms = [...this.page.html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(
      ([, head = '', inside = '']) => ({
        action: unescaped(/\baction="([^"]*)"/.exec(head)?.[1] ?? this.page.at.split('?')[0] ?? ''),
        hidden: hiddenIn(inside),
      }),
    )
    const found = forms.find((form) => action === null || form.action === action)
    if (found === undefined) {
      throw new Error(`There is no form to ${action} at ${this.page.at}: ${this.page.html}`)
    }
    return found
  }

  /** What people read. */
  get text(): string {
    const body = this.page.html.replace(/^[\s\S]*<main\b[^>]*>/, '').replace(/<\/main>[\s\S]*$/, '')
    return unescaped(body.replaceAll(/<[^>]*>/g, ' '))
      .replaceAll(/\s+/g, ' ')
      .trim()
  }

  async #shown(
    at: string,
    answer: { readonly status: number; readonly text: string; readonly headers: Headers },
  ): Promise<Shown> {
    const location = answer.headers.get('location')
    if (answer.status === 303 && location !== null) return this.open(location)
    const { status, text: html, headers } = answer
    this.page = { status, html, headers, at }
    return this.page
  }
}

function hiddenIn(inside: string): Readonly<Record<string, string>> {
  const inputs = [...inside.matchAll(/<input\b[^>]*>/g)].map(([tag]) => tag)
  const hidden = inputs.filter((tag) => /\btype="hidden"/.test(tag))
  return Object.fromEntries(
    hidden.map((tag) => [
      unescaped(/\bname="([^"]*)"/.exec(tag)?.[1] ?? ''),
      unescaped(/\bvalue="([^"]*)"/.exec(tag)?.[1] ?? ''),
    ]),
  )
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
