import type { Mutation } from './mutated.ts'

const MCP = 'packages/trefoil/src/surfaces/mcp'
const MODERN = `${MCP}/wire/modern.ts`
const HEADERS = `${MCP}/wire/routing-headers.ts`
const MISMATCH = [
  `${MCP}/wire/routing-headers.test.ts`,
  'test/attacks/mcp-header-mismatch.test.ts',
  'test/attacks/mcp-resources.test.ts',
]
const ARGUMENTS = ['test/mcp/argument-headers.test.ts']
const FAULTS = ['test/mcp/wire-faults.test.ts', `${MCP}/read-envelope.test.ts`]
const MESSAGES = ['test/attacks/json-rpc-confusion.test.ts']

/** Headers that gateways go by, and what a message must be like. */
export const MCP_WIRE: readonly Mutation[] = [
  {
    rule: 'SEP-2575: the version header is compared before the version is judged',
    file: MODERN,
    find: `    checkMcpHeader('MCP-Protocol-Version', versionOf(message), headers, true) ??
    checkVersion(message) ??`,
    replace: `    checkVersion(message) ??
    checkMcpHeader('MCP-Protocol-Version', versionOf(message), headers, true) ??`,
    tests: FAULTS,
  },
  {
    rule: 'MCP-4: MCP-Protocol-Version says what the body says',
    file: MODERN,
    find: "    checkMcpHeader('MCP-Protocol-Version', versionOf(message), headers, true) ??\n",
    replace: '',
    tests: [...FAULTS, ...MISMATCH],
  },
  {
    rule: 'MCP-8: a version that nobody serves is refused',
    file: MODERN,
    find: '  if ((VERSIONS as readonly string[]).includes(requested)) return null\n',
    replace: '  if (requested !== "") return null\n',
    tests: FAULTS,
  },
  {
    rule: 'MCP-4: a message of the modern era says what its client can do',
    file: MODERN,
    find: '  return isRecord(meta[CAPABILITIES_KEY]) ? null : missingMeta(CAPABILITIES_KEY)',
    replace: '  return null',
    tests: FAULTS,
  },
  {
    rule: 'MCP-4: metadata taken out of a modern message does not lead to older rules',
    file: `${MCP}/read-envelope.ts`,
    find: "  return message.method === 'initialize' ? legacy : headerEra",
    replace: '  return legacy',
    tests: MISMATCH,
  },
  {
    rule: 'MCP-4: an unknown version of the legacy era is refused',
    file: `${MCP}/wire/legacy.ts`,
    find: '  if (version === undefined || (VERSIONS as readonly string[]).includes(version)) return null',
    replace: '  if (version !== null) return null',
    tests: MISMATCH,
  },
  {
    rule: 'MCP-5: Mcp-Method is compared',
    file: HEADERS,
    find: "  const method = checkMcpHeader('Mcp-Method', message.method, headers, required)",
    replace: '  const method: Problem | null = null as Problem | null',
    tests: MISMATCH,
  },
  ...(
    [
      ['tools/call', 'name'],
      ['prompts/get', 'name'],
      ['resources/read', 'uri'],
    ] as const
  ).map(([method, member]) => ({
    rule: `MCP-5: Mcp-Name is compared in ${method}`,
    file: HEADERS,
    find: `  ['${method}', '${member}'],\n`,
    replace: '',
    tests: MISMATCH,
  })),
  {
    rule: 'MCP-5: what the modern era needs in headers may not be missing',
    file: MODERN,
    find: '    checkRoutingHeaders(message, headers, true) ??',
    replace: '    checkRoutingHeaders(message, headers, false) ??',
    tests: MISMATCH,
  },
  {
    rule: 'MCP-5: what a legacy client sends in headers is true',
    file: `${MCP}/wire/legacy.ts`,
    find: 'checkRoutingHeaders(message, headers, false)',
    replace: 'null',
    tests: MISMATCH,
  },
  {
    rule: 'MCP-5: a header in two lines is refused',
    file: HEADERS,
    find: '  if (isRepeated(headers, name)) return',
    replace: '  if (isRepeated(headers, "none")) return',
    tests: [...MISMATCH, ...ARGUMENTS],
  },
  {
    rule: 'SEP-2243: a header in base64 is decoded before it is compared',
    file: HEADERS,
    find: '  if (base64 === undefined) return value\n',
    replace: '  if (base64 === undefined || base64 !== "") return value\n',
    tests: [...MISMATCH, ...ARGUMENTS],
  },
  {
    rule: 'SEP-2243: base64 that is broken says nothing',
    file: HEADERS,
    find: '  if (base64.length % 4 !== 0 || !BASE64.test(base64)) return null\n',
    replace: '',
    tests: [...MISMATCH, ...ARGUMENTS],
  },
  {
    rule: 'SEP-2243: base64 of what is no UTF-8 says nothing',
    file: HEADERS,
    find: "new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })",
    replace: "new TextDecoder('utf-8', { ignoreBOM: true })",
    tests: [...MISMATCH, ...ARGUMENTS],
  },
  {
    rule: 'SEP-2243: a byte order mark in base64 is part of the name',
    file: HEADERS,
    find: '{ fatal: true, ignoreBOM: true }',
    replace: '{ fatal: true }',
    tests: ['test/attacks/mcp-header-spellings.test.ts'],
  },
  {
    rule: 'SEP-2243: Mcp-Param-* is compared with the argument',
    file: HEADERS,
    find: '    if (problem !== null) return problem\n  }\n  return null',
    replace: '  }\n  return null',
    tests: ARGUMENTS,
  },
  {
    rule: 'SEP-2243: Mcp-Param-* of an argument that was not sent is refused',
    file: HEADERS,
    find: 'if (value === null && firstHeader(headers, header.toLowerCase()) !== undefined) {',
    replace: "if (value === null && firstHeader(headers, 'none') !== undefined) {",
    tests: ARGUMENTS,
  },
  {
    rule: 'SEP-2243: Mcp-Param-* may not be missing in the modern era',
    file: `${MCP}/message-verbs.ts`,
    find: 'checkArgumentHeaders(repeated, call.args, headers, era.namesHeaders)',
    replace: 'checkArgumentHeaders(repeated, call.args, headers, false)',
    tests: ARGUMENTS,
  },
  {
    rule: 'SEP-2243: x-mcp-header written by hand stops the start',
    file: 'packages/trefoil/src/app/compile/documents/agent-schemas.ts',
    find: '      refuseProtocolKeywords(one)\n',
    replace: '',
    tests: ARGUMENTS,
  },
  {
    rule: 'MCP: x-mcp-header in a whole input schema stops the start',
    file: 'packages/trefoil/src/app/compile/documents/whole-input.ts',
    find: "      if ('x-mcp-header' in schema) throw",
    replace: "      if ('x-mcp-header' in references) throw",
    tests: ['test/mcp/whole-input.test.ts'],
  },
  {
    rule: 'FND-43: a reference out of a whole input schema stops the start',
    file: 'packages/trefoil/src/app/compile/documents/whole-input.ts',
    find: '      const target = references.targetOf(schema)',
    replace: '      const target = undefined as unknown',
    tests: ['test/mcp/whole-input.test.ts'],
  },
  {
    rule: 'MCP-5: a message is of JSON-RPC 2.0',
    file: `${MCP}/message.ts`,
    find: "  if (jsonrpc !== '2.0' || typeof",
    replace: '  if (typeof',
    tests: MESSAGES,
  },
  {
    rule: 'MCP-5: params are an object',
    file: `${MCP}/message.ts`,
    find: ' || !isRecord(params)) {\n    return { ok: false, id: valid }\n  }',
    replace: ') {\n    return { ok: false, id: valid }\n  }',
    tests: ['test/mcp/envelope-bounds.test.ts'],
  },
  {
    rule: 'MCP-5: an id that is none makes no notification of a call',
    file: `${MCP}/message.ts`,
    find: "  if ('id' in value && valid === null) return { ok: false, id: null }\n",
    replace: '',
    tests: MESSAGES,
  },
  {
    rule: 'MCP-5: an id is text or a whole number that every client counts to',
    file: `${MCP}/message.ts`,
    find: "(typeof id === 'number' && Number.isSafeInteger(id))",
    replace: "typeof id === 'number'",
    tests: MESSAGES,
  },
  {
    rule: 'MCP-6: a call without an id runs nothing',
    file: `${MCP}/message-verbs.ts`,
    find: 'if (message === null || problem !== null || id === null) return listing',
    replace: 'if (message === null || problem !== null) return listing',
    tests: MESSAGES,
  },
  {
    rule: 'MCP-5: a message that was refused runs nothing',
    file: `${MCP}/message-verbs.ts`,
    find: 'if (message === null || problem !== null || id === null) return listing',
    replace: 'if (message === null || id === null) return listing',
    tests: [...MESSAGES, ...MISMATCH],
  },
  {
    rule: 'ABIND-12: a message is no deeper than the arguments may be',
    file: `${MCP}/mcp-surface.ts`,
    find: 'deeper(options.jsonLimits, LEVELS_AROUND)',
    replace: 'deeper(options.jsonLimits, 100_000)',
    tests: ['test/mcp/envelope-bounds.test.ts'],
  },
  {
    rule: 'MCP-5: a message is no larger than a body may be',
    file: `${MCP}/mcp-verbs.ts`,
    find: '        parts.maxBodySize,\n',
    replace: '        Number.MAX_SAFE_INTEGER,\n',
    tests: ['test/mcp/envelope-bounds.test.ts'],
  },
  {
    rule: 'HTTP-7: a name that stands twice in a message is refused',
    file: 'packages/trefoil/src/base/json/strict-json.ts',
    find: '  if (hasMoreMembers(text, walk.members)) {',
    replace: '  if (hasMoreMembers(text, Number.MAX_SAFE_INTEGER)) {',
    tests: [...MESSAGES, 'packages/trefoil/src/base/json/strict-json.test.ts'],
  },
  {
    rule: 'HTTP-6: an object of a message has no more members than one may have',
    file: 'packages/trefoil/src/base/json/strict-json.ts',
    find: 'new Walk(maxDepth, maxMembers, mayHoldHalves(text))',
    replace: 'new Walk(maxDepth, Number.MAX_SAFE_INTEGER, mayHoldHalves(text))',
    tests: ['test/mcp/envelope-bounds.test.ts'],
  },
]
