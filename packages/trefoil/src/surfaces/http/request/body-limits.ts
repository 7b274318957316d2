import type { StrictJsonLimits } from '../../../base/json/strict-json.ts'

/** Limits of what a caller sends. */
export interface BodyLimits {
  /** Bytes of the whole body; exactly this many pass. */
  readonly maxBodySize: number
  /** Fields and files of one form. */
  readonly maxFormParts: number
  /** Bytes of one form field. */
  readonly maxFormFieldSize: number
  /** Bytes of one file. */
  readonly maxFileSize: number
  readonly json: StrictJsonLimits
  /** Bytes of files that one call keeps in memory; what exceeds it goes to disk. */
  readonly uploadSpoolSize: number
}
