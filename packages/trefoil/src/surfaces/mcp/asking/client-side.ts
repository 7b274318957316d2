import { isRecord } from '../../../base/plain/is-record.ts'
import type { AskCapability } from '../../../contract/ask/capability.ts'
import type { SentAnswers } from '../../../contract/ask/sent-answers.ts'
import type { RpcMessage } from '../message.ts'

export const CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities'

/** What the client says it can be asked for: with each request of 2026-07-28, so nothing is remembered. */
export function capabilitiesIn({ params }: RpcMessage): readonly AskCapability[] {
  const meta = params['_meta']
  const said = isRecord(meta) ? meta[CAPABILITIES_KEY] : null
  if (!isRecord(said)) return []
  const { elicitation, sampling, roots } = said
  const able: AskCapability[] = []
  if (isRecord(elicitation)) {
    const { form, url } = elicitation
    // Nothing said is forms alone.
    if (isRecord(form) || !isRecord(url)) able.push('form')
    if (isRecord(url)) able.push('url')
  }
  if (isRecord(sampling)) able.push('sampling')
  if (isRecord(roots)) able.push('roots')
  return able
}

/** Answers to an earlier round. The protocol lets a client leave out a state that it was not given. */
export function answersIn({ params }: RpcMessage): SentAnswers | null {
  const { requestState: state, inputResponses: answers } = params
  if (typeof state !== 'string' && !isRecord(answers)) return null
  return {
    state: typeof state === 'string' ? state : null,
    answers: isRecord(answers) ? answers : {},
  }
}
