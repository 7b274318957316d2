import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AppHandle } from '../../../contract/app-handle.ts'
import type { Logger } from '../../../contract/logger.ts'
import { checkOptionNames, type OptionNames } from '../../../contract/option-names.ts'
import { ImproperlyConfigured, refuse } from '../../../contract/problem.ts'
import type { ProblemCode } from '../../../contract/problems.ts'
import { writeSafely } from '../../../record/write-safely.ts'
import { firstHeader } from '../../../web/raw-headers.ts'
import type { HttpHandler } from '../http-surface.ts'
import { refuseWith } from '../refuse-with.ts'
import { type AnswerSite, answer } from './answer-request.ts'
import { Lingering } from './lingering.ts'
import { MountedExchange } from './mounted-exchange.ts'

/** An app that can be mounted: an {@link AppHandle} with its HTTP handler. */
export interface Mountable extends AppHandle {
  readonly '~http': () => HttpHandler
  readonly '~mounted': () => HttpHandler
  readonly '~logger': Logger
}

/** Options of {@link toNodeHandler}. */
export interface NodeHandlerOptions<Request extends IncomingMessage = IncomingMessage> {
  /**
   * Address of the caller, as the host framework has established it; `null` for unknown. Never
   * read it from a header the host did not check. Default: the peer of the connection.
   */
  readonly clientAddress?: (request: Request) => string | null
  /** Path the app is mounted under when the host does not strip it, such as `/api`. Default none. */
  readonly prefix?: string
}

const HANDLER_OPTIONS: OptionNames<NodeHandlerOptions> = { clientAddress: true, prefix: true }

/** What `node:http` and the frameworks on top of it call with a request. */
export type NodeHandler<Request extends IncomingMessage = IncomingMessage> = (
  request: Request,
  response: ServerResponse,
) => void

/**
 * An app as a handler for somebody else's `node:http` server: bare, Express, Fastify. Start-up
 * and shutdown stay with the caller (`app.startup()`, `app.shutdown()`).
 *
 * A request whose body the host has already read is refused with `body_consumed`: bound as if it
 * were empty, it would do something other than what was asked.
 *
 * @throws ImproperlyConfigured for an app that cannot start, or a prefix that is no literal path
 */
export function toNodeHandler<Request extends IncomingMessage = IncomingMessage>(
  app: Mountable,
  options: NodeHandlerOptions<Request> = {},
): NodeHandler<Request> {
  checkOptionNames('toNodeHandler()', options, HANDLER_OPTIONS)
  const { clientAddress } = options
  const prefix = readPrefix(options.prefix)
  // Compiles the app: a mistake in it shows here, not in whoever makes the first request.
  app['~http']()
  const site: AnswerSite = { node: null, lingering: new Lingering() }
  return (request, response) => {
    if (site.lingering.size > 0 && site.lingering.has(request.socket)) return
    const url = request.url as string
    const target = stripPrefix(url, prefix)
    let address: string | null | undefined
    let refusal = target === null ? 'not_found' : refusalOf(request)
    try {
      address = clientAddress?.(request)
    } catch (error) {
      // Thrown from here, it would end the process.
      writeSafely(
        app['~logger'],
        'error',
        { err: error },
        'clientAddress of toNodeHandler() failed',
      )
      address = null
      refusal = 'INTERNAL_ERROR'
    }
    const exchange = new MountedExchange(request, response, target ?? url, address)
    const handler = app['~mounted']()
    const answering = refusal === null ? handler : refuseWith(handler, () => refuse(refusal))
    answer(site, answering, exchange, request, response)
  }
}

const PREFIX = /^(?:\/[A-Za-z0-9._~-]+)+$/

function readPrefix(prefix: string | undefined): string {
  if (prefix === undefined || prefix === '/' || prefix === '') return ''
  const trimmed = prefix.replace(/\/$/, '')
  if (PREFIX.test(trimmed)) return trimmed
  throw new ImproperlyConfigured(
    `toNodeHandler(): prefix must be a literal path such as '/api', got '${prefix}'`,
  )
}

/**
 * Compared as sent: a path that only looks like the prefix once decoded is none of ours.
 *
 * @returns `null` when the request is not for this app
 */
function stripPrefix(url: string, prefix: string): string | null {
  if (prefix === '') return url
  if (!url.startsWith(prefix)) return null
  const rest = url.slice(prefix.length)
  if (rest === '') return '/'
  if (rest.startsWith('/')) return rest
  return rest.startsWith('?') ? `/${rest}` : null
}

function refusalOf(request: IncomingMessage): ProblemCode | null {
  return request.readableDidRead && announcesBody(request) ? 'body_consumed' : null
}

function announcesBody({ rawHeaders }: IncomingMessage): boolean {
  const length = firstHeader(rawHeaders, 'content-length')
  return length === undefined
    ? firstHeader(rawHeaders, 'transfer-encoding') !== undefined
    : length !== '0'
}
