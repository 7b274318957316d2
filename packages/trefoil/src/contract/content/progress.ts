/** How far a call has come, as its handler said. */
export interface Progress {
  readonly done: number
  /** `null` when nobody knows. */
  readonly total: number | null
  readonly message: string | null
}
