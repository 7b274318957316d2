import type { JsonSchema } from '../../../contract/params/schema.ts'
import { claudeRefuses, geminiRefuses, openAiRefuses, type Refuses } from './host-schemas.ts'

/** What a host checks a tool's name and arguments by. */
interface Host {
  readonly name: string
  /** What it does with a list that breaks a rule. */
  readonly effect: string
  readonly tool: RegExp
  readonly fix: string
  /** Characters of server and tool name together. */
  readonly maxWithServer?: number
  readonly argument?: RegExp
  readonly maxTools?: number
  readonly refuses?: Refuses
}

/**
 * Rules that MCP does not have (2025-11-25, "Tool Names": 1 to 128 of A-Z a-z 0-9 _ - .), as the hosts'
 * own refusals say them, by 2026-11.
 */
const HOSTS: readonly Host[] = [
  {
    // iMCP#71, modelcontextprotocol#1345; arguments: twilio-labs/mcp#56, decocms/studio#6874.
    name: 'Claude',
    effect: 'refuses every request that has them',
    tool: /^[A-Za-z0-9_-]{1,64}$/,
    argument: /^[A-Za-z0-9_.-]{1,64}$/,
    refuses: claudeRefuses,
    fix: 'tools take 1 to 64 of A-Z a-z 0-9 _ -, arguments 64 characters',
  },
  {
    // openai/codex#8174, mastra#6302; length of the list: opencode#4909.
    name: 'OpenAI',
    effect: 'refuses every request that has them',
    tool: /^[A-Za-z0-9_-]{1,64}$/,
    maxTools: 128,
    refuses: openAiRefuses,
    fix: 'tools take 1 to 64 of A-Z a-z 0-9 _ -',
  },
  {
    // gemini-cli#7869, kaitranntt/ccs#25.
    name: 'Gemini',
    effect: 'refuses every request that has them',
    tool: /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/,
    refuses: geminiRefuses,
    fix: 'tools take 1 to 64 of A-Z a-z 0-9 _ . - and begin with a letter or _',
  },
  {
    // vscode#258890.
    name: 'VS Code',
    effect: 'refuses every request that has them',
    tool: /^/,
    maxTools: 128,
    fix: 'as they are',
  },
  {
    // webstudio#5960, gripmock#875; length: mcp-playwright#145.
    name: 'Cursor',
    effect: 'leaves them out',
    tool: /^[A-Za-z0-9_]+$/,
    maxWithServer: 60,
    fix: 'tools take A-Z a-z 0-9 _, with the name of the app at most 60 characters',
  },
]

/** What is looked at of a tool. */
export interface NamedTool {
  readonly name: string
  readonly arguments: readonly string[]
  /** The schema of its arguments where clients are told it word for word. */
  readonly document?: JsonSchema
}

/** One sentence for each host that will not load a tool, naming the tools and what to do. */
export function hostWarnings(server: string, tools: readonly NamedTool[]): readonly string[] {
  return HOSTS.flatMap((host) => {
    const refused = tools.flatMap((tool) => refusedBy(host, server, tool))
    const messages: string[] = []
    if (refused.length > 0) {
      messages.push(`${host.name} ${host.effect}: ${refused.join(', ')}; rename them, ${host.fix}`)
    }
    const schemas = tools.flatMap(({ name, document }) => {
      const why = document === undefined ? null : (host.refuses?.(document) ?? null)
      return why === null ? [] : [`'${name}' (${why})`]
    })
    if (schemas.length > 0) {
      messages.push(
        `${host.name} does not take the input of ${schemas.join(', ')}; write it in other words, or declare params`,
      )
    }
    if (tools.length > (host.maxTools ?? Number.POSITIVE_INFINITY)) {
      messages.push(
        `${host.name} takes ${host.maxTools} tools and refuses every request that has more; this app has ${tools.length}: see mcp.tools.mode`,
      )
    }
    return messages
  })
}

function refusedBy(host: Host, server: string, tool: NamedTool): string[] {
  const together = server.length + tool.name.length
  const isRefused = !host.tool.test(tool.name) || together > (host.maxWithServer ?? together)
  const refusedArguments = tool.arguments.filter((name) => host.argument?.test(name) === false)
  return [
    ...(isRefused ? [`'${tool.name}'`] : []),
    ...refusedArguments.map((name) => `argument '${name}' of '${tool.name}'`),
  ]
}
