import { randomBytes } from 'node:crypto'
import { equalSecrets } from '../../../parts.ts'
import type { AccountKeys } from '../account-keys.ts'
import type { Identifier } from '../identifier.ts'

/** The cookie of a device. Where cookies are not `Secure`, as in development over http, it has no `__Host-`. */
export const DEVICE_COOKIE = 'trefoil_device'

/** How long a device is known after its last login. */
export const DEVICE_LIFETIME = '180d'

const LIFETIME = 180 * 86_400_000
/** Accounts that one browser may know; the one that signed in longest ago is forgotten. */
const MOST = 4
const BETWEEN = '~'
const TOKEN = /^([A-Za-z0-9_-]{22})\.([0-9a-z]{1,11})\.([A-Za-z0-9_-]{43})$/
const LONGEST = MOST * (22 + 11 + 43 + 3)

interface Parts {
  readonly token: string
  readonly id: string
  readonly issued: string
  readonly mac: string
}

/**
 * Tokens of devices: signed, and bound to what was signed in to. Nothing is kept of them. Whoever steals one has tries of its own
 * for one account, and nothing else.
 */
export class DeviceTokens {
  readonly #keys: AccountKeys
  readonly #now: () => number

  constructor(keys: AccountKeys, now: () => number) {
    this.#keys = keys
    this.#now = now
  }

  /** @returns the id of the device; `null` where it does not know this account, or none of ours is shown */
  find(identifier: Identifier, shown: string | null): string | null {
    for (const parts of split(shown)) if (this.#isOf(parts, identifier)) return parts.id
    return null
  }

  /** The same device keeps its id: its wrong tries are its own. */
  make(identifier: Identifier, shown: string | null): string {
    const others = split(shown).filter((parts) => !this.#isOf(parts, identifier))
    const id = this.find(identifier, shown) ?? randomBytes(16).toString('base64url')
    const issued = this.#now().toString(36)
    const token = `${id}.${issued}.${this.#keys.mac('device', boundTo(id, issued, identifier))}`
    return [token, ...others.map((one) => one.token)].slice(0, MOST).join(BETWEEN)
  }

  #isOf({ id, issued, mac }: Parts, identifier: Identifier): boolean {
    const made = Number.parseInt(issued, 36)
    if (!(this.#now() < made + LIFETIME)) return false
    const macs = this.#keys.macs('device', boundTo(id, issued, identifier))
    // All of them, so that the time taken does not tell which key it was.
    return macs.map((expected) => equalSecrets(mac, expected)).includes(true)
  }
}

function boundTo(id: string, issued: string, { kind, text }: Identifier): string {
  return `${id}.${issued} ${kind}:${text}`
}

/** What looks like tokens of ours, and at most so many: the rest is whatever somebody sent. */
function split(shown: string | null): readonly Parts[] {
  if (shown === null || shown.length > LONGEST) return []
  const parts: Parts[] = []
  for (const token of shown.split(BETWEEN)) {
    const [, id, issued, mac] = TOKEN.exec(token) ?? []
    if (id === undefined || issued === undefined || mac === undefined) continue
    parts.push({ token, id, issued, mac })
  }
  return parts
}
