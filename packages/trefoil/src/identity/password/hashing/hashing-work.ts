/** One hash that is to be computed. */
export interface HashingWork {
  readonly password: string
  /** What it is compared with; `null`: hashed anew. */
  readonly stored: string | null
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly salt: Uint8Array | null
  readonly pepper: Uint8Array | null
}

/** PHC text, or whether it fits. */
export type HashingResult = string | boolean

/** The figures of {@link HashingWork} as `@node-rs/argon2` takes them. */
export interface Argon2Options {
  readonly memoryCost: number
  readonly timeCost: number
  readonly parallelism: number
  readonly salt?: Uint8Array
  readonly secret?: Uint8Array
}

/** Without what is not there: the library takes no `undefined`. */
export function argon2Options({ memory, passes, salt, pepper }: HashingWork): Argon2Options {
  return {
    memoryCost: memory,
    timeCost: passes,
    parallelism: 1,
    ...(salt === null ? {} : { salt }),
    ...(pepper === null ? {} : { secret: pepper }),
  }
}
