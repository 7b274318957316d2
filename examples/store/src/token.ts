import { issueAccessToken } from './access-token.ts'
import { PEOPLE } from './people.ts'
import { printLine } from './print-line.ts'
import { loadSecret } from './secret.ts'

const usage = `npm run token -- ${[...PEOPLE.keys()].join('|')}`

process.exitCode = await printLine(process.argv.slice(2), usage, async (name) => {
  const person = PEOPLE.get(name)
  return person === undefined ? null : issueAccessToken(person, loadSecret(), Date.now())
})
