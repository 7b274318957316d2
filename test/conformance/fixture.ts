// The server that the conformance suite of MCP is run against: what its scenarios call, and nothing set that a
// newcomer would not set.
import { setTimeout as wait } from 'node:timers/promises'
import { body, content, createApp, HttpError, query, reply, said } from 'trefoil'
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
