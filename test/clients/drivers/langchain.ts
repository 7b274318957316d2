import { type Connection, MultiServerMCPClient } from '@langchain/mcp-adapters'
import { z } from 'zod'
import { type Answer, type Door, headersOf, type Open, programEnv } from './driver.ts'
import { toMessage } from './results.ts'

const Message = z.object({
  content: z.union([z.string(), z.array(z.object({ text: z.string() }))]),
  artifact: z.unknown(),
})
const Artifacts = z.array(z.object({ type: z.string(), data: z.unknown().optional() }))
const Both = z.object({ text: z.string(), structuredContent: z.unknown() })
const FAILED = ' returned an error: '

/** `@langchain/mcp-adapters`: tools as a LangChain agent calls them. */
export const openLangChain: Open = async (door) => {
  let onProgress: ((done: number) => void) | undefined
  const client = new MultiServerMCPClient({
    mcpServers: { shop: connectionTo(door) },
    onProgress: ({ progress }) => onProgress?.(progress),
  })
  const tools = await client.getTools().catch(async (error: unknown) => {
    await client.close()
    throw error
  })
  const own = async () => {
    const found = await client.getClient('shop')
    if (found === undefined) throw new Error('not connected')
    return found
  }
  return {
    revision: null,
    tools: async () => tools.map(({ name }) => name),
    call: async (name, args, options = {}) => {
      const tool = tools.find((each) => each.name === name)
      if (tool === undefined) throw new Error(`no tool ${name}`)
      onProgress = options.onProgress
      const { signal } = options
      // As a model's call, so that the artifact comes with it.
      const call = { type: 'tool_call', id: '1', name, args } as const
      // There is no place for `_meta`; the nearest is the metadata of a run.
      const metadata = options.approval === undefined ? {} : { approval_token: options.approval }
      const config = { metadata, ...(signal === undefined ? {} : { signal }) }
      try {
        return fromMessage(await tool.invoke(call, config))
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error)
        const at = text.indexOf(FAILED)
        if (at < 0) throw error
        return { isError: true, text: text.slice(at + FAILED.length), structured: undefined }
      }
    },
    resources: async () => ((await client.listResources())['shop'] ?? []).map(({ uri }) => uri),
    templates: async () =>
      ((await client.listResourceTemplates())['shop'] ?? []).map(({ uriTemplate }) => uriTemplate),
    read: async (uri) => (await client.readResource('shop', uri))[0]?.text ?? '',
    prompts: async () => (await (await own()).listPrompts()).prompts.map(({ name }) => name),
    prompt: async (name, args) =>
      toMessage(await (await own()).getPrompt({ name, arguments: args })),
    close: () => client.close(),
  }
}

function connectionTo(door: Door): Connection {
  if ('url' in door) {
    const headers = headersOf(door.token)
    return { transport: 'http', url: door.url, headers, automaticSSEFallback: false }
  }
  const { command, args, env } = door
  return { transport: 'stdio', command, args: [...args], env: programEnv(env), stderr: 'ignore' }
}

function fromMessage(message: unknown): Answer {
  const { content, artifact } = Message.parse(message)
  const structured = Artifacts.safeParse(artifact).data?.find(
    ({ type }) => type === 'mcp_structured_content',
  )
  const text = typeof content === 'string' ? content : (content[0]?.text ?? '')
  return {
    isError: false,
    // With structured content a model is shown the block that holds both.
    text: structured === undefined ? text : Both.parse(JSON.parse(text)).text,
    structured: structured?.data,
  }
}
