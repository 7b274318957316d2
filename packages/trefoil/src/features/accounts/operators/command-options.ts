import type { CommandContext } from '../../../parts.ts'

type Options = CommandContext['options']

const PAGE = 50
const MOST_PAGE = 1000

/** Of an option that is required: whoever runs commands by hand of his own may leave it out all the same. */
export function textOf(options: Options, name: string): string {
  return textOrNull(options, name) ?? ''
}

export function textOrNull(options: Options, name: string): string | null {
  const text = options[name]
  return typeof text === 'string' ? text : null
}

/** With commas between them. */
export function listOf(options: Options, name: string): readonly string[] {
  const words = (textOrNull(options, name) ?? '').split(',').map((word) => word.trim())
  return words.filter((word) => word !== '')
}

/** How many on a page; `null` for what is no number of them. */
export function checkedPage(options: Options): number | null {
  const text = options['limit']
  const limit = text === undefined ? PAGE : Number(text)
  return Number.isInteger(limit) && limit >= 1 && limit <= MOST_PAGE ? limit : null
}
