import { createMCPClient, ElicitationRequestSchema } from '@ai-sdk/mcp'
import { Experimental_StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio'
import { headersOf, type Open, programEnv } from './driver.ts'
import { toAnswer, toMessage, toText } from './results.ts'

/** `@ai-sdk/mcp`, which finds the revision by itself. */
export const openAiSdk: Open = async (door, { respond } = {}) => {
  const transport =
    'url' in door
      ? ({ type: 'http', url: door.url, headers: headersOf(door.token) } as const)
      : new Experimental_StdioMCPTransport({
          command: door.command,
          args: [...door.args],
          env: programEnv(door.env),
          stderr: 'ignore',
        })
  const client = await createMCPClient({
    transport,
    ...(respond === undefined ? {} : { capabilities: { elicitation: {} } }),
  })
  if (respond !== undefined) {
    client.onElicitationRequest(ElicitationRequestSchema, ({ params }) => ({
      action: 'accept',
      content: respond(params.message),
    }))
  }
  return {
    revision: client.initializeResult.protocolVersion,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args, { approval, signal, onProgress } = {}) => {
      // Its types have no place for `_meta` and `onprogress`; what it makes of them all the same is in proofs.ts.
      const more = { _meta: approval === undefined ? {} : { approval_token: approval } }
      const options = {
        ...(signal === undefined ? {} : { signal }),
        ...(onProgress === undefined ? {} : { onprogress: onProgress }),
      }
      return toAnswer(await client.callTool({ name, arguments: args, ...more, options }))
    },
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    templates: async () =>
      (await client.listResourceTemplates()).resourceTemplates.map(
        ({ uriTemplate }) => uriTemplate,
      ),
    read: async (uri) => toText(await client.readResource({ uri })),
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    prompt: async (name, args) => toMessage(await client.getPrompt({ name, arguments: args })),
    close: () => client.close(),
  }
}
