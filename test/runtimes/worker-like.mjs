// Runs an app where there is no Node but `fetch`: its sources see none of Node's globals, and every
// built-in module they ask for is written down.
import { registerHooks } from 'node:module'

const write = process.stdout.write.bind(process.stdout)
const asked = { atLoad: [], atFirstCall: [] }
let phase = 'atLoad'

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context)
    const isOurs = context.parentURL?.includes('/packages/trefoil/') === true
    if (isOurs && resolved.url.startsWith('node:')) asked[phase].push(resolved.url)
    return resolved
  },
})

// Node's own `Request` and `fetch` are written with these globals, so who asks decides.
const used = []
for (const name of ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate']) {
  const real = globalThis[name]
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get() {
      const asking = new Error().stack.split('\n')[2] ?? ''
      if (!asking.includes('/packages/trefoil/')) return real
      used.push(`${name} ${asking.trim().replace(/\(.*\/packages/, '(packages')}`)
      return undefined
    },
  })
}

const { createApp, form, file } = await import('../../packages/trefoil/src/index.ts')
const { z } = await import('zod')

const app = createApp({ name: 'worker', publicSurfaces: ['api', 'mcp', 'cli'] })
app.get('/items/{id}', { params: { id: z.int() } }, ({ id }, { client }) => ({
  id,
  address: client.address,
}))
app.post('/echo', { params: { text: z.string() } }, ({ text }) => text)
app.post(
  '/upload',
  { params: { t: form(z.string()), doc: file() } },
  async ({ t, doc }) => t + (await doc.text()),
)
app.get('/stream', {}, async function* () {
  yield 'one '
  yield new TextEncoder().encode('two')
})
app.action('tool', { description: 'A tool.', tool: true, cli: true, params: {} }, () => 'used')

/** What workers call, and `deno serve`; the address is theirs to pass in. */
const worker = { fetch: (request) => app.fetch(request, { clientAddress: '192.0.2.1' }) }

phase = 'atFirstCall'
const json = { 'content-type': 'application/json' }
const upload = new FormData()
upload.append('t', 'T')
upload.append('doc', new Blob(['text']), 'a.txt')
const requests = [
  ['/items/7'],
  ['/items/x'],
  ['/nowhere'],
  ['/echo', { method: 'POST', headers: json, body: '{"text":"hi"}' }],
  ['/upload', { method: 'POST', body: upload }],
  ['/stream'],
  [
    '/mcp',
    {
      method: 'POST',
      headers: json,
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"tool"}}',
    },
  ],
  ['/__trefoil__/actions/call', { method: 'POST', headers: json, body: '{"action":"tool"}' }],
  ['/openapi.json'],
]
const answers = []
for (const [path, init] of requests) {
  const answer = await worker.fetch(new Request(`http://localhost${path}`, init))
  answers.push([path, answer.status, (await answer.text()).slice(0, 80)])
}
write(JSON.stringify({ asked, used, answers }))
