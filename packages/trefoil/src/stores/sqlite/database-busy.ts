/** The writer, or a connection that reads, was not to be had in time. */
export class DatabaseBusy extends Error {
  override readonly name = 'DatabaseBusy'
}

/** Makes of {@link DatabaseBusy} what callers are told. */
export type Busy = (busy: DatabaseBusy) => unknown
