/** The writer, or a connection, was not to be had in time. Nothing was done. */
export class DatabaseBusy extends Error {
  override readonly name = 'DatabaseBusy'
}

/** The database does not answer. Nothing was done. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}

/** The connection was lost at the commit: whether it was made, nobody can tell. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown'
}

/** Makes of {@link DatabaseBusy} what callers are told. */
export type Busy = (busy: DatabaseBusy) => unknown
