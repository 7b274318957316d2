import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { type Door, headersOf, type Open, programEnv } from './driver.ts'
import { toAnswer, toMessage, toText } from './results.ts'

/** `@modelcontextprotocol/sdk`, which most deployed hosts run. */
export const openFirstSdk: Open = async (door, { respond } = {}) => {
  const client = new Client(
    { name: 'clients', version: '1' },
    respond === undefined ? {} : { capabilities: { elicitation: {} } },
  )
  if (respond !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => ({
      action: 'accept',
      content: respond(params.message),
    }))
  }
  let revision: string | null = null
  const transport = transportTo(door)
  // The protocol tells its transport the revision, and nobody else.
  Object.assign(transport, {
    setProtocolVersion: told(transport, (version) => {
      revision = version
    }),
  })
  // Its own types disagree under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<typeof client.connect>[0])
  return {
    revision,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args, { approval, signal, onProgress } = {}) =>
      toAnswer(
        await client.callTool(
          {
            name,
            arguments: args,
            ...(approval === undefined ? {} : { _meta: { approval_token: approval } }),
          },
          undefined,
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

function transportTo(door: Door): StreamableHTTPClientTransport | StdioClientTransport {
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

function told(
  transport: StreamableHTTPClientTransport | StdioClientTransport,
  tell: (version: string) => void,
): (version: string) => void {
  const before =
    'setProtocolVersion' in transport ? transport.setProtocolVersion.bind(transport) : null
  return (version) => {
    tell(version)
    before?.(version)
  }
}
