import type { Mutation } from './mutated.ts'

const SRC = 'packages/trefoil/src'
const MCP = `${SRC}/surfaces/mcp`
const ORIGINS = [`${SRC}/policy/mcp-origin.test.ts`, 'test/findings/fnd-31.test.ts']
const AUTHORIZATION = ['test/mcp/authorization.test.ts']
const MESSAGES = ['test/attacks/json-rpc-confusion.test.ts']
const OPTIONS = ['test/mcp/call-options.test.ts']

/** Who may call: pages, tokens, and what those are told who may not. */
export const MCP_AUTHORIZATION: readonly Mutation[] = [
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
    find: '  if (!isJsonType(type)) return',
    replace: "  if (!isJsonType(type) && type === 'x/y') return",
    tests: OPTIONS,
  },
  {
    rule: 'RFC 8707: a token for another audience is refused',
    file: `${SRC}/engine/stages/audience.ts`,
    find: "if (typeof audience === 'string') return audience === wanted",
    replace: "if (typeof audience === 'string') return audience !== ''",
    tests: AUTHORIZATION,
  },
  {
    rule: 'RFC 8707: a list of audiences without this one is refused',
    file: `${SRC}/engine/stages/audience.ts`,
    find: '[...audience].some((one) => one === wanted)',
    replace: '[...audience].length > 0',
    tests: AUTHORIZATION,
  },
  {
    rule: 'RFC 8707: an audience is compared to the letter',
    file: `${SRC}/engine/stages/audience.ts`,
    find: "if (typeof audience === 'string') return audience === wanted",
    replace: "if (typeof audience === 'string') return audience.startsWith(wanted)",
    tests: AUTHORIZATION,
  },
  {
    rule: 'RFC 8707: a bearer token without an audience is refused',
    file: `${SRC}/engine/stages/audience.ts`,
    find: "return !TOKEN.test(request.headers.get('authorization') ?? '')",
    replace: 'return true',
    tests: AUTHORIZATION,
  },
  {
    rule: 'RFC 8707: a token in a header of its own without an audience is refused',
    file: `${SRC}/engine/stages/audience.ts`,
    find: 'issuer !== undefined || isOfToken(auth)) return false',
    replace: 'issuer === wanted) return false',
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
]
