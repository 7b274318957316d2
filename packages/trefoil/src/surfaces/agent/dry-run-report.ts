import type { DryRunReport } from '../../contract/action-protocol.ts'
import type { RunningCall } from '../../engine/running-call.ts'
import { renderPath } from '../../web/path-template.ts'

/** What a call that ended as a dry run would have done (RPC-7). */
export function dryRunReport(call: RunningCall): DryRunReport {
  const { action, surface } = call['~plan']
  const { approvalToken } = call['~inbound']
  const needsApproval = action.approval[surface]
  return {
    ok: true,
    dry_run: true,
    action: action.name,
    source: surface === 'mcp' ? 'mcp' : 'cli',
    entrypoint: call.entrypoint,
    method: action.method,
    path: action.path === null ? null : renderPath(action.path, call.args),
    arguments_hash: call['~argumentsHash'] ?? '',
    needs_approval: needsApproval,
    approval_required: needsApproval && approvalToken === null,
    approval_token_provided: approvalToken !== null,
    subject: call.auth?.subject ?? null,
  }
}
