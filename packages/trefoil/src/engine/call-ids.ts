/** What a call is known by. */
export interface CallIds {
  /** The caller's, when it sent one: then it need not be different for every call. */
  readonly requestId: string
  /** Ours, and different for every call; the same whoever asks, and whenever. */
  readonly callId: string
}
