import type { AnswerMethod } from './method.ts'

/** MCP-9: of the legacy era. */
export const ping: AnswerMethod = {
  kind: 'answer',
  capability: null,
  answer: () => '{}',
}
