/** The cookies of one HTTP call, for what the framework itself keeps in them. */
export interface CallCookies {
  /**
   * Value of a cookie of the request as it was sent; `undefined` when there is none, and empty when
   * it was sent twice (COOK-5).
   */
  read(name: string): string | undefined
  /** Names that were sent, each once, in the order of the header: browsers send the oldest first. */
  names(): readonly string[]
  /**
   * Adds a `Set-Cookie` to the answer, in place of an earlier one of that name; `null` takes it
   * back. An answer that fails with a 5xx carries none.
   *
   * @throws Error when the head of the answer has been sent
   */
  write(name: string, header: string | null): void
}
