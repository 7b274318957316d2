import type { ByteSize } from '../../../index.ts'
import { LEAST_MEMORY, LEAST_PASSES, MOST_MEMORY, MOST_PASSES } from '../../../inner.ts'
import { kinds, type OptionGroup, type OptionKind, type Values } from '../../../parts.ts'

/** What a password costs whoever guesses it: argon2id, one lane. */
export interface PasswordHashingOptions {
  /** Memory of one hash. Default `19mb`, which is the least. */
  readonly memory?: ByteSize
  /** Times that the memory is gone through. Default 2, which is the least. */
  readonly passes?: number
}

/** {@link PasswordHashingOptions} after reading; `memory` in bytes. */
export type PasswordHashingValues = Values<PasswordHashingOptions>

const KIB = 1024

const memory: OptionKind<number> = {
  ...kinds.size,
  read(value, path) {
    const reading = kinds.size.read(value, path)
    if ('mistake' in reading) return reading
    const isWithin = reading.value >= LEAST_MEMORY * KIB && reading.value <= MOST_MEMORY * KIB
    return isWithin ? reading : { mistake: "must be a size from '19mb' to '1gb'" }
  },
}

/** The rows of {@link PasswordHashingOptions}. */
export const PASSWORD_HASHING: OptionGroup<PasswordHashingOptions, PasswordHashingValues> = {
  name: 'accounts(): passwordHashing',
  prefix: 'TREFOIL_AUTH_PASSWORD',
  rows: {
    memory: {
      read: memory,
      default: '19mb',
      variable: true,
      doc: 'Memory of one hash; passwords of before are hashed anew at the next login.',
    },
    passes: {
      read: kinds.count({ least: LEAST_PASSES, most: MOST_PASSES }),
      default: 2,
      variable: true,
      doc: 'Times that the memory is gone through.',
    },
  },
}
