// DESIGN §1: a group hands its parameters, and the names of its prefix, down to every route.
import { file } from 'trefoil'
import { hasRole } from 'trefoil/auth'
import { z } from 'zod'
import { exact } from './expect.ts'
import { app, db, named, nothing, type Session } from './setting.ts'

const shops = app.group('/shops/{shop_id}', {
  params: { db, page: z.int().default(1) },
  guards: [hasRole('staff')],
  roles: ['staff'],
  tags: ['shops'],
})

shops.get('/orders/{order_id}', {}, ({ db, page, shop_id, order_id }) => {
  exact<Session>()(db)
  exact<number>()(page)
  exact<string>()(shop_id)
  exact<string>()(order_id)
})
shops.get('/orders', ({ db, page, shop_id }) => {
  exact<Session>()(db)
  exact<number>()(page)
  exact<string>()(shop_id)
})

// Groups in groups add up; a prefix may name an integer, and a group may declare its own name.
const shelves = shops.group('/shelves/{shelf:int}', { params: { width: z.number() } })
shelves.post('/', { params: { label: z.string() } }, ({ db, shop_id, shelf, width, label }) => {
  exact<Session>()(db)
  exact<string>()(shop_id)
  exact<number>()(shelf)
  exact<number>()(width)
  exact<string>()(label)
})
const years = app.group('/years/{year}', { params: { year: z.int() } })
years.get('/days/{day:int}', {}, ({ year, day }) => {
  exact<number>()(year)
  exact<number>()(day)
})
app.group('/plain').get('/{id}', {}, ({ id }) => exact<string>()(id))

shops.get('/', {}, (args) => {
  // @ts-expect-error a parameter of an inner group does not leak out
  args.width
})
app.get('/', {}, (args) => {
  // @ts-expect-error a parameter of a group does not leak out
  args.page
})

// An action has no path, so it has the group's parameters but no names of the prefix.
shops.tool('count', { description: 'Count.' }, ({ db, page }) => {
  exact<Session>()(db)
  exact<number>()(page)
})
shops.tool('count_names', { description: 'Count.' }, (args) => {
  // @ts-expect-error a tool has no path
  args.shop_id
})

// A file parameter that is inherited is a file parameter too.
const uploads = app.group('/uploads', { params: { document: file() } })
uploads.post('/', { ...named, tool: false }, nothing)
// @ts-expect-error files cannot travel as tool arguments
uploads.post('/', { ...named, tool: true }, nothing)
// @ts-expect-error files cannot travel as CLI flags
uploads.post('/', { ...named, cli: true }, nothing)
// @ts-expect-error files cannot travel as tool arguments
uploads.tool('upload', { description: 'Upload.' }, nothing)

// A group only tightens: what would loosen it is not an option of a group.
// @ts-expect-error a group is not public
app.group('/open', { public: true })
// @ts-expect-error a group has no tools
app.group('/tools', { tool: true })
// @ts-expect-error not an option
app.group('/typo', { guard: [] })
// @ts-expect-error a parameter is a schema, a marked schema or a dependency
app.group('/text', { params: { a: 'string' } })
