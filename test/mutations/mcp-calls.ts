import type { Mutation } from './mutated.ts'

const SRC = 'packages/trefoil/src'
const MCP = `${SRC}/surfaces/mcp`
const ORIGINS = [`${SRC}/policy/mcp-origin.test.ts`, 'test/findings/fnd-31.test.ts']
const BATCHES = ['test/mcp/batches.test.ts']
const CANCELLED = ['test/mcp/cancelled.test.ts']
const AUTHORIZATION = ['test/mcp/authorization.test.ts']
const CONTENT = ['test/mcp/content.test.ts']
const MESSAGES = ['test/attacks/json-rpc-confusion.test.ts']
const OPTIONS = ['test/mcp/call-options.test.ts']

/** Who may call, what of a call is kept apart, and what is answered. */
export const MCP_CALLS: readonly Mutation[] = [
  {
    rule: 'MCP-3: a page of another origin is refused',
    file: `${SRC}/policy/mcp-origin.ts`,
    find: "isOurTwin ? refuse('invalid_origin', OTHER_SCHEME) : refuse('invalid_origin')",
    replace: "isOurTwin ? refuse('invalid_origin', OTHER_SCHEME) : undefined",
    tests: ORIGINS,
  },
  {
    rule: 'FND-31: where every host is accepted no page counts as its own',
    file: `${SRC}/policy/mcp-origin.ts`,
    find: "  if (host === null) return refuse('invalid_origin', { fix: NAME_HOSTS })\n",
    replace: '  if (host === null) return undefined\n',
    tests: ORIGINS,
  },
  {
    rule: 'FND-31: a page of the same host over another scheme is another origin',
    file: `${SRC}/policy/mcp-origin.ts`,
    find: '  return isOurTwin ? refuse',
    replace: '  return isOurTwin ? undefined : host === "" ? refuse',
    tests: ORIGINS,
  },
  {
    rule: 'MCP-3: the origin is asked for on /mcp',
    file: `${MCP}/mcp-surface.ts`,
    find: 'decideMcpOrigin(origin, { scheme, host, allowed })',
    replace: "decideMcpOrigin(origin, { scheme, host, allowed: new Set(allowed).add('*') })",
    tests: ORIGINS,
  },
  {
    rule: 'MCP-3: a form or a text of a page runs nothing',
    file: `${SRC}/surfaces/agent/read-body.ts`,
    find: "  if (type?.essence !== 'application/json') return",
    replace: "  if (type?.essence === 'x/y') return",
    tests: OPTIONS,
  },
  {
    rule: 'MCP-2: a batch is for 2025-03-26 alone',
    file: `${MCP}/batch.ts`,
    find: '  return version === REVISION\n',
    replace: '  return version !== ""\n',
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
    rule: 'MCP: strangers call off nothing',
    file: `${MCP}/running-calls.ts`,
    find: `    if (auth === null) return
`,
    replace: '',
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
    rule: 'RFC 8707: a token for another audience is refused',
    file: `${SRC}/engine/stages/identify.ts`,
    find: "typeof audience === 'string' ? audience === wanted : audience.includes(wanted)",
    replace: "typeof audience === 'string' ? audience !== '' : audience.includes(wanted)",
    tests: AUTHORIZATION,
  },
  {
    rule: 'RFC 8707: a list of audiences without this one is refused',
    file: `${SRC}/engine/stages/identify.ts`,
    find: "typeof audience === 'string' ? audience === wanted : audience.includes(wanted)",
    replace: "typeof audience === 'string' ? audience === wanted : audience.length > 0",
    tests: AUTHORIZATION,
  },
  {
    rule: 'RFC 8707: an audience is compared to the letter',
    file: `${SRC}/engine/stages/identify.ts`,
    find: "typeof audience === 'string' ? audience === wanted : audience.includes(wanted)",
    replace: "typeof audience === 'string' ? audience.startsWith(wanted) : audience.includes(wanted)",
    tests: AUTHORIZATION,
  },
  {
    rule: 'RFC 8707: a bearer token without an audience is refused',
    file: `${SRC}/engine/stages/identify.ts`,
    find: "issuer === undefined && !TOKEN.test(request.headers.get('authorization') ?? '')",
    replace: 'issuer === undefined',
    tests: AUTHORIZATION,
  },
  {
    rule: 'RFC 8707: a token in a header of its own without an audience is refused',
    file: `${SRC}/engine/stages/identify.ts`,
    find: "issuer === undefined && !TOKEN.test(request.headers.get('authorization') ?? '')",
    replace: "!TOKEN.test(request.headers.get('authorization') ?? '')",
    tests: AUTHORIZATION,
  },
  {
    rule: 'RFC 8707: a DPoP token without an audience is refused',
    file: `${SRC}/engine/stages/identify.ts`,
    find: 'const TOKEN = /^\\s*(?:bearer|dpop)(?:\\s|$)/i',
    replace: 'const TOKEN = /^\\s*(?:bearer)(?:\\s|$)/i',
    tests: AUTHORIZATION,
  },
  {
    rule: 'FND-45: where tokens come from is what the developer wrote, and no Host',
    file: `${MCP}/authorization/resource-metadata.ts`,
    find: '    encode: () => ({ ...reply, headers: reply.headers.slice() }),',
    replace: `    encode: ({ host }) => ({
      ...reply,
      body: String(reply.body).replace(/https?:..[^/"]+/, \`http://\${host}\`),
    }),`,
    tests: AUTHORIZATION,
  },
  {
    rule: 'RFC 9728: a 401 says where tokens come from',
    file: `${MCP}/authorization/resource-metadata.ts`,
    find: '  if (reply.status !== 401 && reply.status !== 403) return reply\n',
    replace: '  if (reply.status !== 403) return reply\n',
    tests: AUTHORIZATION,
  },
  {
    rule: 'RFC 9728: a 403 says where tokens come from',
    file: `${MCP}/authorization/resource-metadata.ts`,
    find: '  if (reply.status !== 401 && reply.status !== 403) return reply\n',
    replace: '  if (reply.status !== 401) return reply\n',
    tests: AUTHORIZATION,
  },
  {
    rule: 'RFC 9728: who sent no token is told which scopes to begin with',
    file: `${MCP}/authorization/resource-metadata.ts`,
    find: '  const isFirst = scopes.length > 0 &&',
    replace: '  const isFirst = scopes.length > 99 &&',
    tests: AUTHORIZATION,
  },
  {
    rule: 'RFC 6750: who sent no credential is given no code of an error',
    file: `${MCP}/problem-reply.ts`,
    find: "  return wasSent ? 'invalid_token' : null",
    replace: "  return wasSent ? 'invalid_token' : 'unauthorized'",
    tests: ['test/mcp/wire-faults.test.ts', ...AUTHORIZATION],
  },
  {
    rule: 'AUTH-8: a stranger is told the same for every message',
    file: `${SRC}/surfaces/agent/discovery-plan.ts`,
    find: '  const opened = isPublic ? {',
    replace: '  const opened = isPublic || surface ? {',
    tests: MESSAGES,
  },
  {
    rule: 'APPR-3: the token of an approval in _meta is asked about',
    file: `${MCP}/message-call.ts`,
    find: "  return token === null && !dryRun ? NO_AGENT_OPTIONS : { approvalToken: token, dryRun }",
    replace: '  return token === null && !dryRun ? NO_AGENT_OPTIONS : { approvalToken: null, dryRun }',
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
    find: 'content.kind === \'bytes\' ? content.base64 : content.text, left)',
    replace: "content.kind === 'bytes' ? content.base64 : content.text, Number.MAX_SAFE_INTEGER)",
    tests: OPTIONS,
  },
  {
    rule: 'FND-36: of a stranger no tool has failed: no text of ours is for its model',
    file: `${MCP}/message-verbs.ts`,
    find: '(arrival.state?.isUnidentified === true && !hasBegun)',
    replace: '(arrival.state === null && !hasBegun)',
    tests: [...MESSAGES, ...OPTIONS],
  },
  {
    rule: 'SEC: an error that nobody meant to show is masked',
    file: `${SRC}/engine/ending/settle.ts`,
    find: "isConflict(error) ? refuse('transaction_conflict') : masked(state, error)",
    replace: "isConflict(error) ? refuse('transaction_conflict') : refuse('INTERNAL_ERROR', { detail: String(error) })",
    tests: [...OPTIONS, `${SRC}/engine/ending/settle.test.ts`],
  },
]
