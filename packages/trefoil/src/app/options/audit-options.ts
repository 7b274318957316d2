import { callable } from '../../contract/options/kinds.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import type { OnToolCall } from '../../contract/ports/audit-hook.ts'

/** `createApp({ audit })`: a hook of your own. For a log that shows changes there is the part `auditLog()`. */
export interface AuditOptions {
  /**
   * Told of every MCP tool call once it has ended, its arguments redacted. Where it throws, the caller is
   * told `Audit hook failed` in the place of the answer. Default none.
   */
  readonly onToolCall?: OnToolCall
}

/** {@link AuditOptions} after reading. */
export type AuditOptionValues = Values<AuditOptions, { readonly onToolCall: OnToolCall | null }>

/** The rows of {@link AuditOptions}. */
export const AUDIT_HOOK: OptionGroup<AuditOptions, AuditOptionValues> = {
  name: 'audit',
  prefix: 'TREFOIL_AUDIT_HOOK',
  rows: {
    onToolCall: {
      read: callable(),
      default: null,
      doc: 'Function told of every MCP tool call once it has ended, see [audit](audit.md#a-hook-of-your-own); where it throws, the caller is told `Audit hook failed`.',
    },
  },
}
