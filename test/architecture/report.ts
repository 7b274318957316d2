export const RULES = [
  'plan',
  'imports',
  'resolves',
  'literal-imports',
  'builtins',
  'packages',
  'browser',
  'file-cycles',
  'room-cycles',
  'doors',
  'names',
  'named-exports',
  'room-signs',
  'true-signs',
  'time-and-chance',
  'suppressions',
  'size',
  'folder-size',
  'fan-out',
] as const

export type Rule = (typeof RULES)[number]

/** Notes one thing that is against a rule; `file` may have a line behind a colon. */
export type Report = (rule: Rule, file: string, message: string) => void
