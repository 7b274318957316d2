import type { Mutation } from './mutated.ts'

const SRC = 'packages/trefoil/src'
const MCP = `${SRC}/surfaces/mcp`
const RESOURCES = ['test/attacks/mcp-resources.test.ts', `${MCP}/resources/resources.test.ts`]
const SEARCH = ['test/attacks/mcp-search.test.ts']
const TEMPLATES = ['packages/trefoil/src/web/uri-template.test.ts']

/** How URIs are read, and tools that are searched for. */
export const MCP_NAMES: readonly Mutation[] = [
  {
    rule: 'MCP: a variable of a URI is decoded once',
    file: `${SRC}/web/uri-template-reading.ts`,
    find: '    values[name] = decodeURIComponent(text)',
    replace: '    values[name] = decodeURIComponent(decodeURIComponent(text))',
    tests: [...TEMPLATES, ...RESOURCES],
  },
  {
    rule: 'MCP: a variable holds no slash that is not encoded',
    file: `${SRC}/web/uri-template-reading.ts`,
    find: "const SEGMENT = /^[A-Za-z0-9._~!$&'()*+,;=:@%-]*$/",
    replace: "const SEGMENT = /^[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$/",
    tests: [...TEMPLATES, ...RESOURCES],
  },
  {
    rule: 'MCP: a variable that stands twice in a URI is refused',
    file: `${SRC}/web/uri-template-reading.ts`,
    find: ' || Object.hasOwn(values, name)) return false',
    replace: ') return false',
    tests: TEMPLATES,
  },
  {
    rule: 'MCP: an empty id is none',
    file: `${SRC}/web/uri-template-reading.ts`,
    find: "    if (piece === '' && operator.first === '') return false\n",
    replace: '',
    tests: [...TEMPLATES, ...RESOURCES],
  },
  {
    rule: 'MCP: variables have no prototype',
    file: `${SRC}/web/uri-template.ts`,
    find: '  const values: Record<string, string> = Object.create(null)',
    replace: '  const values: Record<string, string> = {}',
    tests: TEMPLATES,
  },
  {
    rule: 'MCP: a template that could be read in two ways stops the start',
    file: `${SRC}/web/uri-template-parts.ts`,
    find: '      checkBorder(parts.at(-1), expression, piece)\n',
    replace: '',
    tests: TEMPLATES,
  },
  {
    rule: 'PW-40: call_action calls no call_action',
    file: `${MCP}/tool-search/inner-call.ts`,
    find: "  return { ...message, params: { ...message.params, name: asked['name'], arguments: args } }",
    replace: `  const one = { ...message, params: { ...message.params, name: asked['name'], arguments: args } }
  return innerCall(one) ?? one`,
    tests: SEARCH,
  },
  {
    rule: 'APPR-4: a token or a dry run beside the name of the action runs nothing',
    file: `${MCP}/tool-search/inner-call.ts`,
    find: '  if (Object.keys(asked).some((member) => !MEMBERS.has(member))) return null\n',
    replace: '',
    tests: SEARCH,
  },
  {
    rule: 'SEP-2243: call_action passes no argument that a gateway compares',
    file: `${MCP}/methods/tools-call.ts`,
    find: 'inner !== null && target !== null && target.headers !== null ? null : target',
    replace: 'target',
    tests: SEARCH,
  },
  {
    rule: 'PW-40: a call through call_action has the name of its action in the record',
    file: `${MCP}/message-verbs.ts`,
    find: '  arrival.action = plan.facts.name\n',
    replace: '',
    tests: [...SEARCH, 'test/mcp/batches.test.ts'],
  },
  {
    rule: 'MCP: a name of the three cannot be taken',
    file: `${MCP}/mcp-surface.ts`,
    find: '  if (options.searches) refuseSearchNames(tools)\n',
    replace: '',
    tests: SEARCH,
  },
]
