import { type Dependency, HttpError, type Routes } from 'trefoil'
import { hasRole } from 'trefoil/auth'
import { foreign, markup, type Page, type Pages, type TextsByLanguage, ui } from 'trefoil/pages'
import { z } from 'zod'
import { Quantity } from './order.ts'
import type { Orders } from './orders.ts'
import { ownOrders } from './visible-orders.ts'

/** Where people come to after they signed in. */
export const SHOP = '/shop'
/** As many orders as the page shows. */
const SHOWN = 100

export const SHOP_TEXTS: TextsByLanguage = {
  en: {
    'shop.title': 'Your orders',
    'shop.none': 'You have not ordered anything yet.',
    'shop.order': 'Order',
    'shop.product': 'Product',
    'shop.quantity': 'Quantity',
    'shop.status': 'Status',
    'shop.total': 'Total',
    'shop.note': 'Note',
    'shop.coffee': 'Coffee',
    'shop.tea': 'Tea',
    'shop.honey': 'Honey',
    'shop.mug': 'Mug',
    'shop.send': 'Place order',
    'shop.ordered': 'Thank you. The order is placed.',
    'shop.how_many': 'A whole number from 1 to 100.',
    'shop.account': 'Your account',
  },
  de: {
    'shop.title': 'Ihre Bestellungen',
    'shop.none': 'Sie haben noch nichts bestellt.',
    'shop.order': 'Bestellung',
    'shop.product': 'Ware',
    'shop.quantity': 'Anzahl',
    'shop.status': 'Status',
    'shop.total': 'Summe',
    'shop.note': 'Notiz',
    'shop.coffee': 'Kaffee',
    'shop.tea': 'Tee',
    'shop.honey': 'Honig',
    'shop.mug': 'Tasse',
    'shop.send': 'Bestellen',
    'shop.ordered': 'Danke. Die Bestellung ist aufgenommen.',
    'shop.how_many': 'Eine ganze Zahl von 1 bis 100.',
    'shop.account': 'Ihr Konto',
  },
}

/** What the page asks for: what is committed, and, for its form, the transaction of the call. */
export interface ShopNeeds {
  readonly orders: Dependency<Orders>
  readonly changes: Dependency<Orders>
}

/** The orders of whoever signed in, and a form for another one. It does what `my_orders` and `place_order` do. */
export function shopPage(routes: Routes, site: Pages, { orders, changes }: ShopNeeds): void {
  const guards = [hasRole('customer')]
  // Each names the other, so one of them says what it is.
  const page: Page = site.page(routes, SHOP, {
    name: 'shop_page',
    title: 'shop.title',
    guards,
    params: { orders },
    async show(view) {
      const visible = ownOrders.filter(view.call.auth)
      const items = (await view.args.orders.list({ limit: SHOWN, visible }))?.items ?? []
      const words = (name: string) => view.t(`shop.${name}`)
      const table = ui.table({
        caption: words('title'),
        head: ['order', 'product', 'quantity', 'status', 'total', 'note'].map(words),
        rows: items.map(({ id, sku, quantity, status, total, note }) => {
          return [id, sku, String(quantity), status, total.toFixed(2), foreign(note ?? '')]
        }),
      })
      return {
        wide: true,
        body: markup`${items.length === 0 ? markup`<p>${words('none')}</p>` : table}
${ui.card(words('send'), view.formOf(order, { submit: 'shop.send', values: { quantity: '1' } }))}
${ui.links([[view.href('/account'), words('account')]])}`,
      }
    },
  })
  const order = site.form(routes, `${SHOP}/order`, {
    name: 'shop_order',
    of: page,
    guards,
    params: { changes },
    fields: {
      sku: {
        kind: 'choice',
        label: 'shop.product',
        options: {
          'sku-coffee': 'shop.coffee',
          'sku-tea': 'shop.tea',
          'sku-honey': 'shop.honey',
          'sku-mug': 'shop.mug',
        },
      },
      quantity: {
        kind: 'text',
        label: 'shop.quantity',
        hint: 'shop.how_many',
        inputMode: 'numeric',
        maxLength: 3,
        schema: z.coerce.number().pipe(Quantity),
      },
      note: { kind: 'text', label: 'shop.note', required: false, maxLength: 500 },
    },
    async send({ sku, quantity, note }, call, view) {
      const customerId = call.auth?.subject
      // The guard let somebody in.
      if (customerId === undefined) throw new HttpError(401)
      const more = note === '' ? {} : { note }
      const made = await view.args.changes.create({ customerId, sku, quantity, ...more })
      if (made === null) throw new HttpError(422)
      return site.go(SHOP, { notice: 'shop.ordered' })
    },
  })
}
