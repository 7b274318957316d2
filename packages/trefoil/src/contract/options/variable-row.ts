/** What there is to know about one variable. */
export interface VariableRow {
  readonly name: string
  /** The option that it stands in for; empty where there is none. */
  readonly option: string
  /** What it holds: `size`, `list`. */
  readonly value: string
  /** One line, as Markdown. */
  readonly doc: string
}

/** Variables by who reads them. */
export interface VariableSection {
  readonly title: string
  readonly rows: readonly VariableRow[]
}
