import { freezeClass } from './plain/freeze-class.ts'

const HIDDEN = '[secret]'

/**
 * What is in a {@link Secret}, and anything else as it is. For options that take a secret either way: no
 * `reveal` of a subclass is asked.
 */
export let revealed: (value: unknown) => unknown

/**
 * A value that prints as `[secret]` in logs, JSON and the inspector; reading it is the
 * visible verb {@link Secret.reveal}.
 */
export class Secret<Value = string> {
  readonly #value: Value

  static {
    revealed = (value) =>
      typeof value === 'object' && value !== null && #value in value ? value.#value : value
  }

  constructor(value: Value) {
    this.#value = value
  }

  reveal(): Value {
    return this.#value
  }

  toString(): string {
    return HIDDEN
  }

  toJSON(): string {
    return HIDDEN
  }
}

// The inspector looks past toString and toJSON.
Object.defineProperty(Secret.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value: () => HIDDEN,
})

// A `reveal` put on the prototype would hear every secret of the process.
freezeClass(Secret)
