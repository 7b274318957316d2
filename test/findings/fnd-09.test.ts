// FND-9: a call shows no credential, however one looks. Who looks: error trackers, loggers that
// print what they are given, a plugin that walks about.
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ANN, COOKIE, hooked, PLACES, type Place, type Probe, TOKEN, visit } from './hooked.ts'
import { reachable } from './reachable.ts'
import { alike, everywhere, Lines, Records } from './surfaces.ts'

const SECRETS = [TOKEN, COOKIE]
/** An authenticator is there to read credentials; it is the only one that may. */
const WITHOUT_CREDENTIALS = PLACES.filter(
  (place) => place !== 'authenticator' && place !== 'onAuthenticated',
)

async function lookingAt<Seen>(
  place: Place,
  look: (view: object, owned: readonly unknown[]) => Seen,
): Promise<unknown> {
  const build = () => {
    const seen: (Seen | string)[] = []
    let own: readonly unknown[] = []
    const probe: Probe = (where, view) => {
      if (where !== place || seen.length > 0) return
      // The framework would mask what a look throws.
      try {
        seen.push(look(view, own))
      } catch (error) {
        seen.push(`threw ${String(error)}`)
      }
    }
    const made = hooked(probe, new Lines().logger)
    own = Object.values(made.owned)
    return { ...made, seen }
  }
  return everywhere(build, async (surface, { seen }) => {
    await visit(surface)
    return seen[0] ?? 'was never there'
  })
}

describe('FND-9: what is handed out has no member of its own', () => {
  test.each(PLACES)('at %s', async (place) => {
    const seen = await lookingAt(place, (view) => ({
      keys: Object.keys(view),
      spread: { ...view },
      extensible: Object.isExtensible(view),
      prototype: Object.isFrozen(Object.getPrototypeOf(view)),
    }))
    expect(seen).toEqual(alike({ keys: [], spread: {}, extensible: false, prototype: true }))
  })
})

describe('FND-9: no way leads to a credential, or to anything of ours that can be changed', () => {
  test.each(WITHOUT_CREDENTIALS)('from %s', async (place) => {
    const seen = await lookingAt(place, (view, own) => {
      const finds = reachable(view, { secrets: SECRETS, own })
      return finds.map(({ path, what }) => `${what}: ${path}`)
    })
    expect(seen).toEqual(alike([]))
  })
})

describe('FND-9: printing shows no credential', () => {
  const print: Readonly<Record<string, (view: object) => string>> = {
    'as JSON': (view) => JSON.stringify(view),
    'as JSON, spread': (view) => JSON.stringify({ ...view }),
    'for the console, hidden members too': (view) => inspect(view, { depth: 9, showHidden: true }),
    'by name': (view) =>
      Reflect.ownKeys(view)
        .map((key) => inspect(Reflect.get(view, key), { depth: 9, showHidden: true }))
        .join(),
    'inherited names too': (view) => {
      const texts: string[] = []
      for (const name in view) texts.push(inspect(Reflect.get(view, name), { depth: 9 }))
      return texts.join()
    },
    'as text': (view) => String(view),
  }
  describe.each(Object.keys(print))('%s', (way) => {
    test.each(WITHOUT_CREDENTIALS)('at %s', async (place) => {
      const seen = await lookingAt(place, (view) => {
        const text = print[way]?.(view) ?? ''
        return SECRETS.some((secret) => text.includes(secret))
      })
      expect(seen).toEqual(alike(false))
    })
  })
})

test('FND-9: the headers of a call are the request’s without its credentials', async () => {
  const seen = await lookingAt('handler', (view) => {
    // A call, at this place.
    const { headers } = (view as { readonly request: { readonly headers: Headers } }).request
    return [headers.get('authorization'), headers.get('cookie'), headers.has('cookie')]
  })
  expect(seen).toEqual(alike([null, null, false]))
})

test('FND-9: an authenticator does see them: that is what it is for', async () => {
  const build = () => {
    const bearers: unknown[] = []
    const probe: Probe = (where, view) => {
      // The place says which view it is.
      if (where === 'authenticator') bearers.push((view as { readonly bearer: unknown }).bearer)
    }
    return { ...hooked(probe, new Lines().logger), bearers }
  }
  const seen = await everywhere(build, async (surface, { bearers }) => {
    await surface.call('work', { amount: 1 }, ANN)
    return bearers[0]
  })
  expect(seen).toEqual(alike(TOKEN))
})

test('FND-9: a record leads to no credential, and nothing in it can be changed', async () => {
  const build = () => {
    const records = new Records()
    const { logger } = new Lines()
    const made = hooked(() => {}, logger, { log: { logger, onCall: records.onCall } })
    return { ...made, records }
  }
  const seen = await everywhere(build, async (surface, { records, owned }) => {
    await visit(surface)
    const finds = (await records.atLeast(3)).flatMap((record) =>
      reachable(record, { secrets: SECRETS, own: Object.values(owned) }),
    )
    return finds.map(({ path, what }) => `${what}: ${path}`)
  })
  expect(seen).toEqual(alike([]))
})
