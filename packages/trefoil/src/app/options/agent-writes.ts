import type { AgentWrites } from '../../contract/call/need.ts'
import { choice } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'

const WRITES = choice(['allow', 'approve', 'deny'])

/** What agents need for actions that change something. */
export const agentWrites: OptionKind<AgentWrites> = {
  words: WRITES.words,
  // A word that is planned is told apart from one that is misspelt. No variable: who may change what
  // is read in code, where a review sees it.
  read: (value, path) =>
    value === 'confirm'
      ? {
          mistake:
            "cannot be 'confirm' yet: nothing asks the person an agent belongs to; " +
            "write 'approve' and give an approval hook, or 'deny'",
        }
      : WRITES.read(value, path),
}
