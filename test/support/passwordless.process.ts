// Sends requests to an app of accounts of its own, on a database that others share, all at once when it is told to.
// node passwordless.process.ts <url> <requests as JSON: [path, body, token][]>
import { once } from 'node:events'
import process from 'node:process'
import { World } from '../accounts/accounts-world.ts'

const [url = '', requests = '[]'] = process.argv.slice(2)
const world = new World({
  url,
  accounts: { lockout: { threshold: 100, addressThreshold: 10_000 } },
})
world.at = Date.now()
// Starts the app.
await world.get('/me')
process.stdout.write('ready\n')
await once(process.stdin, 'data')
const all = JSON.parse(requests) as [string, object, string | undefined][]
const answers = await Promise.all(
  all.map(([path, body, token]) => world.post(path, body, token ?? undefined)),
)
process.stdout.write(`${JSON.stringify(answers.map(({ status, code }) => code ?? status))}\n`)
await world[Symbol.asyncDispose]()
process.exit()
