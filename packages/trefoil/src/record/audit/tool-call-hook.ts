import type { Outcome } from '../../contract/call/outcome.ts'
import type { AuditFacts, AuditPort } from '../../contract/ports/audit.ts'
import type { OnToolCall, ToolCallEvent } from '../../contract/ports/audit-hook.ts'
import { Problem } from '../../contract/problems/problem.ts'

/**
 * The hook `audit.onToolCall` as a port (MCP-15). Not told of callers whom nobody knows: what they sent was
 * no call of a tool yet.
 *
 * @param debug show callers why it failed
 */
export function toolCallHook(hook: OnToolCall, debug: boolean): AuditPort {
  return {
    intent: () => {},
    outcome: () => {},
    async ended(call, outcome, facts) {
      if (call.source !== 'mcp' || facts.action === null || facts.isUnidentified) return
      try {
        await hook(eventOf(facts.action.name, outcome, facts))
      } catch (cause) {
        const detail = debug ? { detail: `Audit hook failed: ${described(cause)}` } : {}
        throw new Problem('audit_failed', { ...detail, details: { done: facts.begun }, cause })
      }
    },
  }
}

function eventOf(
  tool: string,
  outcome: Outcome,
  { args, auth, duration }: AuditFacts,
): ToolCallEvent {
  const names = args === null ? [] : Object.keys(args)
  return Object.freeze({
    tool,
    subject: auth?.subject ?? null,
    success:
      outcome.kind === 'dry-run' || (outcome.kind === 'answer' && outcome.answer.status < 400),
    duration,
    arguments: Object.freeze(
      Object.fromEntries(names.map((name) => [name, '<redacted>' as const])),
    ),
  })
}

function described(cause: unknown): string {
  try {
    return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  } catch {
    return 'unknown'
  }
}
