import type { DryRunReport } from '../../contract/protocol/action-protocol.ts'
import type { CallState } from '../../engine/call-state.ts'
import { renderPath } from '../../web/path-template.ts'

/** What a call that ended as a dry run would have done (RPC-7). */
export function dryRunReport(state: CallState): DryRunReport {
  const { action, surface } = state.site
  const { approvalToken } = state.inbound
  const needsApproval = action.approval[surface]
  return {
    ok: true,
    dry_run: true,
    action: action.name,
    source: surface === 'mcp' ? 'mcp' : 'cli',
    entrypoint: state.entrypoint,
    method: action.method,
    path: action.path === null ? null : renderPath(action.path, state.args),
    arguments_hash: state.argumentsHash ?? '',
    needs_approval: needsApproval,
    approval_required: needsApproval && approvalToken === null,
    approval_token_provided: approvalToken !== null,
    subject: state.auth?.subject ?? null,
  }
}
