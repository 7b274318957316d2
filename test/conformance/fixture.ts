// The server that the conformance suite of MCP is run against: what its scenarios call, and nothing set that a
// newcomer would not set.
import { setTimeout as wait } from 'node:timers/promises'
import { ask, body, content, createApp, HttpError, query, reply, said } from 'trefoil'
import { serve } from 'trefoil/node'
import { z } from 'zod'

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
/** A WAV of no samples. */
const SILENCE = Buffer.from(
  'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=',
  'base64',
)

const app = createApp({
  name: 'conformance',
  description: 'What the conformance suite asks for.',
  publicSurfaces: ['mcp'],
  log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
})

app.tool(
  'json_schema_2020_12_tool',
  {
    description: 'Tool with JSON Schema 2020-12 features',
    input: body(z.looseObject({}), {
      jsonSchema: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        $defs: {
          address: {
            $anchor: 'addressDef',
            type: 'object',
            properties: { street: { type: 'string' }, city: { type: 'string' } },
          },
        },
        properties: {
          name: { type: 'string' },
          address: { $ref: '#/$defs/address' },
          contactMethod: { type: 'string', enum: ['phone', 'email'] },
          phone: { type: 'string' },
          email: { type: 'string' },
        },
        allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
        if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { required: ['phone'] },
        else: { required: ['email'] },
        additionalProperties: false,
      },
    }),
  },
  (args) => args,
)
app.tool(
  'test_simple_text',
  { description: 'Answers with text.' },
  () => 'This is a simple text response for testing.',
)
app.tool('test_error_handling', { description: 'Fails.' }, () => {
  throw new HttpError(422, 'This tool intentionally returns an error for testing')
})
app.tool('test_image_content', { description: 'Answers with a picture.' }, () =>
  reply(null, { content: [content.image(PIXEL, 'image/png')] }),
)
app.tool('test_audio_content', { description: 'Answers with sound.' }, () =>
  reply(null, { content: [content.audio(SILENCE, 'audio/wav')] }),
)
app.tool('test_embedded_resource', { description: 'Answers with a resource.' }, () =>
  reply(null, {
    content: [
      content.embed(
        'test://embedded-resource',
        'This is an embedded resource content.',
        'text/plain',
      ),
    ],
  }),
)
app.tool('test_multiple_content_types', { description: 'Answers with several blocks.' }, () =>
  reply(null, {
    content: [
      content.text('Multiple content types test:'),
      content.image(PIXEL, 'image/png'),
      content.embed(
        'test://mixed-content-resource',
        JSON.stringify({ test: 'data', value: 123 }),
        'application/json',
      ),
    ],
  }),
)
app.tool('test_tool_with_progress', { description: 'Says how far it is.' }, async (_args, call) => {
  call.progress(0, 100)
  await wait(50)
  call.progress(50, 100)
  await wait(50)
  call.progress(100, 100)
  return 'Done'
})

app.tool(
  'test_region',
  {
    description: 'Takes arguments that gateways route by.',
    params: {
      region: query(z.string().optional(), { mcpHeader: 'Region' }),
      size: query(z.int().optional(), { mcpHeader: 'Size' }),
    },
  },
  ({ region, size }) => ({ region: region ?? null, size: size ?? null }),
)

const NAME = () => ask.form('What is your name?', z.object({ name: z.string() }))
const CONFIRM = () => ask.form('Please confirm', z.object({ ok: z.boolean() }))
const CAPITAL = () =>
  ask.sample({
    messages: [{ role: 'user', content: { type: 'text', text: 'What is the capital of France?' } }],
    maxTokens: 100,
  })

app.tool(
  'test_input_required_result_elicitation',
  { description: 'Asks for a name.' },
  async (_args, call) => {
    const { user_name } = await call.ask({ user_name: NAME() })
    return user_name.action === 'accept' ? `Hello, ${user_name.value.name}!` : 'Hello, whoever!'
  },
)
app.tool(
  'test_input_required_result_sampling',
  { description: 'Asks a model.' },
  async (_args, call) => {
    const { capital_question } = await call.ask({ capital_question: CAPITAL() })
    return capital_question.action === 'accept' ? JSON.stringify(capital_question.value) : 'No.'
  },
)
app.tool(
  'test_input_required_result_list_roots',
  { description: 'Asks for folders.' },
  async (_args, call) => {
    const { client_roots } = await call.ask({ client_roots: ask.roots() })
    return client_roots.action === 'accept' ? JSON.stringify(client_roots.value) : 'None.'
  },
)
app.tool(
  'test_input_required_result_request_state',
  { description: 'Keeps a state with the client.' },
  async (_args, call) => {
    await call.ask({ confirm: CONFIRM() })
    return 'state-ok'
  },
)
app.tool(
  'test_input_required_result_multiple_inputs',
  { description: 'Asks for several things.' },
  async (_args, call) => {
    const answers = await call.ask({
      user_name: NAME(),
      greeting: CAPITAL(),
      client_roots: ask.roots(),
    })
    return JSON.stringify(answers)
  },
)
app.tool(
  'test_input_required_result_multi_round',
  { description: 'Asks twice.' },
  async (_args, call) => {
    const { step1 } = await call.ask({
      step1: ask.form('Step 1: What is your name?', z.object({ name: z.string() })),
    })
    const { step2 } = await call.ask({
      step2: ask.form('Step 2: What is your favorite color?', z.object({ color: z.string() })),
    })
    return JSON.stringify({ step1, step2 })
  },
)
app.tool(
  'test_input_required_result_tampered_state',
  { description: 'Takes no state but its own.' },
  async (_args, call) => {
    await call.ask({ confirm: CONFIRM() })
    return 'state-ok'
  },
)
app.tool(
  'test_input_required_result_capabilities',
  { description: 'Asks for what the client can.' },
  async (_args, call) => {
    if (call.client.can('sampling')) return JSON.stringify(await call.ask({ greeting: CAPITAL() }))
    if (call.client.can('form')) return JSON.stringify(await call.ask({ user_name: NAME() }))
    return 'Nothing to ask.'
  },
)
app.prompt(
  'test_input_required_result_prompt',
  { description: 'Asks before it says something.' },
  async (_args, call) => {
    const { user_context } = await call.ask({
      user_context: ask.form('What is it about?', z.object({ context: z.string() })),
    })
    return `Talk about ${user_context.action === 'accept' ? user_context.value.context : 'nothing'}.`
  },
)
app.tool(
  'test_missing_capability',
  { description: 'Needs a model of the client.' },
  async (_args, call) => JSON.stringify(await call.ask({ greeting: CAPITAL() })),
)
app.tool('test_streaming_elicitation', { description: 'Answers.' }, () => 'Done')
app.tool('test_logging_tool', { description: 'Logs for the server alone.' }, (_args, call) => {
  call.log.info({}, 'called')
  return 'Done'
})

app.prompt(
  'test_simple_prompt',
  { description: 'Says one thing.' },
  () => 'This is a simple prompt for testing.',
)
app.prompt(
  'test_prompt_with_arguments',
  {
    description: 'Repeats its arguments.',
    params: {
      arg1: z.string().describe('First test argument'),
      arg2: z.string().describe('Second test argument'),
    },
    complete: {
      arg1: (typed) => ['paris', 'park', 'party'].filter((one) => one.startsWith(typed)),
    },
  },
  ({ arg1, arg2 }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
)
app.prompt(
  'test_prompt_with_embedded_resource',
  { description: 'Shows a resource.', params: { resourceUri: z.string() } },
  ({ resourceUri }) =>
    said(
      'user',
      content.embed(resourceUri, 'Embedded resource content for testing.', 'text/plain'),
      'Please process the embedded resource above.',
    ),
)
app.prompt('test_prompt_with_image', { description: 'Shows a picture.' }, () =>
  said('user', content.image(PIXEL, 'image/png'), 'Please analyze the image above.'),
)
app.resource(
  'test://static-text',
  { name: 'static_text', type: 'text/plain' },
  () => 'Static text.',
)
app.resource('test://static-binary', { name: 'static_binary', type: 'image/png' }, () => PIXEL)
app.resource(
  'test://template/{id}/data',
  { name: 'template_data', type: 'application/json' },
  ({ id }) => ({ id, templateTest: true, data: `Data for ID: ${id}` }),
)

const port = Number(process.env['PORT'] ?? '0')
const server = await serve(app, { port, host: '127.0.0.1' })
process.send?.(server.url)
console.log(server.url)
