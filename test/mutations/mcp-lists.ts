import type { Mutation } from './mutated.ts'

const SRC = 'packages/trefoil/src'
const MCP = `${SRC}/surfaces/mcp`
const LISTS = ['test/attacks/mcp-lists.test.ts']
const RESOURCES = ['test/attacks/mcp-resources.test.ts', `${MCP}/resources/resources.test.ts`]
const CURSORS = [`${MCP}/lists/pages.test.ts`, 'test/attacks/mcp-lists.test.ts']
const SEARCH = ['test/attacks/mcp-search.test.ts']
const GUARDS = ['packages/trefoil/src/policy/guards/guards.test.ts', 'test/mcp/tool-meta.test.ts']

/** What a caller is shown, and what is read under a URI. */
export const MCP_LISTS: readonly Mutation[] = [
  {
    rule: 'PW-20: the list of prompts is that of its caller',
    file: `${MCP}/methods/prompts-list.ts`,
    find: 'prompts.each.filter(({ name }) => shows(name))',
    replace: 'prompts.each.filter(({ name }) => shows(name) || name)',
    tests: LISTS,
  },
  {
    rule: 'PW-20: the list of resources is that of its caller',
    file: `${MCP}/methods/resources-list.ts`,
    find: 'resources.literal.filter(({ name }) => shows(name))',
    replace: 'resources.literal.filter(({ name }) => shows(name) || name)',
    tests: RESOURCES,
  },
  {
    rule: 'PW-20: entries of a template that is hidden are listed to nobody',
    file: `${MCP}/methods/resources-list.ts`,
    find: 'resources.listing.filter(({ name }) => shows(name))',
    replace: 'resources.listing.filter(({ name }) => shows(name) || name)',
    tests: RESOURCES,
  },
  {
    rule: 'PW-20: the list of templates is that of its caller',
    file: `${MCP}/methods/resource-templates-list.ts`,
    find: 'resources.templates.filter(({ name }) => shows(name))',
    replace: 'resources.templates.filter(({ name }) => shows(name) || name)',
    tests: RESOURCES,
  },
  {
    rule: 'P-VIS-1: entries go by the guards of a read',
    file: `${MCP}/lists/listing-call.ts`,
    find: "  'identify',\n  'limits',\n",
    replace: "  'identify',\n  'guards',\n  'limits',\n",
    tests: ['test/mcp/listing-guards.test.ts'],
  },
  {
    rule: 'P-VIS-1: completions go by the guards of the call',
    file: `${MCP}/lists/listing-call.ts`,
    find: "  'identify',\n  'limits',\n",
    replace: "  'identify',\n  'guards',\n  'guards-with-input',\n  'limits',\n",
    tests: LISTS,
  },
  {
    rule: 'PW-20: a completion that is refused is told as one of what is not there',
    file: `${MCP}/methods/complete.ts`,
    find: 'return isNotThere(found) || isUndecided(found) ? missing : found',
    replace: 'return isUndecided(found) ? missing : found',
    tests: LISTS,
  },
  {
    rule: 'MCP: a completion is handed no prototype and no long text',
    file: `${MCP}/methods/complete.ts`,
    find: "argument['value'].length > LONGEST",
    replace: "argument['value'].length > Number.MAX_SAFE_INTEGER",
    tests: ['test/mcp/listing-guards.test.ts'],
  },
  {
    rule: 'P-VIS-1: a scope hides nothing',
    file: `${SRC}/policy/guards/may-pass.ts`,
    find: "  return !('deny' in decision) || (decision.scopes ?? []).length > 0",
    replace: "  return !('deny' in decision)",
    tests: [...GUARDS, ...SEARCH],
  },
  {
    rule: 'P-VIS-1: a role that is missing hides',
    file: `${SRC}/policy/guards/may-pass.ts`,
    find: "  return !('deny' in decision) || (decision.scopes ?? []).length > 0",
    replace: "  return !('deny' in decision) || decision.scopes !== null",
    tests: [...GUARDS, ...SEARCH, ...LISTS],
  },
  {
    rule: 'P-VIS-1: what fails or takes too long while a list is made is not on it',
    file: `${SRC}/engine/visibility.ts`,
    find: `        ({ kind }) => kind === 'dry-run',`,
    replace: `        ({ kind }) => kind !== 'answer',`,
    tests: ['test/mcp/listing-guards.test.ts', ...LISTS],
  },
  {
    rule: 'MCP: a cursor is of one list, one caller and one version of the app',
    file: `${MCP}/lists/pages.ts`,
    find: 'return this.cursorTo(place, list, seen) === cursor ? place : null',
    replace: 'return place',
    tests: CURSORS,
  },
  {
    rule: 'MCP-20: an entry is of its own template',
    file: `${MCP}/resources/entry-pages.ts`,
    find: ' || template.match(uri) === null) {',
    replace: ') {',
    tests: [...RESOURCES, 'test/mcp/listing-guards.test.ts'],
  },
  {
    rule: 'MCP-20: entries give no more than was asked for',
    file: `${MCP}/resources/entry-pages.ts`,
    find: 'if (page.items.length > left) {',
    replace: 'if (page.items.length > Number.MAX_SAFE_INTEGER) {',
    tests: ['test/mcp/listing-guards.test.ts'],
  },
  {
    rule: 'PW-20: what may not be read is told as what is not there',
    file: `${MCP}/methods/resources-read.ts`,
    find: "  return problem.code === 'ACCESS_DENIED' || problem.status === 404",
    replace: '  return problem.status === 404',
    tests: RESOURCES,
  },
  {
    rule: 'PW-20: what its handler does not find is told as what is not there',
    file: `${MCP}/methods/resources-read.ts`,
    find: "  return problem.code === 'ACCESS_DENIED' || problem.status === 404",
    replace: "  return problem.code === 'ACCESS_DENIED'",
    tests: RESOURCES,
  },
  {
    rule: 'PW-20: a prompt that may not be got is told as one that is not there',
    file: `${MCP}/methods/prompts-get.ts`,
    find: 'message !== null && isNotThere(problem) ? unknownPrompt(message) : problem,',
    replace: 'message === null ? unknownPrompt(message as never) : problem,',
    tests: LISTS,
  },
  {
    rule: 'MCP: a long URI is not repeated',
    file: `${MCP}/methods/resources-read.ts`,
    find: '  if (uri.length > LONGEST) return invalidParams(',
    replace: '  if (uri.length < 0) return invalidParams(',
    tests: RESOURCES,
  },
  {
    rule: 'PW-20: what lists or suggests for a public action is asked as nobody',
    file: `${MCP}/lists/listing-call.ts`,
    find: 'state.auth = plan.action.public.mcp ? null : list.auth',
    replace: 'state.auth = list.auth',
    tests: ['test/mcp/listing-guards.test.ts'],
  },
  {
    rule: 'PW-20: the list of tools, and what is found of them, is that of its caller',
    file: `${MCP}/tool-list/caller-tools.ts`,
    find: 'seen === ALL_VISIBLE && needs === null',
    replace: '(seen === ALL_VISIBLE && needs === null) || seen !== null',
    tests: ['test/mcp/listing-guards.test.ts', ...SEARCH],
  },
]
