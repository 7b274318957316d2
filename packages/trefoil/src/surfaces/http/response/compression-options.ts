import type { ByteSize } from '../../../base/bytes.ts'
import { isRecord } from '../../../base/plain/is-record.ts'
import { flag, listOf, size } from '../../../contract/options/kinds.ts'
import type { OptionKind } from '../../../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../../../contract/options/option-rows.ts'
import { readOptions } from '../../../contract/options/read-options.ts'
import { valueKind } from '../../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { CREDENTIAL_HEADERS } from '../../../web/raw-headers.ts'

/** A content coding, in the order of preference among those a client likes equally. */
export type Encoding = 'zstd' | 'br' | 'gzip'

/** How answers are compressed. */
export interface CompressionOptions {
  /** Bodies smaller than this are sent as they are. Default `1kb`. */
  readonly threshold?: ByteSize
  /**
   * Codings offered, best first. Default `['zstd', 'br', 'gzip']`. Those that the runtime does not
   * have are left out (zstd, in some).
   */
  readonly encodings?: readonly Encoding[]
}

/** {@link CompressionOptions} after checking. */
export interface Compression {
  /** Bytes. */
  readonly threshold: number
  readonly encodings: readonly Encoding[]
  /** Names of headers that carry credentials, in lower case. Default the usual ones. */
  readonly credentialHeaders: ReadonlySet<string>
}

export const ENCODINGS: readonly Encoding[] = ['zstd', 'br', 'gzip']

const MAKERS: Readonly<Record<Encoding, string>> = {
  zstd: 'createZstdCompress',
  br: 'createBrotliCompress',
  gzip: 'createGzip',
}

/** Asked of the runtime at start: an answer that began in a coding cannot fall back to another. */
function existing(encodings: readonly Encoding[]): readonly Encoding[] {
  // Not an import: this file is also loaded where there is no such module, nor a `process`.
  const { process } = globalThis as { readonly process?: Partial<NodeJS.Process> }
  const zlib: object | undefined = process?.getBuiltinModule?.('node:zlib')
  if (zlib === undefined) return encodings.filter((encoding) => encoding !== 'zstd')
  return encodings.filter((encoding) => typeof Reflect.get(zlib, MAKERS[encoding]) === 'function')
}

type CompressionValues = Values<CompressionOptions>

/** The rows of {@link CompressionOptions}. */
export const COMPRESSION: OptionGroup<CompressionOptions, CompressionValues> = {
  name: 'edge.compression',
  prefix: 'TREFOIL_EDGE_COMPRESSION',
  rows: {
    threshold: {
      read: size,
      default: '1kb',
      doc: 'Bodies smaller than this are sent as they are.',
    },
    encodings: {
      read: listOf(ENCODINGS),
      default: ENCODINGS,
      doc: 'Codings offered, best first. Those that the runtime does not have are left out.',
    },
  },
}

/** `true` for the defaults, or {@link CompressionOptions}. */
export const compression: OptionKind<Compression | null> = {
  words: 'flag',
  fromText: (word) => flag.fromText?.(word) ?? { value: word },
  read(value) {
    if (value === false) return { value: null }
    if (value !== true && !isRecord(value)) {
      return { mistake: `must be true, false or an object of options, got ${valueKind(value)}` }
    }
    const { threshold, encodings } = readOptions(COMPRESSION, value === true ? {} : value)
    if (encodings.length === 0) {
      throw new ImproperlyConfigured('edge.compression.encodings must name at least one')
    }
    return {
      value: Object.freeze({
        threshold,
        encodings: Object.freeze(existing(encodings)),
        credentialHeaders: CREDENTIAL_HEADERS,
      }),
    }
  },
}
