import { isRecord } from '../../base/plain/is-record.ts'
import { insideQuotes, singleQuoted } from '../../base/shell-quote.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import type { Operation } from '../openapi/operations.ts'
import type { ParameterShape } from '../openapi/request-shape.ts'
import type { SecurityEntry } from '../openapi/security-entries.ts'
import { exampleOf } from '../schema/example.ts'
import { curlCredential } from './curl-credential.ts'
import { type Html, html } from './escaped-html.ts'

/** Stands for the server until the page's script knows better. */
const PLACEHOLDER = 'https://api.example.com'

/** What a `curl` command is written with. */
export interface CurlContext {
  /** The document that references of schemas lead into. */
  readonly root: JsonSchema
  /** Ways in; the first one is shown. */
  readonly security: readonly SecurityEntry[]
  readonly serverUrl?: string
  /** In front of every path. */
  readonly mountPath?: string
}

/**
 * A `curl` command with the required arguments filled in. Readers paste it into a shell, so
 * every part that comes from a schema or a scheme is single-quoted, and only curl options that
 * never read a file named in the data (`--data-raw`, `--form-string`) are used.
 */
export function curlExample(operation: Operation, context: CurlContext): Html {
  const { root, security, serverUrl, mountPath = '' } = context
  const { requiresAuth, method, body } = operation
  const credential = curlCredential(requiresAuth ? security[0]?.scheme : undefined)
  // What the credential sends, the arguments need not send again.
  const parameters = operation.parameters.filter((parameter) => !credential.sends(parameter))
  const path = urlPath(operation.path, parameters, root)
  const options = headers(parameters, root)
  if (method === 'HEAD') options.unshift('--head')
  else if (method !== (body === null ? 'GET' : 'POST')) options.unshift(`--request ${bare(method)}`)
  options.push(...credential.options)
  if (body !== null)
    options.push(...bodyOptions(body.mediaType, exampleOf(body.schema, root), body.schema))
  const server =
    serverUrl === undefined
      ? html`<span data-origin>${PLACEHOLDER}</span>`
      : insideQuotes(serverUrl.replace(/\/+$/, ''))
  const joint = credential.query === '' ? '' : path.includes('?') ? '&' : '?'
  const address = insideQuotes(mountPath + path + joint + credential.query)
  return html`curl '${server}${address}'${credential.queryValue}${options.map((option) => ` \\\n  ${option}`)}`
}

function urlPath(path: string, parameters: readonly ParameterShape[], root: JsonSchema): string {
  const values = new Map<string, string>()
  const query: string[] = []
  for (const { in: place, name, required, schema } of parameters) {
    if (!required || (place !== 'path' && place !== 'query')) continue
    const value = encodeURIComponent(textOf(exampleOf(schema, root)))
    if (place === 'path') values.set(name, value)
    else query.push(`${encodeURIComponent(name)}=${value}`)
  }
  const filled = path.replace(
    /\{([^{}]+)\}/g,
    (template, name: string) => values.get(name) ?? template,
  )
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`
}

function headers(parameters: readonly ParameterShape[], root: JsonSchema): string[] {
  const needed = parameters.filter((parameter) => parameter.required)
  const value = (schema: JsonSchema): string => textOf(exampleOf(schema, root))
  const sent = needed
    .filter((parameter) => parameter.in === 'header')
    .map(({ name, schema }) => `--header ${singleQuoted(`${name}: ${value(schema)}`)}`)
  const cookies = needed
    .filter((parameter) => parameter.in === 'cookie')
    .map(({ name, schema }) => `${name}=${value(schema)}`)
  // With a `=` in it, --cookie takes text; without, it would read a file.
  return cookies.length === 0 ? sent : [...sent, `--cookie ${singleQuoted(cookies.join('; '))}`]
}

function bodyOptions(mediaType: string, example: unknown, schema: JsonSchema): readonly string[] {
  if (mediaType === 'application/json') {
    const compact = JSON.stringify(example) ?? 'null'
    const text = compact.length > 60 ? JSON.stringify(example, null, 2) : compact
    return [`--header 'content-type: application/json'`, `--data-raw ${singleQuoted(text)}`]
  }
  const members = Object.entries(isRecord(example) ? example : {})
  if (mediaType !== 'multipart/form-data') {
    const pairs = members.map(([name, value]) =>
      [name, textOf(value)].map(encodeURIComponent).join('='),
    )
    return [`--data-raw ${singleQuoted(pairs.join('&'))}`]
  }
  return members.map(([name, value]) =>
    isFile(schema, name)
      ? `--form ${singleQuoted(`${name}=@file.bin`)}`
      : `--form-string ${singleQuoted(`${name}=${textOf(value)}`)}`,
  )
}

function isFile(schema: JsonSchema, name: string): boolean {
  const { properties } = schema
  const property = isRecord(properties) ? properties[name] : undefined
  if (!isRecord(property)) return false
  const { items } = property
  return (isRecord(items) ? items : property).format === 'binary'
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.length === 0 ? '' : textOf(value[0])
  return JSON.stringify(value) ?? ''
}

function bare(text: string): string {
  return /^[A-Z]+$/.test(text) ? text : singleQuoted(text)
}
