/** Answers to questions of an earlier round of a call, as they came. */
export interface SentAnswers {
  /** What was given with the questions; text that anybody may have made up. `null` where nothing of it came back. */
  readonly state: string | null
  /** By key of the question; JSON that anybody may have made up. */
  readonly answers: Readonly<Record<string, unknown>>
}
