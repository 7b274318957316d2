// FND-50: `app.use` was in no document, no page said who may do what, and nothing told a newcomer how to do a job. That a
// browser without a credential is shown a problem at `/docs` has stayed: pages of an app are for those who may call it.
import { createApp } from 'trefoil'
import { AuthContext, hasRole } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { documentsIn, readDocument } from '../docs/markdown.ts'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const DOCUMENTS = [...documentsIn('.'), ...documentsIn('docs'), ...documentsIn('docs/guides')]

/** What can be done with it, by names. */
function membersOf(value: object): readonly string[] {
  const names = new Set<string>()
  for (let of = value; of !== Object.prototype; of = Object.getPrototypeOf(of)) {
    for (const name of Object.getOwnPropertyNames(of)) names.add(name)
  }
  names.delete('constructor')
  return [...names].toSorted()
}

describe('FND-50: every member of an app and of its groups is shown in use by a document', () => {
  const app = createApp({ env: {}, log: { logger: SILENT } })
  const members = new Set([...membersOf(app), ...membersOf(app.group('/admin'))])
  const blocks = DOCUMENTS.map(({ text }) => text).join('\n')

  test('there are some', () => expect(members.size).toBeGreaterThan(15))

  test.each([...members])('%s', (name) => {
    expect(blocks).toMatch(new RegExp(`\\b(?:app|routes|admin|orders|group)\\.${name}\\b`))
  })
})

describe('FND-50: a job of a newcomer has a document that begins with it', () => {
  test.each([
    ['docs/operate.md', /## Behind nginx[\s\S]*```nginx/],
    ['docs/operate.md', /## In a container[\s\S]*## Restarting without a gap/],
    ['docs/login-providers.md', /^# Login with a provider/],
    ['docs/larger-app.md', /^# A larger app/],
    ['docs/testing.md', /callTool\(/],
  ])('%s', (path, says) => expect(readDocument(path).text).toMatch(says))
})

test('FND-50: pages say who may do what, and what is open to everybody', async () => {
  const app = createApp({
    env: {},
    log: { logger: SILENT },
    approval: () => true,
    auth: [
      {
        surfaces: ['api', 'mcp', 'cli'],
        authenticate: ({ bearer }) =>
          bearer === null ? null : new AuthContext({ subject: bearer, roles: ['admin'] }),
      },
    ],
  })
  const guards = [hasRole('admin')]
  const pay = { name: 'pay', description: 'Pays.', tool: true, guards, needsApproval: true }
  app.post('/pay', pay, () => 'paid')
  app.get(
    '/terms',
    { name: 'terms', description: 'Terms.', tool: true, public: true },
    () => 'Terms',
  )
  const { http } = testClient(app)
  const html = { accept: 'text/html' }
  const { status, text } = await http.get('/docs', { token: 'ada', headers: html })
  expect(status).toBe(200)
  const entryOf = (id: string) => text.split(`id="op-${id}"`)[1]?.split('</details>')[0] ?? ''
  expect(entryOf('pay')).toContain('Guards: <code>HasRole</code>')
  expect(entryOf('pay')).toContain('Needs approval: on HTTP, MCP')
  expect(entryOf('terms')).toContain('Auth: public')
  const tools = (await http.get('/mcp/docs', { token: 'ada', headers: html })).text
  expect(tools).toContain('<span class="badge">needs approval</span>')
  expect(tools).toContain('<span class="badge">read-only</span>')
})
