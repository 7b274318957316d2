/** One number of a figure. */
export interface FigureSample {
  /** Values of its labels by name, from short lists that no caller has a say in. Default none. */
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** What a part counts, or has just now, for whoever collects such figures: `metrics()`. */
export interface PartFigure {
  /** Small letters, digits and `_`: `shelf_pieces`. That of a counter ends with `_total`. */
  readonly name: string
  /** `counter`: only grows while the process lives. */
  readonly type: 'counter' | 'gauge'
  /** One sentence, for whoever reads it. */
  readonly help: string
  readonly samples: readonly FigureSample[]
}
