import { legacy } from '../wire/legacy.ts'
import type { AnswerMethod } from './method.ts'

/** What a client of the modern era asks first, if anything. */
export const discover: AnswerMethod = {
  kind: 'answer',
  capability: null,
  answer: ({ envelope: { era }, parts: { server } }) => {
    const fields = {
      // What the next request may name: with a handshake first where the revision has one.
      supportedVersions: [...era.versions, ...legacy.versions],
      capabilities: server.capabilities,
      ...(server.instructions === null ? {} : { instructions: server.instructions }),
    }
    return era.listed(JSON.stringify(fields).slice(1, -1), server)
  },
}
