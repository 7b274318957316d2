import { createApp } from 'trefoil'
import { type StoreDatabase, storeDatabase } from '../src/database.ts'
import { Orders } from '../src/orders.ts'

/** A database of the store without the rest of it. */
export interface OpenStore {
  readonly data: StoreDatabase
  close(): Promise<void>
}

/** Opened as the store opens it. */
export async function openStore(
  data: StoreDatabase = storeDatabase({ url: ':memory:' }),
): Promise<OpenStore> {
  const app = createApp({ name: 'store', parts: [data] })
  await app.startup({ announce: false })
  return { data, close: () => app.shutdown() }
}

/** Orders whose every call is a unit of its own, as a call of the store has one. */
export function unitsOf(data: StoreDatabase): { readonly [Name in keyof Orders]: Orders[Name] } {
  const reads = new Orders(data.queries())
  return {
    list: (filter) => reads.list(filter),
    find: (id) => reads.find(id),
    sales: () => reads.sales(),
    create: (order) => data.unit((db) => new Orders(db).create(order)),
    setStatus: (id, status) => data.unit((db) => new Orders(db).setStatus(id, status)),
    remove: (id) => data.unit((db) => new Orders(db).remove(id)),
  }
}
