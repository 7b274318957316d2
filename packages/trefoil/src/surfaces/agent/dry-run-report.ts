import type { Action } from '../../contract/call/action.ts'
import type { DryRunReport } from '../../contract/protocol/action-protocol.ts'
import type { CallState } from '../../engine/call-state.ts'
import { need } from '../../policy/need.ts'
import { renderPath } from '../../web/path-template.ts'

/** What a call that ended as a dry run would have done (RPC-7). */
export function dryRunReport(state: CallState): DryRunReport {
  const { action, surface } = state.site
  const { approvalToken } = state.inbound
  const { kind } = need(action, state.auth, surface, state.args)
  const needsApproval = kind === 'approve' || kind === 'confirm'
  return {
    ok: true,
    dry_run: true,
    action: action.name,
    source: surface === 'mcp' ? 'mcp' : 'cli',
    entrypoint: state.entrypoint,
    method: action.method,
    path: action.path === null ? null : renderPath(action.path, shownArguments(action, state.args)),
    arguments_hash: state.argumentsHash ?? '',
    needs_approval: needsApproval,
    approval_required: needsApproval && approvalToken === null,
    approval_token_provided: approvalToken !== null,
    subject: state.auth?.subject ?? null,
  }
}

/** A report is shown and kept: a secret stands in it by its name. */
function shownArguments(
  { params }: Action,
  args: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const secrets = params.filter(({ sensitive }) => sensitive)
  return secrets.length === 0
    ? args
    : { ...args, ...Object.fromEntries(secrets.map(({ name }) => [name, `{${name}}`])) }
}
