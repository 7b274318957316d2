/** What dependencies are told at the end of a rehearsal. */
export class RolledBack extends Error {
  override readonly name = 'RolledBack'

  constructor() {
    super('The call was a rehearsal')
  }
}
