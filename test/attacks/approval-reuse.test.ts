// Who attacks: an agent that holds a token, or wants to do without one. What they would win: an
// action that nobody approved.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CALL_PATH } from '../../packages/trefoil/src/contract/protocol/paths.ts'
import { argumentsHash } from '../../packages/trefoil/src/index.ts'
import { approvalFor } from '../parity/fixture-app.ts'
import { type Attacked, actionCall, attacked, post, toolCall } from './attacked-app.ts'

let target: Attacked
beforeAll(async () => {
  target = await attacked()
})
afterAll(() => target.server.close())

const ARGS = '{"order_id":"ord_1","amount":10}'
const BOUND = { order_id: 'ord_1', amount: 10, reason: 'none', lines: [] }
const token = (action: string) => approvalFor(argumentsHash(action, BOUND))

async function mcp(action: string, args: string, more = ''): Promise<string> {
  return (await post(`${target.url}/mcp`, toolCall(action, args, more))).text
}

it('APPR-4 a token of one action is none for another with the same arguments', async () => {
  const more = `,"approval_token":"${token('refund')}"`
  const other = await post(target.url + CALL_PATH, actionCall('refund_again', ARGS, more))
  expect(other.status).toBe(403)
  const meta = `,"_meta":{"approvalToken":"${token('refund_again')}"}`
  expect(await mcp('refund', ARGS, meta)).toContain('approval_denied')
  expect(target.seen.args).toEqual([])
  const own = await post(target.url + CALL_PATH, actionCall('refund', ARGS, more))
  expect(own.status).toBe(200)
  target.seen.args.length = 0
})

it('APPR-2 a token anywhere but in its place is no token', async () => {
  const good = token('refund')
  const meta = `{"approvalToken":"${good}"}`
  const inArgs = (member: string) => `${ARGS.slice(0, -1)},${member}}`
  for (const args of [
    inArgs(`"_meta":${meta}`),
    inArgs(`"approvalToken":"${good}"`),
    inArgs(`"approval_token":"${good}"`),
  ]) {
    expect(await mcp('refund', args)).toContain('Unknown action argument')
  }
  for (const more of [
    `,"approvalToken":"${good}"`,
    `,"approval_token":"${good}"`,
    `,"meta":${meta}`,
    `,"_meta":{"_meta":${meta}}`,
    `,"_meta":{"io.modelcontextprotocol/approvalToken":"${good}"}`,
    `,"_meta":{"approvaltoken":"${good}"}`,
  ]) {
    expect(await mcp('refund', ARGS, more), more).toContain('approval_required')
  }
  expect(target.seen.args).toEqual([])
})

it('APPR-2 an approval header of HTTP is not believed on agent surfaces', async () => {
  const headers = { 'approval-token': token('refund') }
  const cli = await post(target.url + CALL_PATH, actionCall('refund', ARGS), headers)
  expect(cli.status).toBe(409)
  const tool = await post(`${target.url}/mcp`, toolCall('refund', ARGS), headers)
  expect(tool.text).toContain('approval_required')
})

it('MCP-11 tokens that are none are refused, not taken for "no token"', async () => {
  for (const text of ['""', '"  "', '1', 'true', '["a"]', '{"a":1}', 'null']) {
    expect(await mcp('refund', ARGS, `,"_meta":{"approvalToken":${text}}`), text).toMatch(
      /Invalid approval token|approval_required/,
    )
    const more = `,"approval_token":${text}`
    const cli = await post(target.url + CALL_PATH, actionCall('refund', ARGS, more))
    expect([400, 409], text).toContain(cli.status)
  }
  expect(target.seen.args).toEqual([])
})

it('RPC-7 a dry run approves nothing, runs nothing, and says nothing of the token', async () => {
  const [hooks, opens] = [target.seen.approvals.length, target.seen.opens]
  const more = `,"dry_run":true,"approval_token":"${token('refund')}"`
  const { text, json } = await post(target.url + CALL_PATH, actionCall('refund', ARGS, more))
  expect(json).toMatchObject({ dry_run: true, approval_token_provided: true })
  expect(text).not.toContain('approved sha256')
  expect(target.seen.approvals.length).toBe(hooks)
  expect(target.seen.opens).toBe(opens)
  expect(target.seen.args).toEqual([])
})

it('RPC-4 a dry run that is not true or false is refused, not taken for either', async () => {
  for (const text of ['"true"', '1', 'null', '"false"']) {
    const more = `,"dry_run":${text}`
    const cli = await post(target.url + CALL_PATH, actionCall('who', '{}', more))
    expect(cli.status, text).toBe(400)
    expect(await mcp('who', '{}', `,"_meta":{"dryRun":${text}}`), text).toContain('dryRun')
  }
  expect(target.seen.args).toEqual([])
})
