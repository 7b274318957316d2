import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { AuthContext } from '../contract/auth/auth-context.ts'
import type { AuthRequest } from '../contract/call/call.ts'
import type { ApiKeyStore } from '../contract/ports/api-keys.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { memoryApiKeys } from '../stores/memory/memory-api-keys.ts'
import type { StoredApiKeyOptions } from './api-key/api-key-options.ts'
import { apiKeyAuth } from './api-key-auth.ts'
import { movableClock } from './jwt/issuer.fixture.ts'
import { keyRing } from './key-ring.ts'

const PEPPER = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
const OTHER = '0d1c4b7a9f65328e68b427d5e90c1a3f'

/** What authenticators wrote at level `error`. */
const logged: unknown[] = []

interface Sent {
  readonly query?: readonly (readonly [string, string])[]
  readonly source?: string
  readonly address?: string
  readonly header?: string
}

function sent(key: string | null, more: Sent = {}): AuthRequest {
  const { query = [], source = 'api', address = '192.0.2.1', header = 'x-api-key' } = more
  // The only members that `apiKeyAuth` reads.
  return {
    headers: { get: (name: string) => (name === header ? key : null) },
    query,
    source,
    client: { address },
    log: { error: (...said: unknown[]) => logged.push(said) },
  } as unknown as AuthRequest
}

type Auth = { authenticate(request: AuthRequest): unknown }

/** Subject, code of the refusal, or `none`. */
async function outcome(auth: Auth, key: string | null, more: Sent = {}): Promise<string> {
  const answer = await auth.authenticate(sent(key, more))
  if (AuthContext.is(answer)) return answer.subject
  return (answer as { code: string } | null)?.code ?? 'none'
}

const configure = (options: unknown) => () => apiKeyAuth(options as StoredApiKeyOptions)

describe('keys that stand in the code', () => {
  const keys = {
    'sk-admin-abc': { clientId: 'admin-agent', roles: ['admin', 'write'], kind: 'agent' },
    'sk-read-xyz': { clientId: 'viewer', scopes: ['orders:read'], tenant: 'acme' },
    'sk-plain': 'backend-service',
  } as const

  test('P-KEY-1, P-KEY-2: the simple form and the rich form', async () => {
    const auth = apiKeyAuth({ keys })
    expect(await auth.authenticate(sent('sk-plain'))).toMatchObject({
      subject: 'backend-service',
      kind: 'service',
      tenant: null,
      claims: {},
    })
    const admin = (await auth.authenticate(sent('sk-admin-abc'))) as AuthContext
    expect([admin.subject, admin.kind, [...admin.roles]]).toEqual([
      'admin-agent',
      'agent',
      ['admin', 'write'],
    ])
    const viewer = (await auth.authenticate(sent('sk-read-xyz'))) as AuthContext
    expect([viewer.tenant, [...viewer.scopes], viewer.roles.size]).toEqual([
      'acme',
      ['orders:read'],
      0,
    ])
  })

  test('P-KEY-3: no key is none of ours; any other one is invalid', async () => {
    const auth = apiKeyAuth({ keys })
    expect(auth).toMatchObject({ missing: 'Missing API key' })
    expect(await auth.authenticate(sent(null))).toBeNull()
    for (const key of [
      '',
      'sk-plaiN',
      'sk-plain ',
      'sk-plain, sk-plain',
      '__proto__',
      'x'.repeat(1e5),
    ]) {
      expect(await auth.authenticate(sent(key))).toMatchObject({
        code: 'unknown_key',
        text: 'Invalid API key',
      })
    }
  })

  test('P-KEY-4: verifyKey, whatever it is given', async () => {
    const auth = apiKeyAuth({ keys })
    expect(await auth.verifyKey('sk-plain')).toBe(true)
    for (const value of ['sk-other', '', null, 42, {}, ['sk-plain']]) {
      expect(await Reflect.apply(auth.verifyKey, auth, [value])).toBe(false)
    }
  })

  test('PW-24: the name of the header in any case', async () => {
    const auth = apiKeyAuth({ keys, header: 'X-Agent-Key' })
    expect(auth.scheme).toEqual({ type: 'apiKey', in: 'header', name: 'x-agent-key' })
    expect(await outcome(auth, 'sk-plain', { header: 'x-agent-key' })).toBe('backend-service')
    expect(await outcome(auth, 'sk-plain')).toBe('none')
  })

  test('a key called __proto__, and ids in any language', async () => {
    const own = Object.assign(Object.create(null), { ['__proto__']: 'proto', k2: 'Zoë 🔑' })
    Object.defineProperty(own, '__proto__', { value: 'proto', enumerable: true })
    const auth = apiKeyAuth({ keys: own })
    expect(await outcome(auth, '__proto__')).toBe('proto')
    expect(await outcome(auth, 'k2')).toBe('Zoë 🔑')
    expect(await outcome(auth, 'constructor')).toBe('unknown_key')
  })

  test('PW-25: neither the object nor its messages hold a key', () => {
    const auth = apiKeyAuth({ keys: { 'sk-shown-nowhere': 'a' } })
    expect(inspect(auth, { depth: 9, showHidden: true }) + JSON.stringify(auth)).not.toContain(
      'shown',
    )
    for (const bad of [
      { 'sk shown nowhere': 'a' },
      { 'sk-shown': '' },
      { 'sk-shown': { clientId: 'a', rolse: [] } },
      { 'sk-shown': { clientId: 'a', roles: 'admin' } },
      { 'sk-shown': { clientId: 'a', kind: 'person' } },
      { 'sk-shown': null },
      { 'sk-shown': 42 },
    ]) {
      try {
        apiKeyAuth({ keys: bad as never })
        expect.unreachable()
      } catch (error) {
        expect(error).toBeInstanceOf(ImproperlyConfigured)
        expect(String(error)).not.toContain('shown')
      }
    }
  })

  test('a short key is a risk in production, and no keys are a mistake', () => {
    expect(apiKeyAuth({ keys }).risks[0]).toMatchObject({ code: 'weak_secret' })
    expect(apiKeyAuth({ keys: { [PEPPER]: 'a' } }).risks).toEqual([])
    expect(configure({ keys: {} })).toThrow('at least one key')
    expect(configure({})).toThrow('needs keys or a store')
    expect(configure({ keys, pepper: PEPPER })).toThrow('pepper goes with a store')
    expect(configure({ keys: ['sk'] })).toThrow('must be an object')
    expect(configure({ keys: { '': 'a' } })).toThrow('is the variable that it comes from set?')
  })

  test('KEY-6: a key in the address is refused, whatever else is sent', async () => {
    const auth = apiKeyAuth({ keys })
    for (const query of [
      [['token', 'sk-plain']],
      [['x-api-key', 'anything']],
      [['X_API_KEY', '']],
    ]) {
      const pairs = query as [string, string][]
      expect(await outcome(auth, null, { query: pairs })).toBe('misplaced')
      expect(await outcome(auth, 'sk-plain', { query: pairs })).toBe('misplaced')
    }
    expect(await outcome(auth, 'sk-plain', { query: [['q', 'sk-other']] })).toBe('backend-service')
  })
})

describe('keys out of a store', () => {
  function made(options: Partial<StoredApiKeyOptions> = {}) {
    const { clock, pass, at } = movableClock()
    const inner = options.store ?? memoryApiKeys()
    const counts = { find: 0, used: 0 }
    const store: ApiKeyStore = {
      ...inner,
      find: (id) => {
        counts.find++
        return inner.find(id)
      },
      used: (uses) => {
        counts.used++
        return inner.used(uses)
      },
    }
    const auth = apiKeyAuth({ pepper: PEPPER, clock, ...options, store })
    const create = async (more: object = {}) => {
      const issued = await auth.createKey({ owner: 'ada', name: 'deploy', ...more })
      return { ...issued, text: issued.key.reveal(), id: issued.record.id }
    }
    return { auth, create, counts, pass, at, store: inner, clock }
  }

  test('KEY-1, S-KEY-1: how a key looks, and what is stored of it', async () => {
    const { create, store } = made({ prefix: 'acme_live' })
    const { key, text, id, record } = await create()
    expect(text).toMatch(/^acme_live_[0-9A-Za-z]{16}_[0-9A-Za-z]{38}$/)
    expect(key).toBeInstanceOf(Secret)
    const secret = text.slice(-38, -6)
    expect(inspect([key, record, await store.find(id)], { depth: 9 })).not.toContain(secret)
    expect(record).toMatchObject({ clientId: `key:${id}`, kind: 'service', revokedAt: null })
  })

  test('KEY-1: a slip is known without a look into the store', async () => {
    const { auth, create, counts } = made()
    const { text } = await create()
    const at = text.length - 10
    const other = text[at] === 'a' ? 'b' : 'a'
    const slips = [text.slice(0, -1), `${text}x`, text.slice(0, at) + other + text.slice(at + 1)]
    for (const slip of [...slips, text.toLowerCase(), `tfl${text}`, 'tfl_', 'x'.repeat(64)]) {
      expect(await outcome(auth, slip)).toBe('unknown_key')
    }
    expect(counts.find).toBe(0)
    expect(await outcome(auth, text)).toMatch(/^key:/)
  })

  test('an unknown id, and the secret of another key, are the same', async () => {
    const { auth, create } = made()
    const [one, other] = [await create(), await create()]
    const stranger = made()
    const foreign = await stranger.create()
    expect(await auth.authenticate(sent(foreign.text))).toBe(
      await auth.authenticate(sent(foreign.text)),
    )
    expect(await outcome(auth, foreign.text)).toBe('unknown_key')
    expect(await outcome(auth, one.text)).not.toBe(await outcome(auth, other.text))
  })

  test('KEY-2, SW-21: a key has what its owner has too, asked with every call', async () => {
    let rights: { roles: string[]; scopes: string[] } | null = {
      roles: ['admin', 'billing'],
      scopes: ['orders:read'],
    }
    const { auth, create, counts } = made({ ownerRights: async () => rights })
    const { text } = await create({ roles: ['admin'], scopes: ['orders:read', 'orders:write'] })
    const first = (await auth.authenticate(sent(text))) as AuthContext
    expect([[...first.roles], [...first.scopes]]).toEqual([['admin'], ['orders:read']])
    rights = { roles: [], scopes: ['orders:read'] }
    const second = (await auth.authenticate(sent(text))) as AuthContext
    expect([second.roles.size, [...second.scopes]]).toEqual([0, ['orders:read']])
    rights = null
    expect(await outcome(auth, text)).toBe('owner_gone')
    expect(counts.find).toBe(1)
  })

  test('KEY-2: an owner whose rights cannot be had lets nobody in', async () => {
    const { auth, create } = made({
      ownerRights: () => {
        throw new Error('down')
      },
    })
    const { text } = await create()
    await expect(async () => auth.authenticate(sent(text))).rejects.toThrow('down')
    expect(await auth.verifyKey(text)).toBe(false)
  })

  test('KEY-3: surfaces, addresses and an end', async () => {
    const { auth, create, pass } = made()
    const { text, id } = await create({
      surfaces: ['mcp'],
      addresses: ['10.0.0.0/8', '2001:db8::/32'],
      expiresIn: '1h',
    })
    const fits = { source: 'mcp', address: '10.1.2.3' }
    expect(await outcome(auth, text, fits)).toBe(`key:${id}`)
    expect(await outcome(auth, text, { ...fits, address: '2001:db8::7' })).toBe(`key:${id}`)
    expect(await outcome(auth, text, { ...fits, source: 'api' })).toBe('wrong_surface')
    expect(await outcome(auth, text, { ...fits, address: '11.0.0.1' })).toBe('wrong_address')
    pass(3599)
    expect(await outcome(auth, text, fits)).toBe(`key:${id}`)
    pass(1)
    expect(await outcome(auth, text, fits)).toBe('expired')
  })

  test('KEY-3: 90 days where nothing is said, and never only when it is', async () => {
    const { create, clock } = made()
    expect((await create()).record.expiresAt).toBe(clock.now() + 90 * 86_400_000)
    expect((await create({ expiresIn: 'never' })).record.expiresAt).toBeNull()
  })

  test.each([
    [{ owner: '' }, 'owner'],
    [{ name: undefined }, 'name'],
    [{ roles: 'admin' }, 'roles'],
    [{ scopes: [''] }, 'scopes'],
    [{ surfaces: ['web'] }, 'surfaces'],
    [{ surfaces: [] }, 'surfaces'],
    [{ addresses: ['10.0.0.0/33'] }, 'addresses'],
    [{ kind: 'person' }, 'kind'],
    [{ expiresIn: 3600 }, 'expiresIn'],
    [{ expiresIn: '0s' }, 'expiresIn'],
    [{ expires: '1h' }, "'expires'"],
  ])('createKey(%o) says what is wrong', async (more, what) => {
    const { create, store } = made()
    await expect(create(more as object)).rejects.toThrow(what)
    expect(await store.list(null)).toEqual([])
  })

  test('KEY-4: a warm call reads and writes nothing; uses are written together', async () => {
    const { auth, create, counts, pass, store } = made()
    const { text, id } = await create()
    await Promise.all(Array.from({ length: 100 }, () => outcome(auth, text)))
    expect(counts).toEqual({ find: 1, used: 0 })
    expect(auth.authenticate(sent(text))).toBeInstanceOf(AuthContext)
    pass(61)
    await outcome(auth, text)
    expect(counts.used).toBe(1)
    expect((await store.find(id))?.lastUsedAt).not.toBeNull()
  })

  test('KEY-4: what cannot be written waits, and breaks no call', async () => {
    let isDown = true
    const inner = memoryApiKeys()
    const used: ApiKeyStore['used'] = (uses) => {
      if (isDown) throw new Error('down')
      return inner.used(uses)
    }
    const { auth, create, pass, store } = made({ store: { ...inner, used } })
    const { text, id } = await create()
    pass(61)
    expect(await outcome(auth, text)).toBe(`key:${id}`)
    await new Promise(setImmediate)
    expect(logged.at(-1)).toMatchObject([{ err: new Error('down') }, expect.any(String)])
    isDown = false
    await auth.flush()
    expect((await store.find(id))?.lastUsedAt).not.toBeNull()
  })

  test('KEY-5: both secrets work while a key is rotated, and the old one ends', async () => {
    const { auth, create, pass } = made()
    const old = await create()
    const next = await auth.rotateKey(old.id, { overlap: '1h' })
    const text = next?.key.reveal() ?? ''
    const use = async (key: string) =>
      ((await auth.authenticate(sent(key))) as AuthContext).metadata?.['api_key_secret']
    expect([await use(text), await use(old.text)]).toEqual(['current', 'previous'])
    pass(3600)
    expect(await outcome(auth, old.text)).toBe('unknown_key')
    expect(await outcome(auth, text)).toBe(`key:${old.id}`)
    // A third one ends the first at once, and never are there more than two.
    await auth.rotateKey(old.id, { overlap: '0s' })
    expect(await outcome(auth, text)).toBe('unknown_key')
  })

  test('KEY-5: of two who rotate at once both get a secret that works', async () => {
    const { auth, create } = made()
    const { id } = await create()
    const issued = await Promise.all([auth.rotateKey(id), auth.rotateKey(id)])
    const found = await Promise.all(issued.map((one) => outcome(auth, one?.key.reveal() ?? '')))
    expect(found).toEqual([`key:${id}`, `key:${id}`])
  })

  test('KEY-5, S-KEY-2: a revoked key is refused at once here, within a second elsewhere', async () => {
    const store = memoryApiKeys()
    const here = made({ store })
    const there = made({ store })
    const { text, id } = await here.create()
    expect(await outcome(here.auth, text)).toBe(await outcome(there.auth, text))
    expect(await here.auth.revokeKey(id)).toBe(true)
    expect(await outcome(here.auth, text)).toBe('revoked')
    there.pass(1)
    expect(await outcome(there.auth, text)).toBe('revoked')
    expect(await here.auth.revokeKey('0000000000000000')).toBe(false)
    expect(await here.auth.rotateKey(id)).toBeNull()
  })

  test('KEY-5: a read that began before the revocation is not kept', async () => {
    const inner = memoryApiKeys()
    let let_go = () => {}
    const gate = new Promise<void>((resolve) => {
      let_go = resolve
    })
    let isSlow = false
    const find: ApiKeyStore['find'] = async (id) => {
      const key = await inner.find(id)
      if (isSlow) await gate
      return key
    }
    const { auth, create } = made({ store: { ...inner, find } })
    const { text, id } = await create()
    isSlow = true
    const early = outcome(auth, text)
    await auth.revokeKey(id)
    isSlow = false
    let_go()
    await early
    expect(await outcome(auth, text)).toBe('revoked')
  })

  test('KEY-5: with cacheFor 0s nobody joins a read that began before a revocation elsewhere', async () => {
    const inner = memoryApiKeys()
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    let isSlow = false
    const find: ApiKeyStore['find'] = async (id) => {
      const key = await inner.find(id)
      if (isSlow) await gate
      return key
    }
    const { auth, create } = made({ store: { ...inner, find }, cacheFor: '0s' })
    const { text, id } = await create()
    isSlow = true
    const early = outcome(auth, text)
    await inner.revoke(id, 1)
    const late = outcome(auth, text)
    release()
    expect(await Promise.all([early, late])).toEqual([`key:${id}`, 'revoked'])
  })

  test('KEY-5: a store that hung once keeps nobody who comes a second later', async () => {
    const inner = memoryApiKeys()
    let hangs = false
    const find: ApiKeyStore['find'] = (id) => (hangs ? new Promise(() => {}) : inner.find(id))
    const { auth, create, pass } = made({ store: { ...inner, find } })
    const { text, id } = await create()
    hangs = true
    auth.authenticate(sent(text))
    hangs = false
    pass(1)
    expect(await outcome(auth, text)).toBe(`key:${id}`)
  })

  test('KEY-1: a key of another prefix, and one with its own sum wrong, reach no store', async () => {
    const { auth, create, counts } = made()
    const { text } = await create()
    const other = made({ prefix: 'acme' })
    counts.find = 0
    const foreign = (await other.create()).text
    const changed = text.slice(0, -1) + (text.endsWith('a') ? 'b' : 'a')
    for (const key of [foreign, foreign.replace('acme', 'tfl'), changed, `${text}0`, ` ${text}`]) {
      expect(await outcome(auth, key)).toBe('unknown_key')
    }
    expect(counts.find).toBe(0)
  })

  test('KEY-4: a flood of made-up ids pushes out no key that is used', async () => {
    const { auth, create, counts } = made({ cacheSize: 2 })
    const { text } = await create()
    await outcome(auth, text)
    const stranger = made()
    for (let one = 0; one < 5; one++) await outcome(auth, (await stranger.create()).text)
    counts.find = 0
    await outcome(auth, text)
    expect(counts.find).toBe(0)
  })

  test('P-KEY-3: a store that fails, or gives something else, lets nobody in', async () => {
    const { create, store, clock } = made()
    const { text, record } = await create({ surfaces: ['mcp'] })
    const wrong = [
      { id: 'other' },
      // An end that nobody can read would be none, and text includes parts of itself.
      { expiresAt: undefined },
      { expiresAt: new Date(0) },
      { expiresAt: Number.NaN },
      { revokedAt: undefined },
      { surfaces: 'api' },
      { surfaces: ['http'] },
      { surfaces: undefined },
      { addresses: '10.0.0.0/8' },
      { roles: 'admin' },
      { scopes: [7] },
      { kind: 'person' },
      { secrets: [] },
      { secrets: [...record.secrets, ...record.secrets, ...record.secrets] },
      { secrets: [{ ...record.secrets[0], until: undefined }] },
    ]
    const answers: unknown[] = [{}, [], 'key', ...wrong.map((part) => ({ ...record, ...part }))]
    for (const answer of answers) {
      const find = () => answer as never
      const auth = apiKeyAuth({ pepper: PEPPER, clock, store: { ...store, find } })
      await expect(async () => auth.authenticate(sent(text))).rejects.toThrow(
        'The store of apiKeyAuth() gave a key',
      )
      expect(await auth.verifyKey(text)).toBe(false)
    }
  })

  test('a pepper is rotated like every secret, and what was taken out counts no more', async () => {
    const ring = keyRing(PEPPER)
    const { auth, create } = made({ pepper: ring })
    const { text, id } = await create()
    ring.replace(OTHER, [PEPPER])
    expect(await outcome(auth, text)).toBe(`key:${id}`)
    ring.replace(OTHER)
    expect(await outcome(auth, text)).toBe('unknown_key')
    expect(() => ring.replace('short')).toThrow('at least 32 bytes')
    expect(configure({ store: memoryApiKeys(), pepper: 'short' })).toThrow('at least 32 bytes')
    expect(configure({ store: memoryApiKeys() })).toThrow('pepper')
    expect(configure({ store: {}, pepper: PEPPER })).toThrow('a store of keys')
    expect(configure({ store: memoryApiKeys(), pepper: PEPPER, cacheFor: '2s' })).toThrow(
      'at most 1s',
    )
  })

  test('KEY-1: no digit is likelier than another', async () => {
    // Bytes beyond four times 62 are thrown away, not folded.
    let next = 0
    const random = (target: Uint8Array) => {
      for (let index = 0; index < target.length; index++) target[index] = next++ & 0xff
    }
    const { auth, create } = made({ random })
    const { text } = await create()
    expect(await outcome(auth, text)).toMatch(/^key:/)
    expect(text.slice(4, 20)).toBe('0123456789ABCDEF')
  })
})
