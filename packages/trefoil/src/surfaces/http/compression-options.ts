import { type ByteSize, parseByteSize } from '../../base/bytes.ts'
import { ImproperlyConfigured } from '../../contract/problem.ts'

/** A content coding, in the order of preference among those a client likes equally. */
export type Encoding = 'zstd' | 'br' | 'gzip'

/** How answers are compressed. */
export interface CompressionOptions {
  /** Bodies smaller than this are sent as they are. Default `1kb`. */
  readonly threshold?: ByteSize
  /** Codings offered, best first. Default `['zstd', 'br', 'gzip']`. */
  readonly encodings?: readonly Encoding[]
}

/** {@link CompressionOptions} after checking. */
export interface Compression {
  /** Bytes. */
  readonly threshold: number
  readonly encodings: readonly Encoding[]
}

const ENCODINGS: readonly Encoding[] = ['zstd', 'br', 'gzip']

/** @throws ImproperlyConfigured naming what is wrong */
export function readCompression(
  value: boolean | CompressionOptions | undefined,
): Compression | null {
  if (value === undefined || value === false) return null
  const { threshold = '1kb', encodings = ENCODINGS, ...unknown } = value === true ? {} : value
  const [stray] = Object.keys(unknown)
  if (stray !== undefined) throw new ImproperlyConfigured(`compression: unknown option '${stray}'`)
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
  return Object.freeze({ threshold: bytes, encodings: Object.freeze([...encodings]) })
}
