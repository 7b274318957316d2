// DESIGN §1: what is declared in `params` reaches the handler typed, with no cast.
import {
  body,
  cookie,
  field,
  file,
  files,
  form,
  header,
  path,
  query,
  type UploadedFile,
} from 'trefoil'
import { z } from 'zod'
import { exact } from './expect.ts'
import { app, Moment, nothing, Order } from './setting.ts'

// Bare schemas: the output type.
app.post('/bare', { params: { a: z.string(), n: z.int(), order: Order } }, ({ a, n, order }) => {
  exact<string>()(a)
  exact<number>()(n)
  exact<'new' | 'paid'>()(order.status)
})

// A default is there after validation; an optional value may be missing.
app.get(
  '/defaults',
  {
    params: {
      a: z.boolean().default(false),
      b: z.string().optional(),
      c: z.string().nullable(),
      d: z.array(z.string()).default([]),
    },
  },
  ({ a, b, c, d }) => {
    exact<boolean>()(a)
    exact<string | undefined>()(b)
    exact<string | null>()(c)
    exact<string[]>()(d)
  },
)

// Output, not input: a transform, and a schema written by hand.
app.get(
  '/output',
  { params: { length: z.string().transform((text) => text.length), at: Moment } },
  ({ length, at }) => {
    exact<number>()(length)
    exact<Date>()(at)
  },
)

// Every marker, on top of optional, default and hand-made schemas.
app.post(
  '/marked/{id}',
  {
    params: {
      id: path(z.uuid()),
      verbose: query(z.boolean().default(false), { alias: 'be-verbose' }),
      limit: query(z.int().optional()),
      at: header(Moment, { description: 'When.' }),
      theme: cookie(z.enum(['dark', 'light']).optional()),
      order: body(Order),
    },
  },
  ({ id, verbose, limit, at, theme, order }) => {
    exact<string>()(id)
    exact<boolean>()(verbose)
    exact<number | undefined>()(limit)
    exact<Date>()(at)
    exact<'dark' | 'light' | undefined>()(theme)
    exact<{ id: string; total: number; status: 'new' | 'paid' }>()(order)
  },
)

app.post(
  '/upload',
  { params: { title: form(z.string()), picture: file(), pages: files() } },
  ({ title, picture, pages }) => {
    exact<string>()(title)
    exact<UploadedFile>()(picture)
    exact<readonly UploadedFile[]>()(pages)
  },
)

app.get('/no-params', {}, (args) => {
  // @ts-expect-error nothing is declared under this name
  args.nothing_here
})

app.get('/frozen', { params: { a: z.string() } }, (args) => {
  // @ts-expect-error arguments are frozen: they are what was hashed for approval
  args.a = 'other'
})

app.get('/fits', { params: { a: z.string() } }, ({ a }: { readonly a: string }) => a)
// @ts-expect-error a handler that wants another type than the schema gives
app.get('/misfit', { params: { a: z.string() } }, ({ a }: { readonly a: number }) => a)

// @ts-expect-error a parameter is a schema, a marked schema or a dependency
app.get('/text', { params: { a: 'string' } }, nothing)

// @ts-expect-error a marker takes a schema
query('string')

// @ts-expect-error a marker has no such option
query(z.string(), { aliases: ['a'] })

// What is said of absence, and how a list is written, changes no type: the schema decides.
app.delete(
  '/said',
  {
    params: {
      ids: query(z.array(z.int()), { explode: false }),
      q: query(z.preprocess(String, z.string().optional()), { optional: true }),
      f: field(z.int(), { alias: 'f-g' }),
    },
  },
  ({ ids, q, f }) => {
    exact<number[]>()(ids)
    exact<string | undefined>()(q)
    exact<number>()(f)
  },
)

// @ts-expect-error: commas are for a query
header(z.array(z.string()), { explode: false })
