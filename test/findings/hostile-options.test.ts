// A proxy that was revoked, as options or in them: what JavaScript hands over by a slip of its own. Each was a raw
// TypeError somewhere, which names neither the option nor the door.
import { ImproperlyConfigured } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { HANDLES, NOT_CALLED, OPTION_USES, type OptionUse } from './option-uses.ts'
import { optionsAtDoors } from './options-at-doors.ts'

const names = new Map(
  optionsAtDoors(HANDLES)
    .map((place) => [`${place.at} ${place.type}`, place.names] as const)
    .filter(([key]) => !NOT_CALLED.test(key)),
)

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** What the language says of a value that is not what it was used as. */
const OF_THE_LANGUAGE =
  /Cannot |Class constructor|is not (?:a function|a constructor|an object|iterable|defined)|has been revoked/

/** What was thrown that is no sentence of ours; `null` for nothing. */
async function rawError(use: () => unknown): Promise<string | null> {
  try {
    await use()
    return null
  } catch (error) {
    // Of a door of its own there may be two classes; and in calls and at stores it is a TypeError of ours, or an answer.
    if (error instanceof ImproperlyConfigured || !OF_THE_LANGUAGE.test(String(error))) {
      return (error as Error).message === '' ? 'no sentence' : null
    }
    // The table's own code took the options apart before any door saw them.
    const stack = String((error as Error | undefined)?.stack)
      .split('\n')
      .slice(1)
    const frames = stack.filter((line) => !line.includes('hostile-options'))
    if (frames[0]?.includes('option-uses') === true) return null
    return `${error}\n${frames.slice(0, 4).join('\n')}`
  }
}

describe('FND-13: options that cannot be looked at', () => {
  test.each(Object.entries(OPTION_USES))('%s says a sentence of them', async (key, given) => {
    const { use, good } = given as OptionUse
    const found: Record<string, string> = {}
    const tell = async (what: string, options: object) => {
      const raw = await rawError(() => use(options as never))
      if (raw !== null) found[what] = raw
    }
    await tell('revoked', revoked())
    for (const name of names.get(key) ?? []) {
      await tell(`${name}, revoked`, { ...good, [name]: revoked() })
    }
    expect(found).toEqual({})
  })
})
