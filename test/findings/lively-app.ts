import { createServer } from 'node:net'
import { createApp, dependency } from 'trefoil'

// What nobody ever closes, as the pools, caches and metrics of a real app.
if (process.env['LIVELY'] !== 'no') {
  setInterval(() => console.log('noise'), 20)
  createServer().listen(0, '127.0.0.1')
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)
const never = new Promise<never>(() => {})
const on = (name: string) => ({ name, description: 'Tried from outside.', cli: true })

/** Says that it was opened, and how it is closed; takes its time where the environment says so. */
const held = dependency(
  async function* () {
    try {
      yield {}
    } finally {
      say('closing')
      if (process.env['CLOSES'] === 'never') await never
      say('closed')
    }
  },
  { name: 'held' },
)

export const app = createApp({ name: 'lively', publicSurfaces: ['api', 'mcp', 'cli'] })

app.onStartup(() => say(`started ${process.pid}`))
app.onShutdown(() => say('shut down'))
app.get('/small', on('small'), () => 'done')
app.get('/big', on('big'), () => ({ text: 'x'.repeat(900_000) }))
app.get('/heeds', { ...on('heeds'), params: { held } }, async (_, call) => {
  say('began')
  await new Promise((_resolve, reject) => {
    call.signal.addEventListener('abort', () => {
      say('aborted')
      reject(call.signal.reason)
    })
  })
})
app.get('/deaf', on('deaf'), () => {
  say('began')
  return never
})
app.get('/later', on('later'), (_, call) => {
  call.background(async () => {
    await new Promise((resolve) => setTimeout(resolve, 100))
    say('background done')
  })
  return 'done'
})
