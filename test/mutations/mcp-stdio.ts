import type { Mutation } from './mutated.ts'

const SRC = 'packages/trefoil/src'
const STDIO = `${SRC}/surfaces/mcp/stdio`
const CONNECTION = [`${STDIO}/connection-rules.test.ts`]
const LINES = [`${STDIO}/line-reader.test.ts`]

/** Messages on standard input and output. What a started program prints is held by test/attacks/mcp-stdio.test.ts. */
export const MCP_STDIO: readonly Mutation[] = [
  {
    rule: 'MCP-1: each message on a connection is identified anew',
    file: `${SRC}/engine/stages/identify.ts`,
    find: '      answer = authenticate(request)\n',
    replace: `      const kept = entry as { kept?: unknown }
      kept.kept ??= authenticate(request)
      answer = kept.kept\n`,
    tests: CONNECTION,
  },
  {
    rule: 'MCP-8: 2024-11-05 is for connections alone',
    file: `${SRC}/surfaces/mcp/methods/initialize.ts`,
    find: '(agreed !== undefined && protocolVersion === OLDEST_ON_A_CONNECTION)',
    replace: 'protocolVersion === OLDEST_ON_A_CONNECTION',
    tests: ['test/mcp/wire-faults.test.ts'],
  },
  {
    rule: 'MCP-8: a revision that nobody knows is not agreed on',
    file: `${SRC}/surfaces/mcp/methods/initialize.ts`,
    find: 'protocolVersion: isKnown ? protocolVersion : era.versions[0],',
    replace:
      'protocolVersion: isKnown || agreed !== undefined ? protocolVersion : era.versions[0],',
    tests: CONNECTION,
  },
  {
    rule: 'MCP-2: a batch on a connection is for 2025-03-26, after its handshake',
    file: `${STDIO}/stdio-connection.ts`,
    find: 'this.#agreed !== WITH_BATCHES || !Array',
    replace: '!Array',
    tests: CONNECTION,
  },
  {
    rule: 'MCP-2: a batch on a connection has fifty messages at most',
    file: `${STDIO}/stdio-connection.ts`,
    find: '    if (values.length > MOST_IN_BATCH) {',
    replace: '    if (values.length > 100_000) {',
    tests: CONNECTION,
  },
  {
    rule: 'MCP-2: a handshake on a connection is alone',
    file: `${STDIO}/stdio-connection.ts`,
    find: "const isHandshake = read.message?.method === 'initialize'",
    replace: 'const isHandshake = read.message?.method === null',
    tests: CONNECTION,
  },
  {
    rule: 'MCP: a connection calls off nothing of another',
    file: `${STDIO}/stdio-connection.ts`,
    find: '    const calls = new RunningCalls(true)\n',
    replace: `    const shared = globalThis as { shared?: RunningCalls }
    shared.shared ??= new RunningCalls(true)
    const calls = shared.shared\n`,
    tests: CONNECTION,
  },
  {
    rule: 'MCP-1: what runs at once on a connection is bounded',
    file: `${STDIO}/stdio-connection.ts`,
    find: '    if (this.#running[kind] >= MOST_AT_ONCE) return',
    replace: '    if (this.#running[kind] >= 100_000) return',
    tests: CONNECTION,
  },
  {
    rule: 'MCP-1: a line has a length, and is told of before it ends',
    file: `${STDIO}/line-reader.ts`,
    find: '    if (length > this.#most) {',
    replace: '    if (length > this.#most * 1000) {',
    tests: LINES,
  },
  {
    rule: 'MCP-1: nothing of a line that was too long is taken for another',
    file: `${STDIO}/line-reader.ts`,
    find: '    if (this.#skips) return true\n',
    replace: '',
    tests: LINES,
  },
  {
    rule: 'MCP-1: a line that was handed out is not written over',
    file: `${STDIO}/line-reader.ts`,
    find: `    const line = this.#skips ? null : this.#take()
    this.#kept = new Uint8Array(0)`,
    replace: '    const line = this.#skips ? null : this.#take()',
    tests: LINES,
  },
  {
    rule: 'CLI: logs of a program go to standard error alone',
    file: `${SRC}/record/stderr-logger.ts`,
    find: '      console.error(jsonLine([...Object.entries(own), ...free]))',
    replace: '      console.log(jsonLine([...Object.entries(own), ...free]))',
    tests: [`${SRC}/record/stderr-logger.test.ts`],
  },
]
