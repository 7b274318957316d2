/** Name and revision of the route table. */
export const ROUTE_TABLE_PROTOCOL = 'trefoil-routes.v1'

/** Where an argument travels in a request. */
export type ArgumentPlace =
  | 'path'
  | 'query'
  | 'header'
  | 'cookie'
  | 'field'
  | 'body'
  | 'form'
  | 'file'
  | 'files'

/** One argument of a route. */
export interface RouteArgument {
  readonly in: ArgumentPlace
  /** Name on the wire; absent where it is the argument's own. */
  readonly name?: string
  /** How a list is written: an item an occurrence, or one text with commas. Absent: it is none. */
  readonly list?: 'repeated' | 'commas'
}

/** One argument by its name. */
export type RouteArguments = Readonly<Record<string, RouteArgument>>

/** One route: what a client has to know to call it by name, and no more. No schemas. */
export interface RouteEntry {
  readonly name: string
  readonly method: string
  /**
   * Path template from where the app is mounted: `/orders/{order_id}`, or `/files/{rest:path}` where
   * an argument takes the rest.
   */
  readonly path: string
  readonly arguments: RouteArguments
}

/** What `GET /.well-known/trefoil-routes.json` answers: routes of the HTTP API, sorted by name. */
export interface RouteTable {
  readonly protocol: typeof ROUTE_TABLE_PROTOCOL
  readonly routes: readonly RouteEntry[]
}
