// Who attacks: a caller behind something that reads fields of forms before us. What they would win: a field by a name, or with a
// value, that was another one for whoever looked before.
import { body, createApp, form, query } from 'trefoil'
import { testClient } from 'trefoil/testing'
import { expect, it } from 'vitest'
import { z } from 'zod'

const MARKED = '\ufeffx'
const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }

it('W-18 HTTP-7: a byte order mark is a part of the text, however it was sent', async () => {
  const app = createApp({ publicSurfaces: ['api', 'mcp', 'cli'], log })
  const said = ({ text }: { text: string }) => JSON.stringify(text)
  const params = { text: z.string() }
  app.post('/form', { name: 'form', params: { text: form(z.string()) } }, said)
  app.get('/query', { name: 'query', params: { text: query(z.string()) } }, said)
  app.post(
    '/json',
    { name: 'json', params: { sent: body(z.strictObject({ text: z.string() })) } },
    ({ sent }) => said(sent),
  )
  app.tool('tool', { description: 'x', params }, said)
  const client = testClient(app)
  const { http, mcp } = client
  const expected = JSON.stringify(MARKED)
  const urlencoded = `text=${encodeURIComponent(MARKED)}`
  const asked = { headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  expect((await http.post('/form', { body: urlencoded, ...asked })).text).toBe(expected)
  // Unescaped, and before the name: no field that is there.
  const before = await http.post('/form', { body: `\ufefftext=y`, ...asked })
  expect(before.status).toBe(400)
  const boundary = 'b'
  const part = `--${boundary}\r\nContent-Disposition: form-data; name="text"\r\n\r\n${MARKED}\r\n--${boundary}--\r\n`
  const multipart = await http.post('/form', {
    body: part,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  })
  expect(multipart.text).toBe(expected)
  expect((await http.get(`/query?${urlencoded}`)).text).toBe(expected)
  expect((await http.post('/json', { json: { text: MARKED } })).text).toBe(expected)
  expect((await mcp.callTool('tool', { text: MARKED })).text).toBe(expected)
  await client.close()
})
