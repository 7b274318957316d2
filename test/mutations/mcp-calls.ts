import type { Mutation } from './mutated.ts'

const SRC = 'packages/trefoil/src'
const MCP = `${SRC}/surfaces/mcp`
const BATCHES = ['test/mcp/batches.test.ts']
const CANCELLED = ['test/mcp/cancelled.test.ts']
const CONTENT = ['test/mcp/content.test.ts']
const MESSAGES = ['test/attacks/json-rpc-confusion.test.ts']
const OPTIONS = ['test/mcp/call-options.test.ts']

/** What of a call is kept apart, what a message says beside it, and what is answered. */
export const MCP_CALLS: readonly Mutation[] = [
  {
    rule: 'MCP-2: a batch is for 2025-03-26 alone',
    file: `${MCP}/batch.ts`,
    find: '  return (versionHeader(headers) ?? REVISION) === REVISION\n',
    replace: '  return (versionHeader(headers) ?? REVISION) !== ""\n',
    tests: [...BATCHES, ...MESSAGES],
  },
  {
    rule: 'MCP-2: a batch has fifty messages at most',
    file: `${MCP}/batch.ts`,
    find: '  if (value.length > MOST) {',
    replace: '  if (value.length > 100_000) {',
    tests: BATCHES,
  },
  {
    rule: 'MCP-2: an empty batch is none',
    file: `${MCP}/batch.ts`,
    find: '  if (!Array.isArray(value) || value.length === 0) return',
    replace: '  if (!Array.isArray(value)) return',
    tests: [...BATCHES, ...MESSAGES],
  },
  {
    rule: 'MCP-2: a modern message in a batch is held to its own rules',
    file: `${MCP}/batch.ts`,
    find: '    const envelope = readValue(one, headers)\n',
    replace: '    const envelope = { ...readValue(one, headers), problem: null }\n',
    tests: BATCHES,
  },
  {
    rule: 'MCP-2: a handshake has a request to itself',
    file: `${MCP}/batch.ts`,
    find: "isRecord(one) && one['method'] === 'initialize'",
    replace: "isRecord(one) && one['method'] === 'none'",
    tests: BATCHES,
  },
  {
    rule: 'MCP-2: a batch is one level deeper than a message, and no more',
    file: `${MCP}/batch.ts`,
    find: 'deeper(limits, 1)',
    replace: 'deeper(limits, 1000)',
    tests: BATCHES,
  },
  {
    rule: 'MCP-14: what the answers of a batch come to is bounded',
    file: `${MCP}/batch.ts`,
    find: 'length > most ? {',
    replace: 'length > Number.MAX_SAFE_INTEGER ? {',
    tests: BATCHES,
  },
  {
    rule: 'MCP-2: the messages of a batch run one after the other',
    file: `${MCP}/batch.ts`,
    find: '    const reply = await run(further.request, envelope)\n',
    replace: `    for (const other of envelopes) if (other !== read) void run(request.further().request, other)
    const reply = await run(further.request, envelope)\n`,
    tests: BATCHES,
  },
  {
    rule: 'MCP: nobody calls off what another does',
    file: `${MCP}/running-calls.ts`,
    find: 'const isOfCaller = callerKey(state.auth, client.address) === caller',
    replace: 'const isOfCaller = caller !== ""',
    tests: CANCELLED,
  },
  {
    rule: 'MCP: of two clients of one caller the one that asked is called off',
    file: `${MCP}/running-calls.ts`,
    find: 'if (isOfCaller && isOfClient) found.push(call)',
    replace: 'if (isOfCaller || (isOfCaller && isOfClient)) found.push(call)',
    tests: CANCELLED,
  },
  {
    rule: 'MCP: where nothing tells two apart none is called off',
    file: `${MCP}/running-calls.ts`,
    find: '    if (found.length === 1) call?.callOff()',
    replace: '    call?.callOff()',
    tests: CANCELLED,
  },
  {
    rule: 'MCP: a call is called off by its id, and the type of it',
    file: `${MCP}/running-calls.ts`,
    find: `    for (const call of this.#byId.get(id) ?? []) {
      const`,
    replace: `    for (const call of this.#byId.get(id) ?? this.#byId.get(Number(id)) ?? this.#byId.get(String(id)) ?? []) {
      const`,
    tests: CANCELLED,
  },
  {
    rule: 'APPR-3: the token of an approval in _meta is asked about',
    file: `${MCP}/message-call.ts`,
    find: '  return token === null && !dryRun ? NO_AGENT_OPTIONS : { approvalToken: token, dryRun }',
    replace:
      '  return token === null && !dryRun ? NO_AGENT_OPTIONS : { approvalToken: null, dryRun }',
    tests: [...OPTIONS, 'test/mcp/whole-input.test.ts'],
  },
  {
    rule: 'RPC-7: a dry run in either spelling runs nothing',
    file: `${MCP}/message-call.ts`,
    find: '  const dryRun = own || other',
    replace: '  const dryRun = own && other',
    tests: OPTIONS,
  },
  {
    rule: 'RPC-7: a dry run that is no yes or no is refused',
    file: `${MCP}/message-call.ts`,
    find: "  if (typeof own !== 'boolean' || typeof other !== 'boolean') {",
    replace: '  if (own === 7) {',
    tests: [...OPTIONS, ...MESSAGES],
  },
  {
    rule: 'MCP-11: a token of an approval is text',
    file: `${MCP}/message-call.ts`,
    find: "(typeof token !== 'string' || token.trim() === '')",
    replace: "token === ''",
    tests: [...OPTIONS, ...MESSAGES],
  },
  {
    rule: 'W-31c: a token of progress has a length',
    file: `${MCP}/message-call.ts`,
    find: 'token.length <= LONGEST_TOKEN',
    replace: 'token !== null',
    tests: ['test/mcp/progress.test.ts'],
  },
  {
    rule: 'MCP-14: the answer of a tool is no larger than one may be',
    file: `${MCP}/tool-reply.ts`,
    find: '!fits(size, parts.maxResponseSize)',
    replace: '!fits(size, Number.MAX_SAFE_INTEGER)',
    tests: OPTIONS,
  },
  {
    rule: 'MCP-14: blocks and value together are no larger than an answer may be',
    file: `${MCP}/tool-reply.ts`,
    find: 'joinBlocks(blocks, shown, revision, parts.maxResponseSize)',
    replace: 'joinBlocks(blocks, shown, revision, Number.MAX_SAFE_INTEGER)',
    tests: CONTENT,
  },
  {
    rule: 'MCP-14: a resource is no larger than an answer may be',
    file: `${MCP}/resources/resource-reply.ts`,
    find: 'six times as much.\n    if (left < 0) return',
    replace: 'six times as much.\n    if (left < -100_000) return',
    tests: OPTIONS,
  },
  {
    rule: 'MCP-14: what is embedded beside a resource counts as well',
    file: `${MCP}/resources/resource-reply.ts`,
    find: `    const text = embedded(block, state.site.action.name)
    left -= byteLength(text)`,
    replace: '    const text = embedded(block, state.site.action.name)',
    tests: OPTIONS,
  },
  {
    rule: 'SEC: an error that nobody meant to show is masked',
    file: `${SRC}/engine/ending/settle.ts`,
    find: "isConflict(error) ? refuse('transaction_conflict') : masked(state, error)",
    replace:
      "isConflict(error) ? refuse('transaction_conflict') : refuse('INTERNAL_ERROR', { detail: String(error) })",
    tests: [...OPTIONS, `${SRC}/engine/ending/settle.test.ts`],
  },
]
