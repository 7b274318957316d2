/**
 * An uploaded file. It lives as long as its call: reading it afterwards (in a background task,
 * say) throws `ImproperlyConfigured`.
 */
export interface UploadedFile {
  /** Name as sent, made safe: no directory part, nothing a file system takes for something else. */
  readonly name: string
  /** Media type as claimed by the sender; `application/octet-stream` when none was sent. */
  readonly type: string
  /** Bytes. */
  readonly size: number
  /** The whole content, in memory. */
  bytes(): Promise<Uint8Array>
  /** The whole content as UTF-8; bytes that are not become U+FFFD. */
  text(): Promise<string>
  /** The content piece by piece, from memory or disk. May be called again for another pass. */
  stream(): AsyncIterable<Uint8Array>
}
