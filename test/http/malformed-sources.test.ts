import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  body,
  cookie,
  createApp,
  file,
  form,
  header,
  path,
  query,
} from '../../packages/trefoil/src/index.ts'

const logger = { debug() {}, info() {}, warn() {}, error() {} }
const FORM = 'application/x-www-form-urlencoded'

const app = createApp({ log: { logger } })
const shared = { n: header(z.int().optional()), c: cookie(z.int().optional()) }
const lists = { a: z.array(z.int()).optional(), b: z.array(z.boolean()).optional() }
app.get('/get/{id}', { params: { id: path(z.int()), ...lists, r: z.int(), ...shared } }, () => null)
app.post('/fields', { params: { q: query(z.int()), f: z.string(), g: z.int() } }, () => null)
app.post('/whole', { params: { b: body(z.any()) } }, ({ b }) => b)
app.post(
  '/form',
  { params: { q: query(z.int()), f: form(z.array(z.int())), u: file(), ...shared } },
  () => null,
)
app.get(
  '/ids',
  {
    name: 'list_ids',
    description: 'Shows its input.',
    tool: true,
    cli: true,
    params: { ids: z.array(z.int()).nullable() },
  },
  ({ ids }) => ({ ids }),
)

async function send(target: string, init: RequestInit = {}) {
  const answer = await app.fetch(new Request(`http://localhost${target}`, init))
  return answer.json()
}

const post = (target: string, text: string, type = 'application/json') =>
  send(target, { method: 'POST', body: text, headers: { 'content-type': type, n: 'x' } })

/** Source, name and pointer of every issue, in order. */
function places(problem: { issues?: { source: string; name: string; pointer: string }[] }) {
  return problem.issues?.map(({ source, name, pointer }) => `${source} ${name} ${pointer}`.trim())
}

describe('W-33a: every wrong item of a list is named', () => {
  test('up to a hundred: a small request must not buy a long answer', async () => {
    const wrong = Array.from({ length: 500 }, () => 'a=x').join('&')
    expect((await send(`/get/1?r=1&${wrong}`)).issues).toHaveLength(100)
    const app = createApp({ log: { logger } })
    app.post('/', { params: { l: z.array(z.int()) } }, () => null)
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const text = JSON.stringify({ l: Array.from({ length: 5000 }, () => 'x') })
    const answer = await app.fetch(new Request('http://localhost/', { ...init, body: text }))
    expect((await answer.json()).issues).toHaveLength(100)
  })

  test('in a query', async () => {
    const problem = await send('/get/1?r=1&a=1&a=x&a=2&a=y&b=no&b=maybe')
    expect(problem.detail).toBe('Invalid integer query parameter: a')
    expect(problem.issues).toEqual([
      { source: 'query', name: 'a', pointer: '/1', message: 'Expected an integer' },
      { source: 'query', name: 'a', pointer: '/3', message: 'Expected an integer' },
      { source: 'query', name: 'b', pointer: '/1', message: 'Expected a boolean' },
    ])
  })

  test('in a form', async () => {
    const problem = await post('/form?q=1', 'f=x&f=1&f=y', FORM)
    expect(places(problem)).toEqual(['form f /0', 'form f /2', 'header n', 'file u'])
  })
})

describe('W-33a: a source that is malformed has an issue beside those of the others', () => {
  test('BIND-5: the query string; its parameters are not called missing', async () => {
    const problem = await send('/get/x?r=%', { headers: { n: 'x', cookie: 'c=x' } })
    expect(problem).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
    expect(places(problem)).toEqual(['path id', 'query', 'header n', 'cookie c'])
    const alone = await send('/get/1?r=%')
    expect(alone.detail).toBe('Malformed query string')
    expect(alone.issues).toEqual([
      {
        source: 'query',
        name: '',
        pointer: '',
        message: 'Malformed percent escape, or a character that must be escaped',
      },
    ])
  })

  test.each(['[]', '7', '"x"', 'null', '[{"f":"x"}]'])(
    'a JSON body that is no object: %s',
    async (text) => {
      const alone = await post('/fields?q=1', text)
      expect(alone.detail).toBe('The JSON body must be an object')
      expect(alone.issues).toEqual([
        { source: 'body', name: '', pointer: '', message: 'Expected an object' },
      ])
      expect(places(await post('/fields?q=%', text))).toEqual(['query', 'body'])
      expect(places(await post('/fields?q=x', text))).toEqual(['query q', 'body'])
    },
  )

  test.each([
    ['urlencoded', FORM, 'f=%'],
    ['multipart', 'multipart/form-data; boundary=b', '--b\r\nwrong'],
  ])('BIND-16: a form, %s; its fields and files are not called missing', async (_, type, text) => {
    const problem = await post('/form?q=x', text, type)
    expect(problem).toMatchObject({ code: 'VALIDATION_ERROR', detail: 'Malformed form body' })
    expect(problem.issues[0]).toMatchObject({ message: 'Not a well-formed form' })
    expect(places(problem)).toEqual(['form', 'query q', 'header n'])
  })

  test('BIND-16, BIND-17: what is refused for another reason stays that', async () => {
    expect(await post('/form?q=x', 'f=1', 'text/plain')).toMatchObject({ status: 415 })
    const many = 'f=1&'.repeat(2000)
    expect(await post('/form?q=x', many, FORM)).not.toMatchObject({ code: 'VALIDATION_ERROR' })
  })
})

test.each([
  ['{"n":{"kids":[1,{"a":1,"a":2}]}}', '/n/kids/1/a', 'duplicate object key'],
  ['{"n":[1,9007199254740993]}', '/n/1', 'an integer beyond 2^53-1; send it as text'],
  ['[{"a/b":{"__proto__":1}}]', '/0/a~1b/__proto__', 'the key "__proto__" is not accepted'],
  ['{', '', 'not valid JSON: it ends too early'],
])('HTTP-7, W-33a: of %s it is told where', async (text, pointer, message) => {
  const problem = await post('/whole', text)
  expect(problem.code).toBe('invalid_json')
  expect(problem.issues).toEqual([{ source: 'body', name: '', pointer, message }])
})

test('HTTP-7: an agent is told where, too', async () => {
  const text = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"a":1,"a":2}}'
  const json = 'application/json'
  const headers = { accept: `${json}, text/event-stream`, 'content-type': json }
  const answer = await send('/mcp', { method: 'POST', body: text, headers })
  expect(answer.error.message).toBe('Parse error: duplicate object key, at /params/a')
})

test('BIND-8, ABIND-12: a list or null is a list, and null when nothing was sent', async () => {
  expect(await send('/ids?ids=1&ids=2')).toEqual({ ids: [1, 2] })
  expect(await send('/ids')).toEqual({ ids: null })
  expect(await send('/ids?ids=x')).toMatchObject({ issues: [{ name: 'ids', pointer: '/0' }] })
  const local = app.localActions({ headers: [] })
  const call = async (args: object) =>
    (await local.call({ action: 'list_ids', arguments: args })) as { body: unknown }
  expect((await call({ ids: [1, 2] })).body).toEqual({ ids: [1, 2] })
  expect((await call({})).body).toEqual({ ids: null })
  expect((await call({ ids: null })).body).toEqual({ ids: null })
})
