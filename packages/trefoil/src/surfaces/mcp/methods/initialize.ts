import { isRecord } from '../../../base/plain/is-record.ts'
import { refuse } from '../../../contract/problems/problem.ts'
import type { AnswerMethod } from './method.ts'

/** The handshake of the legacy era (MCP-8). */
export const initialize: AnswerMethod = {
  kind: 'answer',
  capability: null,
  answer: ({ message, envelope: { era, agreed }, parts: { server } }) => {
    const { protocolVersion, capabilities, clientInfo } = message.params
    if (
      typeof protocolVersion !== 'string' ||
      !isRecord(capabilities) ||
      !isClientInfo(clientInfo)
    ) {
      return refuse('mcp_invalid_params', {
        detail: 'initialize needs protocolVersion, capabilities and clientInfo { name, version }',
      })
    }
    // A connection has had the revision before those that came with HTTP as it is today.
    const isKnown =
      era.versions.includes(protocolVersion) ||
      (agreed !== undefined && protocolVersion === OLDEST_ON_A_CONNECTION)
    return JSON.stringify({
      protocolVersion: isKnown ? protocolVersion : era.versions[0],
      capabilities: server.capabilities,
      serverInfo: server.serverInfo,
      ...(server.instructions === null ? {} : { instructions: server.instructions }),
    })
  },
}

/** Its transport over HTTP was another one; on standard input and output there is no difference. */
const OLDEST_ON_A_CONNECTION = '2024-11-05'

function isClientInfo(value: unknown): boolean {
  return (
    isRecord(value) && typeof value['name'] === 'string' && typeof value['version'] === 'string'
  )
}
