import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { Action } from '../../contract/call/action.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import {
  ACTION_PROTOCOL,
  type Manifest,
  type ManifestAction,
} from '../../contract/protocol/action-protocol.ts'
import { CALL_PATH } from '../../contract/protocol/paths.ts'
import type { CallState } from '../../engine/call-state.ts'
import type { VisibleActions } from '../agent/visible-actions.ts'
import type { CliParts } from './cli-parts.ts'

/** The manifest of the caller who asks for it. */
export function manifestFor(parts: CliParts, state: CallState): Awaitable<Manifest> {
  const visible = parts.visible(state)
  const seen = ({ shows }: VisibleActions) => {
    const { manifest } = parts
    return { ...manifest, actions: manifest.actions.filter(({ name }) => shows(name)) }
  }
  return isPromiseLike(visible) ? visible.then(seen) : seen(visible)
}

function textLists({ params }: Action): Pick<ManifestAction, 'text_lists'> {
  const lists = params
    .filter(({ source, list }) => list && source !== 'field' && source !== 'body')
    .map(({ name, commas }) => [name, commas === true ? 'commas' : 'repeated'] as const)
  return lists.length === 0 ? {} : { text_lists: Object.fromEntries(lists) }
}

function sensitive({ params }: Action): Pick<ManifestAction, 'sensitive'> {
  const names = params.filter((param) => param.sensitive).map(({ name }) => name)
  return names.length === 0 ? {} : { sensitive: names }
}

/** The document that `GET /.well-known/trefoil-actions.json` answers (RPC-2). */
export function buildManifest(catalogue: Catalogue): Manifest {
  const actions = catalogue.actions
    .filter((action) => action.exposed.cli)
    .map((action) => ({
      name: action.name,
      title: action.title,
      description: action.description ?? '',
      method: action.method,
      path: action.path,
      needs_approval: action.approval.cli,
      changes: action.changes,
      external: action.external,
      ...(action.asks ? { asks: true } : {}),
      ...sensitive(action),
      input_schema: action.inputSchema,
      ...textLists(action),
      output_schema: action.outputSchema,
    }))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
  return {
    protocol: ACTION_PROTOCOL,
    service: { name: catalogue.name, version: catalogue.version },
    rpc: { method: 'POST', path: CALL_PATH },
    auth: {
      required: catalogue.covered.cli,
      schemes: catalogue.covered.cli ? [{ type: 'bearer' }] : [],
    },
    actions,
  }
}
