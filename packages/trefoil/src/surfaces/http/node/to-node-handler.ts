import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AppHandle } from '../../../contract/call/app-handle.ts'
import { internalsOf } from '../../../contract/call/app-internals.ts'
import { callable } from '../../../contract/options/kinds.ts'
import type { OptionGroup, Values } from '../../../contract/options/option-rows.ts'
import { readOptions } from '../../../contract/options/read-options.ts'
import { refuse } from '../../../contract/problems/problem.ts'
import type { ProblemCode } from '../../../contract/problems/problems.ts'
import { writeSafely } from '../../../record/write-safely.ts'
import { firstHeader } from '../../../web/raw-headers.ts'
import { refuseWith } from '../refuse-with.ts'
import { readMountPath } from '../route/read-mount-path.ts'
import { Lingering } from './connection/lingering.ts'
import { placeRequest } from './connection/place-request.ts'
import { type AnswerSite, answer } from './exchange/answer-request.ts'
import { takesNoMore } from './exchange/answering.ts'
import { MountedExchange } from './exchange/mounted-exchange.ts'
import { isHttp2, isUnsupported } from './http2/http2-head.ts'

/** Options of {@link toNodeHandler}. */
export interface NodeHandlerOptions<Request extends IncomingMessage = IncomingMessage> {
  /**
   * Address of the caller, as the host framework has established it; `null` for unknown. Never
   * read it from a header the host did not check. Default: the peer of the connection.
   */
  readonly clientAddress?: (request: Request) => string | null
  /**
   * Path the app is mounted under, such as `/api`, whether the host takes it off or not. A request
   * for another path is 404. Default: what Express and Connect took off, else none.
   */
  readonly mountPath?: string
}

type NodeHandlerValues = Values<
  NodeHandlerOptions,
  {
    readonly clientAddress: NodeHandlerOptions['clientAddress'] | null
    readonly mountPath: string | null
  }
>

/** The rows of {@link NodeHandlerOptions}. */
export const NODE_HANDLER: OptionGroup<NodeHandlerOptions, NodeHandlerValues> = {
  name: 'toNodeHandler()',
  prefix: 'TREFOIL_NODE_HANDLER',
  rows: {
    clientAddress: {
      read: callable(),
      default: null,
      shown: 'the peer',
      doc: 'Function that gives the address of the caller as the host framework has established it; `null` for unknown.',
    },
    mountPath: {
      read: {
        words: 'text',
        read: (value) => ({ value: readMountPath('toNodeHandler()', value) }),
      },
      default: null,
      shown: 'what the host took off',
      doc: 'Path the app is mounted under, such as `/api`; a request for another path is 404.',
    },
  },
}

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
 * Only paths in their canonical spelling are answered: the host may have rules by path, and another
 * spelling must not walk around them (FND-27). What the app writes (`redirect`, cookies, the
 * documentation) names the mount.
 *
 * @throws ImproperlyConfigured for an app that cannot start, or a mountPath that is no literal path
 */
export function toNodeHandler<Request extends IncomingMessage = IncomingMessage>(
  app: AppHandle,
  options: NodeHandlerOptions<Request> = {},
): NodeHandler<Request> {
  const internals = internalsOf(app, 'toNodeHandler()')
  const { mountPath } = readOptions(NODE_HANDLER, options)
  const { clientAddress } = options
  // Compiles the app: a mistake in it shows here, not in whoever makes the first request.
  internals.http()
  const site: AnswerSite = { node: null, lingering: new Lingering() }
  return (request, response) => {
    if (takesNoMore(request.socket)) return
    const place = placeRequest(request, mountPath)
    let address: string | null | undefined
    let refusal = place === null ? 'not_found' : refusalOf(request, response)
    try {
      address = clientAddress?.(request)
    } catch (error) {
      // Thrown from here, it would end the process.
      writeSafely(
        internals.logger(),
        'error',
        { err: error },
        'clientAddress of toNodeHandler() failed',
      )
      address = null
      refusal = 'INTERNAL_ERROR'
    }
    const exchange = new MountedExchange(request, response, place, address)
    const handler = internals.mounted()
    const answering = refusal === null ? handler : refuseWith(handler, () => refuse(refusal))
    answer(site, answering, exchange, request, response)
  }
}

function refusalOf(request: IncomingMessage, response: ServerResponse): ProblemCode | null {
  if (isUnsupported(request) && !isHttp2(response)) return 'http_version_not_supported'
  return request.readableDidRead && announcesBody(request) ? 'body_consumed' : null
}

function announcesBody({ rawHeaders }: IncomingMessage): boolean {
  const length = firstHeader(rawHeaders, 'content-length')
  return length === undefined
    ? firstHeader(rawHeaders, 'transfer-encoding') !== undefined
    : length !== '0'
}
