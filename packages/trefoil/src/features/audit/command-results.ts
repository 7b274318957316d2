import type { CommandResult } from '../../parts.ts'

const UNREADABLE = 2

/**
 * What cannot be read is another exit code than what was changed.
 *
 * @param ready asked first: throws what to do where nothing could be read. Default: nothing is asked
 */
export async function orUnreadable(
  run: () => Promise<CommandResult>,
  ready: (() => Promise<void>) | null = null,
): Promise<CommandResult> {
  try {
    await ready?.()
    return await run()
  } catch (error) {
    const why = error instanceof Error ? error.message : 'the log cannot be read'
    return { text: why, json: { ok: false, error: why }, exit: UNREADABLE }
  }
}

export function wholeNumber(
  name: string,
  text: string | boolean | undefined,
  otherwise: number,
): number {
  if (text === undefined) return otherwise
  if (typeof text !== 'string' || !/^[0-9]{1,12}$/.test(text)) {
    throw new TypeError(`--${name} must be a whole number`)
  }
  return Number(text)
}
