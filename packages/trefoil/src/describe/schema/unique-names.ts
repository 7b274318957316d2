/** Hands out names once each: a second asker of `order` gets `order_2`, a third `order_3`. */
export class UniqueNames {
  readonly #taken = new Set<string>()

  constructor(reserved: Iterable<string> = []) {
    for (const name of reserved) this.#taken.add(name)
  }

  /** @param instead tried before a number is added */
  take(wanted: string, instead: string = wanted): string {
    let name = this.#taken.has(wanted) ? instead : wanted
    for (let count = 2; this.#taken.has(name); count++) name = `${instead}_${count}`
    this.#taken.add(name)
    return name
  }
}
