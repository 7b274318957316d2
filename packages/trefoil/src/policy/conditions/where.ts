/** What a column holds. Dates, bytes and numbers without end have no equal meaning everywhere. */
export type ColumnType = 'text' | 'number' | 'boolean'

/** The columns a condition looks at, by name. */
export type Columns = Readonly<Record<string, ColumnType>>

/** A row with those columns; what is in them is looked at when it is judged. */
export type RowOf<C extends Columns> = { readonly [Name in keyof C]: unknown }

/** What the caller is known by: one value, or none. */
export interface AuthValue {
  readonly auth: 'subject' | 'tenant' | 'issuer' | `claims.${string}`
}

/** What the caller is known by: several values. */
export interface AuthValues {
  readonly auth: 'roles' | 'scopes' | `claims.${string}`
}

type ValueOf<Type extends ColumnType> = Type extends 'text'
  ? string
  : Type extends 'number'
    ? number
    : boolean

type Named<C extends Columns, Fits extends ColumnType = ColumnType> = {
  [Name in keyof C]: C[Name] extends Fits ? Name : never
}[keyof C] &
  string

/** A column, and a constant or something of the caller's that it is compared with. */
type Compared<C extends Columns, Fits extends ColumnType = ColumnType> = {
  [Name in Named<C, Fits>]: readonly [column: Name, value: ValueOf<C[Name]> | AuthValue]
}[Named<C, Fits>]

type Listed<C extends Columns> = {
  [Name in Named<C>]: readonly [column: Name, values: readonly ValueOf<C[Name]>[] | AuthValues]
}[Named<C>]

/**
 * A condition as data: it can stand in a JSON file. Each object has exactly one member.
 *
 * As in SQL a comparison with nothing (a column that is NULL, a claim the token has not) is neither
 * true nor false, and so is its `not`. Only what is true lets anybody see a row.
 */
export type Where<C extends Columns = Columns> =
  | { readonly eq: Compared<C> }
  | { readonly ne: Compared<C> }
  | { readonly lt: Compared<C, 'text' | 'number'> }
  | { readonly lte: Compared<C, 'text' | 'number'> }
  | { readonly gt: Compared<C, 'text' | 'number'> }
  | { readonly gte: Compared<C, 'text' | 'number'> }
  | { readonly in: Listed<C> }
  | { readonly isNull: Named<C> }
  /** The caller has this role. */
  | { readonly role: string }
  /** The caller has this scope. */
  | { readonly scope: string }
  | { readonly all: readonly Where<C>[] }
  | { readonly any: readonly Where<C>[] }
  | { readonly not: Where<C> }
