import {
  Client,
  type ClientOptions,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { type Door, headersOf, type Open, programEnv } from './driver.ts'
import { toAnswer, toMessage, toText } from './results.ts'

/** `@modelcontextprotocol/client`, in one of its ways to find a revision. */
export function openSdk(mode: 'legacy' | 'auto' | { pin: string }): Open {
  return async (door, { respond } = {}) => {
    const options: ClientOptions = { versionNegotiation: { mode } }
    if (respond !== undefined) options.capabilities = { elicitation: { form: {} } }
    const client = new Client({ name: 'clients', version: '1' }, options)
    if (respond !== undefined) {
      client.setRequestHandler('elicitation/create', ({ params }) => ({
        action: 'accept',
        content: respond(params.message),
      }))
    }
    await client.connect(transportTo(door))
    return {
      revision: client.getNegotiatedProtocolVersion() ?? null,
      tools: async () => (await client.listTools()).tools.map(({ name }) => name),
      call: async (name, args, { approval, signal, onProgress } = {}) =>
        toAnswer(
          await client.callTool(
            {
              name,
              arguments: args,
              ...(approval === undefined ? {} : { _meta: { approval_token: approval } }),
            },
            {
              ...(signal === undefined ? {} : { signal }),
              ...(onProgress === undefined
                ? {}
                : { onprogress: ({ progress }) => onProgress(progress) }),
            },
          ),
        ),
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
}

function transportTo(door: Door) {
  if ('url' in door) {
    const requestInit = { headers: headersOf(door.token) }
    return new StreamableHTTPClientTransport(new URL(door.url), { requestInit })
  }
  const { command, args, env } = door
  return new StdioClientTransport({
    command,
    args: [...args],
    env: programEnv(env),
    stderr: 'ignore',
  })
}
