import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { UploadedFile } from '../../../contract/params/uploaded-file.ts'
import { Problem } from '../../../contract/problems/problem.ts'
import { sweepSpool } from '../node/files/spool.ts'
import type { BodyLimits } from './body-limits.ts'
import type { FormBody } from './form-body.ts'
import { FormShape } from './form-shape.ts'
import { readMultipart } from './multipart.ts'
import type { Uploads } from './uploads.ts'

const LIMITS: BodyLimits = {
  maxBodySize: 10_000_000,
  json: {},
  maxFormParts: 1000,
  maxFormFieldSize: 1_000_000,
  maxFileSize: 10_000_000,
  uploadSpoolSize: 10_000_000,
}
const encoder = new TextEncoder()
let kept: Uploads[] = []

afterEach(async () => {
  for (const uploads of kept) await uploads.drop()
  kept = []
})

afterAll(sweepSpool)

async function* split(text: string | Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.slice(at, at + size)
}

function read(
  body: AsyncIterable<Uint8Array>,
  limits: Partial<BodyLimits> = {},
  type = 'multipart/form-data; boundary=b',
  shape: FormShape | null = null,
): Promise<FormBody> {
  const rules = { limits: { ...LIMITS, ...limits }, formShape: shape }
  return readMultipart(body, type, rules, (uploads) => kept.push(uploads))
}

function part(head: string, content = ''): string {
  return `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const error = await promise.then(
    () => null,
    (late: unknown) => late,
  )
  if (!(error instanceof Problem)) throw new Error(`expected a problem, got ${error}`)
  return error
}

describe('reading', () => {
  test('BIND-14, BIND-15: fields and files, in order, names in any script', async () => {
    const body = [
      part('name="a"', '1'),
      part('name="été"', 'ü'),
      part('name="a"', '2'),
      part('name="f"; filename="写真.txt"', 'content'),
      '--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\nContent-Type: image/png\r\n\r\n\r\n',
      '--b--\r\n',
    ].join('')
    const form = await read(split(body, 1000))
    expect(form.fields).toEqual([
      ['a', '1'],
      ['été', 'ü'],
      ['a', '2'],
    ])
    const [first, second] = form.files.get('f') ?? []
    expect(first).toMatchObject({ name: '写真.txt', type: 'application/octet-stream', size: 7 })
    expect(await first?.text()).toBe('content')
    expect(second).toMatchObject({ name: 'x', type: 'image/png', size: 0 })
  })

  test('BIND-15: an empty file input of a browser is no file', async () => {
    const form = await read(split(`${part('name="f"; filename=""')}--b--`, 1000))
    expect(form.files.size).toBe(0)
    const named = await read(split(`${part('name="f"; filename=""', 'x')}--b--`, 1000))
    expect(named.files.get('f')).toMatchObject([{ name: '', size: 1 }])
  })

  test('BIND-18: directory parts and hostile names are gone', async () => {
    const form = await read(split(`${part('name="f"; filename="..\\..\\a/../CON"')}--b--`, 1000))
    expect(form.files.get('f')?.[0]?.name).toBe('_CON')
  })

  test('BIND-14: what follows the closing boundary is ignored', async () => {
    for (const size of [1, 7, 1000]) {
      const body = `preamble\r\n${part('name="a"', '1')}--b--\r\nContent-Disposition: x\r\n--b\r\n`
      expect((await read(split(body, size))).fields).toEqual([['a', '1']])
    }
  })

  test('BIND-16: however a form is cut into chunks, it is the same form', async () => {
    const content = fc.string({ unit: fc.constantFrom('a', '-', '\r', '\n', '\r\n--', '--b', 'é') })
    const parts = fc.array(fc.record({ content, isFile: fc.boolean() }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 1, max: 40 }), async (sent, size) => {
        const clean = sent.map((item) => ({
          ...item,
          content: item.content.replaceAll('--xy-z-', ''),
        }))
        const body = clean.map(({ content: text, isFile }, index) => {
          const head = `name="p${index}"${isFile ? '; filename="f"' : ''}`
          return part(head, text).replace('--b\r\n', '--xy-z-\r\n')
        })
        const type = 'multipart/form-data; boundary=xy-z-'
        const form = await read(split(`${body.join('')}--xy-z---\r\n`, size), {}, type)
        const found: string[] = []
        for (const [index, { isFile }] of clean.entries()) {
          const name = `p${index}`
          const file = form.files.get(name)?.[0]
          if (isFile) found.push((await file?.text()) ?? 'missing')
          else found.push(form.fields.find(([field]) => field === name)?.[1] ?? 'missing')
        }
        expect(found).toEqual(clean.map((item) => item.content))
      }),
      { numRuns: 500 },
    )
  })
})

describe('what is malformed', () => {
  test.each([
    ['nothing at all', ''],
    ['no boundary', 'hello'],
    ['no end', part('name="a"', '1')],
    ['an end in the middle of a head', `${part('name="a"', '1')}--b\r\nContent-Dispo`],
    ['a part without a disposition', '--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--'],
    ['another disposition', '--b\r\nContent-Disposition: attachment; name="a"\r\n\r\nx\r\n--b--'],
    ['an empty name', `${part('name=""', 'x')}--b--`],
    ['a file name with a control character', `${part('name="a"; filename="x\ty"')}--b--`],
    ['a bad escape', `${part("name=a; filename*=UTF-8''%zz")}--b--`],
    ['a bad header', '--b\r\nContent Disposition: x\r\n\r\nx\r\n--b--'],
  ])('BIND-16: %s', async (_, body) => {
    for (const size of [3, 5000]) {
      const problem = await problemOf(read(split(body, size)))
      expect(problem).toMatchObject({ status: 400, detail: 'Malformed form body' })
    }
  })

  test.each(['name="x"', 'name="a"; filename="x"'])(
    'BIND-16: a name that is not UTF-8 (%s)',
    async (head) => {
      const bytes = encoder.encode(`${part(head, '1')}--b--`)
      bytes[bytes.indexOf(0x78)] = 0xff
      const { code } = await problemOf(read(split(bytes, 1000)))
      expect(code).toBe('VALIDATION_ERROR')
    },
  )

  test('BIND-16: names that are UTF-8, however they are cut', async () => {
    const text = `${part('name="é"; filename="写真.txt"', '1')}--b--`
    for (const size of [1, 2, 3]) {
      const form = await read(split(text, size))
      expect(form.files.get('é')?.[0]?.name).toBe('写真.txt')
    }
  })

  test('BIND-16: two types of one part', async () => {
    const types = 'Content-Type: text/html\r\nContent-Type: image/png'
    const body = `${part(`name="f"; filename="x"\r\n${types}`, '1')}--b--`
    expect((await problemOf(read(split(body, 1000)))).code).toBe('VALIDATION_ERROR')
  })

  test('BIND-16: no boundary in the type, bytes that are not UTF-8', async () => {
    const form = `${part('name="a"', 'x')}--b--`
    expect(await problemOf(read(split(form, 99), {}, 'multipart/form-data'))).toMatchObject({
      detail: 'Malformed form body',
    })
    const bytes = encoder.encode(form)
    bytes[bytes.indexOf(0x78)] = 0xff
    expect(await problemOf(read(split(bytes, 99)))).toMatchObject({ detail: 'Malformed form body' })
  })

  test('BIND-16: a field in another charset is 415', async () => {
    const head = 'Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset='
    const body = (charset: string) => `--b\r\n${head}${charset}\r\n\r\nx\r\n--b--`
    expect(await problemOf(read(split(body('utf-16'), 99)))).toMatchObject({ status: 415 })
    expect((await read(split(body('UTF-8'), 99))).fields).toEqual([['a', 'x']])
  })
})

describe('limits end the reading at once', () => {
  /** A body that never ends; counts what was taken from it. */
  function endless(start: string, more: string) {
    const taken = { bytes: 0 }
    async function* body(): AsyncGenerator<Uint8Array> {
      yield encoder.encode(start)
      for (;;) {
        const chunk = encoder.encode(more)
        taken.bytes += chunk.byteLength
        yield chunk
      }
    }
    return { body: body(), taken }
  }

  test.each([
    ['form_too_many_parts', { maxFormParts: 3 }, '', part('name="a"', 'x')],
    ['form_field_too_large', { maxFormFieldSize: 300 }, part('name="a"').trimEnd(), 'x'.repeat(50)],
    [
      'form_file_too_large',
      { maxFileSize: 300 },
      part('name="a"; filename="f"').trimEnd(),
      'x'.repeat(50),
    ],
  ])('BIND-17, W-40, W-41: %s', async (code, limits, start, more) => {
    const head = start === '' ? '' : `${start}\r\n\r\n`
    const { body, taken } = endless(head, more)
    const problem = await problemOf(read(body, limits))
    expect(problem).toMatchObject({ code, status: 413 })
    expect(taken.bytes).toBeLessThan(500)
  })

  test('BIND-17: exactly the limit passes', async () => {
    const limits = { maxFormParts: 2, maxFormFieldSize: 4, maxFileSize: 5 }
    const body = (field: string, file: string) =>
      `${part('name="a"', field)}${part('name="f"; filename="f"', file)}--b--`
    await expect(read(split(body('1234', '12345'), 7), limits)).resolves.toBeDefined()
    expect(await problemOf(read(split(body('12345', ''), 7), limits))).toMatchObject({
      code: 'form_field_too_large',
      issues: [{ source: 'form', name: 'a' }],
    })
    expect(await problemOf(read(split(body('', '123456'), 7), limits))).toMatchObject({
      code: 'form_file_too_large',
      issues: [{ source: 'file', name: 'f' }],
    })
  })
})

describe('memory', () => {
  async function* large(files: number, size: number, watch: () => void) {
    for (let index = 0; index < files; index++) {
      yield encoder.encode(part(`name="f"; filename="${index}"`).slice(0, -2))
      for (let sent = 0; sent < size; sent += 1000) {
        yield new Uint8Array(1000).fill(index + 1)
        watch()
      }
      yield encoder.encode('\r\n')
    }
    yield encoder.encode('--b--')
  }

  function held(): number {
    return kept.reduce((sum, uploads) => sum + uploads.held, 0)
  }

  test.each([
    [1, 50_000],
    [20, 3000],
  ])('W-40: %i files of %i bytes never hold more than the spool size', async (files, size) => {
    let most = 0
    const body = large(files, size, () => {
      most = Math.max(most, held())
    })
    const form = await read(body, { uploadSpoolSize: 8000 })
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThanOrEqual(8000)
    const list: readonly UploadedFile[] = form.files.get('f') ?? []
    expect(list).toHaveLength(files)
    for (const [index, file] of list.entries()) {
      expect(file.size).toBe(size)
      const whole = await file.bytes()
      expect(whole.byteLength).toBe(size)
      expect(whole.every((byte) => byte === index + 1)).toBe(true)
      let streamed = 0
      for await (const piece of file.stream()) streamed += piece.byteLength
      expect(streamed).toBe(size)
    }
  })

  test('BIND-18: after the call a file says that it is gone', async () => {
    for (const uploadSpoolSize of [0, 8000]) {
      const form = await read(
        large(1, 4000, () => {}),
        { uploadSpoolSize },
      )
      const file = form.files.get('f')?.[0]
      const pieces = file?.stream()[Symbol.asyncIterator]()
      await kept.at(-1)?.drop()
      const gone = /read after its call had ended/
      await expect(file?.bytes()).rejects.toThrow(gone)
      await expect(file?.text()).rejects.toThrow(gone)
      expect(() => file?.stream()).toThrow(gone)
      await expect(pieces?.next()).rejects.toThrow()
    }
  })

  test('BIND-18: readers of one file cannot change it for each other', async () => {
    for (const uploadSpoolSize of [0, 8000]) {
      const form = await read(
        large(1, 4000, () => {}),
        { uploadSpoolSize },
      )
      const file = form.files.get('f')?.[0]
      ;(await file?.bytes())?.fill(9)
      for await (const piece of file?.stream() ?? []) piece.fill(9)
      expect((await file?.bytes())?.every((byte) => byte === 1)).toBe(true)
    }
  })
})

describe('FND-28: the declared shape', () => {
  const shape = new FormShape(
    new Map([
      ['text', { isFile: false, many: true }],
      ['pic', { isFile: true, many: false }],
      ['pics', { isFile: true, many: true }],
    ]),
  )
  const file = (name: string, fileName = 'f', content = 'x') =>
    part(`name="${name}"; filename="${fileName}"`, content)
  const readShaped = (text: string, size = 7) =>
    read(split(`${text}--b--`, size), {}, 'multipart/form-data; boundary=b', shape)

  test('what is declared passes, in pieces of any size', async () => {
    const text = [
      part('name="text"', '1'),
      part('name="text"', '2'),
      file('pic', '', ''),
      file('pic'),
      file('pic', '', ''),
      file('pics'),
      file('pics'),
    ].join('')
    for (const size of [1, 7, 1000]) {
      const form = await readShaped(text, size)
      expect(form.fields).toEqual([
        ['text', '1'],
        ['text', '2'],
      ])
      expect([form.files.get('pic')?.length, form.files.get('pics')?.length]).toEqual([1, 2])
    }
  })

  test.each([
    ['Unknown form field: other', part('name="other"', 'x')],
    ['Unknown form field: Text', part('name="Text"', 'x')],
    ['Unknown form field: constructor', part('name="constructor"', 'x')],
    ['Unknown file: other', file('other')],
    ['Unknown file: other', file('other', '', '')],
    ['Invalid form field: text', file('text')],
    ['Invalid file: pic', part('name="pic"', 'x')],
    ['Multiple files received for parameter: pic', file('pic') + file('pic')],
    ['Multiple files received for parameter: pic', file('pic') + file('pic', '')],
  ])('%s', async (detail, text) => {
    const problem = await problemOf(readShaped(text))
    expect(problem).toMatchObject({ code: 'VALIDATION_ERROR', status: 400, detail })
    // Nothing of it is held, and of the one before no more than there was.
    expect(kept[0]?.held).toBeLessThanOrEqual(1)
  })

  test('the rest of the body is not asked for', async () => {
    let taken = 0
    async function* body() {
      yield encoder.encode(file('other', 'f', 'x'.repeat(100)))
      for (;;) {
        taken++
        yield encoder.encode('x'.repeat(1000))
      }
    }
    const type = 'multipart/form-data; boundary=b'
    await problemOf(read(body(), {}, type, shape))
    expect(taken).toBe(0)
  })
})
