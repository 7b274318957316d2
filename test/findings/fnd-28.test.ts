// FND-28: what is declared of a form is held to while it is read. A part that is not declared, or is
// of the other kind, ends the reading at its head: nothing of it is kept, in memory or on disk.
import { createApp, file, files, form, query } from 'trefoil'
import { serve } from 'trefoil/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { RawConnection } from '../attacks/raw-connection.ts'
import { UploadFolder } from '../http/upload-folder.ts'
import { ALL, ENV, membersOf, within } from './surfaces.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const ran: string[] = []
let folder: UploadFolder
let server: Awaited<ReturnType<typeof serve>>

function makeApp() {
  const app = createApp({
    env: ENV,
    log: { logger: quiet },
    publicSurfaces: ALL,
    limits: { body: '60mb', file: '50mb', spool: '64kb' },
  })
  const text = { name: form(z.string()), tags: form(z.array(z.string()).default([])) }
  app.post('/text', { params: { ...text, n: query(z.int().default(0)) } }, (args) => {
    ran.push('text')
    return args
  })
  app.post('/one', { params: { ...text, pic: file({ optional: true }) } }, ({ name, pic }) => {
    ran.push('one')
    return { name, pic: pic?.size ?? null }
  })
  app.post('/many', { params: { ...text, pics: files({ optional: true }) } }, ({ pics }) => {
    ran.push('many')
    return pics.map(({ size }) => size)
  })
  app.post('/raw', async (_, call) => {
    const read = await call.request.form()
    return { fields: read.fields, files: read.files('zzz').map(({ size }) => size) }
  })
  app.post('/guarded', { params: text }, async ({ name }, call) => {
    const read = await call.request.form()
    return { name, again: read.get('name') }
  })
  return app
}

beforeAll(async () => {
  folder = new UploadFolder()
  server = await serve(makeApp(), { port: 0, signals: false })
})
afterAll(async () => {
  await server.close()
  folder.remove()
})

const blob = (size: number) => new Blob([new Uint8Array(size)])
type Entry = readonly [name: string, value: string | Blob]

function formOf(entries: readonly Entry[]): FormData {
  const data = new FormData()
  for (const [name, value] of entries) {
    if (typeof value === 'string') data.append(name, value)
    else data.append(name, value, 'f.bin')
  }
  return data
}

async function post(path: string, body: FormData | URLSearchParams) {
  const response = await fetch(server.url + path, { method: 'POST', body })
  const text = await response.text()
  const document: unknown = JSON.parse(text)
  return { status: response.status, document, ...membersOf(document) } as Readonly<
    Record<string, unknown> & { status: number }
  >
}

const issue = (source: string, name: string, message: string) => ({
  source,
  name,
  pointer: '',
  message,
})
const UNKNOWN = 'Not an argument of this action'
const NAME: Entry = ['name', 'x']

const REFUSED: readonly (readonly [
  what: string,
  path: string,
  entries: readonly Entry[],
  detail: string,
  issue: ReturnType<typeof issue>,
])[] = [
  [
    'text nobody declared',
    '/text',
    [NAME, ['nme', 'typo']],
    'Unknown form field: nme',
    issue('form', 'nme', UNKNOWN),
  ],
  [
    'a file nobody declared',
    '/text',
    [NAME, ['zzz', blob(1000)]],
    'Unknown file: zzz',
    issue('file', 'zzz', UNKNOWN),
  ],
  [
    'a file nobody declared, beside one that is',
    '/one',
    [['pic', blob(10)], ['zzz', blob(1000)], NAME],
    'Unknown file: zzz',
    issue('file', 'zzz', UNKNOWN),
  ],
  [
    'a file for text',
    '/text',
    [['name', blob(1000)]],
    'Invalid form field: name',
    issue('form', 'name', 'Expected text, not a file'),
  ],
  [
    'text for a file',
    '/one',
    [NAME, ['pic', 'text']],
    'Invalid file: pic',
    issue('file', 'pic', 'Expected a file, not text'),
  ],
  [
    'text for one of several files',
    '/many',
    [NAME, ['pics', blob(1)], ['pics', 'text']],
    'Invalid file: pics',
    issue('file', 'pics', 'Expected a file, not text'),
  ],
  [
    'two files for one',
    '/one',
    [NAME, ['pic', blob(1)], ['pic', blob(1)]],
    'Multiple files received for parameter: pic',
    issue('file', 'pic', 'Expected one file'),
  ],
  [
    'a name that reaches prototypes',
    '/text',
    [NAME, ['__proto__', 'x']],
    'Unknown form field: __proto__',
    issue('form', '__proto__', UNKNOWN),
  ],
]

describe('FND-28: parts that are not as declared are refused', () => {
  test.each(REFUSED)('%s', async (_, path, entries, detail, wanted) => {
    ran.length = 0
    const answer = await post(path, formOf(entries))
    expect(answer).toMatchObject({ status: 400, code: 'VALIDATION_ERROR', detail })
    expect(answer['issues']).toEqual([wanted])
    expect(ran).toEqual([])
    expect(folder.files()).toEqual([])
  })

  test('of an urlencoded form all of them are named', async () => {
    const answer = await post('/text?n=x', new URLSearchParams('name=x&zzz=1&nme=2&zzz=3'))
    expect(answer['detail']).toBe('Unknown form field: nme')
    // Arguments from elsewhere are told beside them.
    expect(answer['issues']).toEqual([
      issue('form', 'nme', UNKNOWN),
      issue('form', 'zzz', UNKNOWN),
      issue('query', 'n', 'Expected an integer'),
    ])
    const forFile = await post('/one', new URLSearchParams('name=x&pic=1'))
    expect(forFile['issues']).toEqual([issue('file', 'pic', 'Expected a file, not text')])
  })

  test('what is declared passes: BIND-14, BIND-15', async () => {
    const text = formOf([NAME, ['tags', 'a'], ['tags', 'b'], ['name', 'last']])
    expect((await post('/text', text))['document']).toEqual({
      name: 'last',
      tags: ['a', 'b'],
      n: 0,
    })
    const one = formOf([NAME, ['pic', blob(100_000)]])
    expect((await post('/one', one))['document']).toEqual({ name: 'x', pic: 100_000 })
    const many = formOf([NAME, ['pics', blob(1)], ['pics', blob(2)]])
    expect((await post('/many', many))['document']).toEqual([1, 2])
    const guarded = await post('/guarded', formOf([NAME]))
    expect(guarded['document']).toEqual({ name: 'x', again: 'x' })
  })

  test('an input of a browser that was left empty is none, and has to be declared', async () => {
    const field = '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n'
    const input = (name: string, fileName: string, content: string) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\n\r\n${content}\r\n`
    const send = async (path: string, ...inputs: readonly string[]) => {
      const headers = { 'content-type': 'multipart/form-data; boundary=b' }
      const body = `${field}${inputs.join('')}--b--\r\n`
      const answer = await fetch(server.url + path, { method: 'POST', headers, body })
      return membersOf(JSON.parse(await answer.text()))
    }
    const [empty, full] = [input('pic', '', ''), input('pic', 'a', 'xy')]
    expect(await send('/one', empty)).toEqual({ name: 'x', pic: null })
    expect(await send('/one', empty, full, empty)).toEqual({ name: 'x', pic: 2 })
    const several = { detail: 'Multiple files received for parameter: pic' }
    expect(await send('/one', full, full)).toMatchObject(several)
    expect(await send('/one', full, input('pic', '', 'z'))).toMatchObject(several)
    expect(await send('/text', input('zzz', '', ''))).toMatchObject({ detail: 'Unknown file: zzz' })
  })

  test('a handler that declares nothing reads whatever there is', async () => {
    const answer = await post('/raw', formOf([NAME, ['zzz', blob(100_000)]]))
    expect(answer['document']).toEqual({ fields: [['name', 'x']], files: [100_000] })
  })
})

describe('FND-28: nothing of a refused part is kept', () => {
  test.each(['/text', '/one'])('20 MB nobody declared, to %s', async (path) => {
    const answer = await post(path, formOf([NAME, ['zzz', blob(20_000_000)]]))
    expect(answer).toMatchObject({ status: 400, detail: 'Unknown file: zzz' })
    expect(folder.files()).toEqual([])
  })

  const HEAD = (name: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"; filename="f.bin"\r\n\r\n`

  // The parser looks at a head when more than a boundary has come behind it.
  const SOME = 'x'.repeat(200)

  /** Sends the start of a form of 20 MB, and waits for the answer to that. */
  async function start(path: string, body: string) {
    const connection = new RawConnection(server.port)
    const lines = [
      `POST ${path} HTTP/1.1`,
      'Host: localhost',
      'Content-Type: multipart/form-data; boundary=b',
      'Content-Length: 20000000',
    ]
    connection.send(`${lines.join('\r\n')}\r\n\r\n${body}${SOME}`)
    try {
      return await within(connection.response('POST'), 'the refusal')
    } finally {
      connection.vanish()
    }
  }

  test.each([
    ['/text', HEAD('zzz'), 'Unknown file: zzz'],
    ['/text', HEAD('name'), 'Invalid form field: name'],
    ['/one', `${HEAD('pic')}x\r\n${HEAD('pic')}`, 'Multiple files received for parameter: pic'],
  ])('it is refused at its head: %s %j', async (path, body, text) => {
    const answer = await start(path, body)
    expect(answer?.status).toBe(400)
    expect(answer?.body).toContain(text)
    expect(folder.files()).toEqual([])
  })

  test('what was declared and is on disk by then is removed', async () => {
    const spooled = 'x'.repeat(300_000)
    const answer = await start('/one', `${HEAD('pic')}${spooled}\r\n${HEAD('zzz')}`)
    expect(answer?.status).toBe(400)
    expect(answer?.body).toContain('Unknown file: zzz')
    expect(folder.files()).toEqual([])
    // It had been there: the folder is made with the first file.
    expect(folder.entries()).not.toEqual([])
  })
})

test('FND-55: the upload example of the documents takes what it says', async () => {
  const app = createApp({ env: ENV, publicSurfaces: ALL, limits: { body: '10mb', file: '8mb' } })
  app.post('/avatars', { params: { owner: form(z.string()), image: file() } }, ({ image }) => ({
    size: image.size,
  }))
  const documented = await serve(app, { port: 0, signals: false })
  const send = async (size: number) => {
    const body = formOf([
      ['owner', 'ann'],
      ['image', blob(size)],
    ])
    const answer = await fetch(`${documented.url}/avatars`, { method: 'POST', body })
    return answer.json()
  }
  const MIB = 1024 * 1024
  try {
    expect(await send(3 * MIB)).toEqual({ size: 3 * MIB })
    expect(await send(8 * MIB)).toEqual({ size: 8 * MIB })
    const tooLarge = { code: 'form_file_too_large', status: 413 }
    expect(await send(8 * MIB + 1)).toMatchObject(tooLarge)
    expect(await send(10 * MIB)).toMatchObject({ code: 'payload_too_large', status: 413 })
  } finally {
    await documented.close()
  }
})
