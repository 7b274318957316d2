// W3l and W3h: `tools/list` of tools that each have a guard, in revision 2026-07-28. The caller may call all of them,
// or every second one.
import { all, expectStatus, sameJson } from './expect.mjs'
import { listedTools } from './listed-tools.mjs'
import { authorized, BAD_TOKENS } from './order-workloads.mjs'
import { mintToken } from './token.mjs'
import { MODERN, toolMessage } from './tool-message.mjs'
import { rpcMessage } from './tool-workloads.mjs'

const clerk = mintToken({ roles: ['clerk'] })
const stranger = mintToken({ roles: ['guest'] })

export const w3l = lists('w3l', 'all of them seen')
export const w3h = lists('w3h', 'half of them seen')

/** @param {string} name @param {string} title @returns {import('./workloads.mjs').Workload} */
function lists(name, title) {
  /** @param {Record<string, string>} headers */
  const request = (headers) => toolMessage(MODERN, 'tools/list', {}, headers)
  /** @param {readonly string[]} roles @returns {import('./workloads.mjs').Verdict} */
  const sees = (roles) => (answer, peer) => {
    const expected = listedTools(name, peer.tools ?? 1)
      .filter(({ role }) => roles.includes(role))
      .map(({ tool }) => tool)
    return sameJson(rpcMessage(answer)?.result?.tools, expected)
  }
  return {
    name,
    title: `MCP tools/list with guards, ${title}`,
    parts: [
      { name: 'list', request: request(authorized(clerk)), status: 200, wrong: sees(['clerk']) },
    ],
    order: [0],
    probes: [
      ...Object.entries(BAD_TOKENS).map(([kind, headers]) => ({
        name: kind,
        request: request(headers),
        wrong: expectStatus(401),
      })),
      {
        name: 'who may call nothing',
        request: request(authorized(stranger)),
        wrong: all(expectStatus(200), sees([])),
      },
    ],
  }
}
