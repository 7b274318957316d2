/** Hands out names once each: a second asker of `order` gets `order_2`, a third `order_3`. */
export class UniqueNames {
  readonly #taken = new Set<string>()

  constructor(reserved: Iterable<string> = []) {
    for (const name of reserved) this.#taken.add(name)
  }

  take(wanted: string): string {
    let name = wanted
    for (let count = 2; this.#taken.has(name); count++) name = `${wanted}_${count}`
    this.#taken.add(name)
    return name
  }
}
