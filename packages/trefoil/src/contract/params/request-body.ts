import type { UploadedFile } from './uploaded-file.ts'

/**
 * The body of a request as it came, for handlers that want it raw. Everything is read when first
 * asked for and kept, failures included. Throws `ImproperlyConfigured` on MCP and CLI, where
 * there is no body, and when the body is already gone (see each member).
 */
export interface RequestBody {
  /**
   * All bytes; none is an empty array. They are there too when `params` declares a JSON body or
   * an urlencoded form, but not after a multipart form or {@link RequestBody.stream}.
   *
   * @throws Problem `payload_too_large`, `client_disconnected`
   */
  body(): Promise<Uint8Array>
  /**
   * The body as strict JSON, whatever its content type. `null` and `[]` are values like any other.
   *
   * @throws Problem `invalid_json`, also for an empty body (REQ-5)
   */
  json(): Promise<unknown>
  /**
   * The body as an urlencoded or multipart form; no body and no content type is an empty one.
   *
   * @throws Problem as for `form()` parameters
   */
  form(): Promise<RequestForm>
  /**
   * The bytes as they arrive, with backpressure and the limit of `limits.body`. Once only, and
   * only when nothing else has read the body.
   */
  stream(): AsyncIterable<Uint8Array>
}

/** A form read by hand. */
export interface RequestForm {
  /** Names and values of the fields in the order they were sent, duplicates included. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** The last value under a name; `null` when there is none (BIND-14). */
  get(name: string): string | null
  /** Every value under a name, in order. */
  getAll(name: string): readonly string[]
  /** Every file under a name, in order. */
  files(name: string): readonly UploadedFile[]
}
