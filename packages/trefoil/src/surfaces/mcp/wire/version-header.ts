import { withoutSpace } from '../../../web/optional-space.ts'
import { firstHeader, type RawHeaders } from '../../../web/raw-headers.ts'

/** What `MCP-Protocol-Version` says; of two lines the edge has refused the request. */
export function versionHeader(headers: RawHeaders): string | undefined {
  const text = firstHeader(headers, 'mcp-protocol-version')
  return text === undefined ? undefined : withoutSpace(text)
}
