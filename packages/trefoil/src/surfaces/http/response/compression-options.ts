import { type ByteSize, parseByteSize } from '../../../base/bytes.ts'
import { checkOptionNames, type OptionNames } from '../../../contract/options/option-names.ts'
import { checkRecord } from '../../../contract/options/option-values.ts'
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

const COMPRESSION_OPTIONS: OptionNames<CompressionOptions> = { threshold: true, encodings: true }

/** @throws ImproperlyConfigured naming what is wrong */
export function readCompression(
  value: boolean | CompressionOptions | undefined,
): Compression | null {
  if (value === undefined || value === false) return null
  const options: CompressionOptions = value === true ? {} : value
  checkRecord('compression', options, 'true, false or an object of options')
  checkOptionNames('compression', options, COMPRESSION_OPTIONS)
  const { threshold = '1kb', encodings = ENCODINGS } = options
  const bytes = parseByteSize(threshold)
  if (bytes === null) {
    throw new ImproperlyConfigured("compression.threshold must be a size such as '1kb'")
  }
  if (!Array.isArray(encodings) || encodings.length === 0) {
    throw new ImproperlyConfigured('compression.encodings must be a list with at least one entry')
  }
  for (const encoding of encodings) {
    if (!ENCODINGS.includes(encoding)) {
      throw new ImproperlyConfigured(
        `compression.encodings: unknown '${String(encoding)}'; expected one of ${ENCODINGS.join(', ')}`,
      )
    }
  }
  return Object.freeze({
    threshold: bytes,
    encodings: Object.freeze(existing(encodings)),
    credentialHeaders: CREDENTIAL_HEADERS,
  })
}
