// The server that the conformance suite of MCP is run against: what its scenarios call, and nothing set that a
// newcomer would not set.
import { createApp, HttpError, query } from 'trefoil'
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
  'test_simple_text',
  { description: 'Answers with text.' },
  () => 'This is a simple text response for testing.',
)
app.tool('test_error_handling', { description: 'Fails.' }, () => {
  throw new HttpError(422, 'This tool intentionally returns an error for testing')
})
app.tool(
  'test_image_content',
  { description: 'Answers with a picture.', headers: { 'content-type': 'image/png' } },
  () => PIXEL,
)
app.tool(
  'test_audio_content',
  { description: 'Answers with sound.', headers: { 'content-type': 'audio/wav' } },
  () => SILENCE,
)

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

const port = Number(process.env['PORT'] ?? '0')
const server = await serve(app, { port, host: '127.0.0.1' })
process.send?.(server.url)
console.log(server.url)
