import { ACTION_PROTOCOL, CALL_PATH, type Manifest } from '../../contract/action-protocol.ts'
import type { Catalogue } from '../../contract/catalogue.ts'

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
      input_schema: action.inputSchema,
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
