import type { ParamSpec } from '../../../packages/trefoil/src/contract/params/param-spec.ts'
import {
  type Answer,
  bearer,
  bytesOf,
  type CallSpec,
  type Driver,
  jsonOrText,
  problemFrom,
  rawOf,
  type Target,
} from '../driver.ts'

/** Calls actions by their HTTP routes, arguments spread as the catalogue declares them. */
export function httpDriver({ app, url }: Target): Driver {
  return {
    name: 'http',
    source: 'api',
    entrypoint: 'server',
    async call(spec) {
      const action = app.catalogue.actions.find(({ name }) => name === spec.action)
      if (action === undefined || action.path === null || action.method === null) {
        return answer(await fetch(`${url}/no-such-action`, { headers: bearer(spec.token) }))
      }
      const sent = new Sent(action.params, spec)
      const path = action.path.replace(/\{([a-z_]+)(?::int)?\}/g, (_, name: string) =>
        encodeURIComponent(String(spec.args[name])),
      )
      const response = await fetch(`${url}${path}${sent.search}`, {
        method: action.method,
        headers: sent.headers,
        redirect: 'manual',
        ...(sent.body === null ? {} : { body: sent.body }),
      }).catch((error: unknown) => error)
      if (response instanceof Response) return answer(response)
      // Lost before its head was there.
      return { ok: false, isCut: true, status: null, challenge: null, raw: String(response) }
    },
  }
}

class Sent {
  readonly headers: Headers
  body: string | null = null
  readonly #query = new URLSearchParams()

  constructor(params: readonly ParamSpec[], { args, token, approval }: CallSpec) {
    this.headers = new Headers(bearer(token))
    if (approval !== undefined) this.headers.set('approval-token', approval)
    const fields: Record<string, unknown> = {}
    const bySource = new Map(params.map((param) => [param.name, param]))
    const hasFields = params.some(({ source }) => source === 'field')
    for (const [name, value] of Object.entries(args)) {
      const param = bySource.get(name)
      if (param === undefined ? hasFields : param.source === 'field') fields[name] = value
      else this.#place(param, name, value)
    }
    if (hasFields) this.#json(fields)
  }

  get search(): string {
    const text = this.#query.toString()
    return text === '' ? '' : `?${text}`
  }

  #place(param: ParamSpec | undefined, name: string, value: unknown): void {
    switch (param?.source) {
      case 'path':
        return
      case 'header':
        this.headers.set(param.wire, String(value))
        return
      case 'cookie':
        this.headers.set('cookie', `${param.wire}=${String(value)}`)
        return
      case 'body':
        this.#json(value)
        return
      default:
        for (const item of Array.isArray(value) ? value : [value]) {
          this.#query.append(param?.wire ?? name, String(item))
        }
    }
  }

  #json(value: unknown): void {
    this.headers.set('content-type', 'application/json')
    this.body = JSON.stringify(value)
  }
}

async function answer(response: Response): Promise<Answer> {
  const shared = {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
  }
  const body = await response.arrayBuffer().catch(() => null)
  if (body === null) return { ...shared, ok: false, isCut: true, raw: rawOf(response, '(cut)') }
  const text = new TextDecoder().decode(body)
  const raw = rawOf(response, text)
  const isRefusal = response.status >= 400
  if (isRefusal) return { ...shared, raw, ok: false, problem: problemFrom(jsonOrText(text)) }
  const type = response.headers.get('content-type')
  if (type === null) return { ...shared, raw, ok: true, value: text === '' ? null : text }
  if (/^application\/json/.test(type)) return { ...shared, raw, ok: true, value: JSON.parse(text) }
  if (/^text\//.test(type)) return { ...shared, raw, ok: true, value: text }
  const bytes = bytesOf(Buffer.from(body).toString('base64'), type)
  return { ...shared, raw, ok: true, bytes }
}
