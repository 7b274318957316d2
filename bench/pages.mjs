// node bench/pages.mjs [--json] [--quick]: first paint and size of pages of pages(), measured by Chromium on this machine.
import { prepare } from './lib/prepare.mjs'

const MOST_PAINT_MS = 100
const MOST_KB = 30

const code = prepare(import.meta.url)
if (code === null) {
  const [{ createApp }, { serve }, { foreign, markup, pages, ui }, { measurePages }] =
    await Promise.all([
      import('trefoil'),
      import('trefoil/node'),
      import('trefoil/pages'),
      import('./lib/measure-pages.mjs'),
    ])
  const site = pages({ keys: 'k8Q2s0vJ4dPq7Zt1xW9aLr5uYb3nGm6c', theme: { name: 'Bench' } })
  const silent = { debug() {}, info() {}, warn() {}, error() {} }
  const app = createApp({
    name: 'bench',
    env: {},
    log: { logger: silent },
    parts: [site],
    publicSurfaces: ['api', 'mcp', 'cli'],
  })
  const send = () => site.go('/form')
  const form = site.page(app, '/form', {
    name: 'form',
    title: 'Sign in',
    public: true,
    fields: {
      email: { kind: 'email', label: 'E-mail' },
      password: { kind: 'password', label: 'Password' },
      code: { kind: 'code', label: 'Code', hint: 'Six digits.' },
      keep: { kind: 'tick', label: 'Trust this device' },
    },
    show: (view) => view.form({ submit: 'Sign in' }),
    send,
  })
  const removal = site.form(app, '/form/remove', { name: 'remove', of: form, public: true, send })
  site.page(app, '/list', {
    name: 'list',
    title: 'Sessions',
    public: true,
    show: (view) => ({
      wide: true,
      body: ui.table({
        caption: 'Sessions',
        head: ['Device', 'Since', ''],
        rows: Array.from({ length: 20 }, (_, index) => [
          foreign(`Chrome on Linux ${index}`),
          view.date(index * 86_400_000),
          view.formOf(removal, { submit: 'End', key: String(index), row: true }),
        ]),
      }),
    }),
  })
  site.page(app, '/text', {
    name: 'text',
    title: 'Signed out',
    public: true,
    show: () => markup`${ui.card(null, markup`<p>You are signed out.</p>`)}`,
  })
  const server = await serve(app, { port: 0, host: '127.0.0.1', signals: false })
  const rounds = process.argv.includes('--quick') ? 3 : 15
  try {
    const base = `http://localhost:${server.port}`
    const rows = await measurePages(base, ['/form', '/list', '/text'], rounds)
    for (const { path, paintMs, worstMs, serverMs, kb } of rows) {
      const shown = {
        page: path,
        paint_ms: round(paintMs),
        worst_ms: round(worstMs),
        server_ms: round(serverMs),
        kb: round(kb),
      }
      process.stdout.write(
        process.argv.includes('--json')
          ? `${JSON.stringify(shown)}\n`
          : `${path}: first paint ${shown.paint_ms} ms (worst ${shown.worst_ms}), of which the server ${shown.server_ms} ms; ${shown.kb} KB\n`,
      )
      if (paintMs > MOST_PAINT_MS || kb > MOST_KB) {
        process.stderr.write(`${path} misses a bar: ${MOST_PAINT_MS} ms, ${MOST_KB} KB\n`)
        process.exitCode = 1
      }
    }
  } finally {
    await server.close()
  }
} else process.exitCode = code

function round(number) {
  return Math.round(number * 10) / 10
}
