// The app that typed clients are tried on: one action for every place an argument can travel in.
import {
  body,
  cookie,
  createApp,
  field,
  file,
  files,
  form,
  HttpError,
  header,
  html,
  query,
  reply,
} from 'trefoil'
import { z } from 'zod'

export const app = createApp({ name: 'typed' })

const Order = z.object({ order_id: z.string(), total: z.number(), at: z.date() })

export const getOrder = app.get(
  '/orders/{order_id}',
  {
    name: 'get_order',
    description: 'Fetch one order.',
    cli: true,
    params: {
      order_id: z.string(),
      verbose: query(z.boolean().optional(), { alias: 'be-verbose' }),
    },
    returns: Order,
    problems: ['not_found'],
  },
  ({ order_id }) => {
    if (order_id === 'none') throw new HttpError(404, 'No such order', { code: 'not_found' })
    return { order_id, total: 1, at: new Date(0) }
  },
)

export const listOrders = app.get(
  '/orders',
  {
    name: 'list_orders',
    params: {
      ids: query(z.array(z.string()).default([]), { explode: false }),
      tag: query(z.array(z.number()).optional()),
    },
  },
  (args) => args,
)

export const createOrder = app.post(
  '/orders',
  {
    name: 'create_order',
    params: {
      sku: z.string(),
      note: z.string().nullable(),
      lines: field(z.array(z.object({ n: z.number() })), { alias: 'order_lines' }),
    },
  },
  (args) => reply(args, { status: 201, headers: { location: '/orders/7' } }),
)

export const replaceOrder = app.put(
  '/numbered/{order_id:int}',
  {
    name: 'replace_order',
    params: {
      whole: body(z.unknown()),
      if_match: header(z.string().optional()),
      theme: cookie(z.string().optional()),
    },
  },
  (args) => args,
)

export const upload = app.post(
  '/photos/{folder:path}',
  {
    name: 'upload',
    params: {
      photo: file(),
      more: files({ optional: true }),
      title: form(z.string()),
      tags: form(z.array(z.string()).default([])),
    },
  },
  async ({ folder, photo, more, title, tags }) => ({
    folder,
    title,
    tags,
    name: photo.name,
    type: photo.type,
    text: await photo.text(),
    more: more.length,
  }),
)

export const subscribe = app.post(
  '/subscribe',
  { name: 'subscribe', params: { email: form(z.string()) } },
  (args) => args,
)

export const page = app.get('/page', { name: 'page' }, () => html('<p>Hi</p>'))
export const bytes = app.get(
  '/bytes',
  { name: 'bytes', description: 'Bytes.', cli: true },
  () => new Uint8Array([1, 2, 255]),
)
export const nothing = app.delete('/orders', { name: 'nothing' }, () => null)
export const text = app.get('/text', { name: 'text', returns: z.string() }, () => 'plain')
export const failing = app.get('/failing', { name: 'failing' }, () =>
  reply({ detail: 'out of stock' }, { status: 422 }),
)
export const moved = app.get('/moved', { name: 'moved' }, () =>
  reply('x', { status: 302, headers: { location: '/' } }),
)
export const purge = app.action(
  'purge',
  { description: 'Purge.', cli: true, params: { days: z.int() } },
  ({ days }) => ({ days }),
)
export const ask = app.tool('ask', { description: 'A tool only.' }, () => 'x')
export const unnamed = app.get('/unnamed', () => 'unnamed')
