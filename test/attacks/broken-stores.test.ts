import { describe, expect, test } from 'vitest'
import { type ApiKeyStore, memoryApiKeys } from '../../packages/trefoil/src/auth.ts'
import { memoryRates, type RateStore } from '../../packages/trefoil/src/index.ts'
import {
  type AttemptStore,
  type LoginSessionStore,
  memoryAttempts,
  memoryLoginSessions,
  memoryRefreshFamilies,
  memorySpentTokens,
  memoryTasks,
  type RefreshFamilyStore,
  type SpentTokens,
  type TaskStore,
} from '../../packages/trefoil/src/stores.ts'
import {
  apiKeyStoreContract,
  attemptStoreContract,
  loginSessionContract,
  rateStoreContract,
  refreshFamilyContract,
  type StoreCheck,
  spentTokensContract,
  taskStoreContract,
} from '../../packages/trefoil/src/testing.ts'

/** A store that does one thing wrong. */
type Broken<Store> = Readonly<Record<string, (right: Store) => Partial<Store>>>

const pause = async () => new Promise<void>((resolve) => setImmediate(resolve))

const rates: Broken<RateStore> = {
  'takes from one count where another refuses': (right) => ({
    consume: async (demands, now) => {
      const all = []
      for (const demand of demands) all.push(...(await right.consume([demand], now)))
      return all
    },
  }),
  'refuses nobody': (right) => ({
    consume: async (demands, now) =>
      (await right.consume(demands, now)).map((one) => ({ ...one, allowed: true })),
  }),
  'has one count for keys that differ in case': (right) => ({
    consume: (demands, now) =>
      right.consume(
        demands.map((one) => ({ ...one, key: one.key.toLowerCase() })),
        now,
      ),
  }),
  'never fills up': (right) => ({ consume: (demands) => right.consume(demands, 1) }),
  'tells seconds': (right) => ({
    consume: async (demands, now) =>
      (await right.consume(demands, now)).map((one) => ({
        ...one,
        resetAfter: one.resetAfter / 1000,
      })),
  }),
  'fills up too fast': (right) => {
    const began = Date.now()
    return { consume: (demands, now) => right.consume(demands, now + (now - began) * 9) }
  },
}

const attempts: Broken<AttemptStore> = {
  'does not count those under way': (right) => ({
    reserve: async (budgets) => {
      const answer = await right.reserve(budgets)
      if (answer.kind === 'reserved') await right.released(answer.id, budgets)
      return answer
    },
  }),
  'forgets all budgets with a right one': (right) => ({
    succeeded: (id, budgets) =>
      right.succeeded(
        id,
        budgets,
        budgets.map(({ key }) => key),
      ),
  }),
  'forgets nothing with a right one': (right) => ({
    succeeded: (id, budgets) => right.succeeded(id, budgets, []),
  }),
  'asks the first budget only': (right) => ({
    reserve: (budgets) => right.reserve(budgets.slice(0, 1)),
    failed: (id, budgets) => right.failed(id, budgets.slice(0, 1)),
  }),
  'knows no cap': (right) => ({
    failed: (id, budgets) =>
      right.failed(
        id,
        budgets.map((one) => ({ ...one, cap: 1e9 })),
      ),
  }),
  'counts whoever looks on': (right) => ({
    status: async (budgets) => {
      const answer = await right.status(budgets)
      await right.failed('x', budgets)
      return answer
    },
  }),
  'says where they stand in an order of its own': (right) => ({
    status: async (budgets) => [...(await right.status(budgets))].reverse(),
  }),
  'does not double': (right) => ({
    failed: async (id, budgets) => {
      const { failures, retryAfter } = await right.failed(id, budgets)
      return { failures, retryAfter: Math.min(retryAfter, budgets[0]?.base ?? 0) }
    },
  }),
  'counts tries while it is locked': (right) => ({
    reserve: async (budgets) => {
      const answer = await right.reserve(budgets)
      if (answer.kind === 'locked') await right.failed('x', budgets)
      return answer
    },
  }),
  'keeps the failures of a window that is over': (right) => ({
    failed: (id, budgets) =>
      right.failed(
        id,
        budgets.map((one) => ({ ...one, window: 3_600_000 })),
      ),
  }),
  'releases what it is told was wrong, and no more': (right) => ({
    failed: async (id, budgets) => {
      await right.released(id, budgets)
      return { failures: 0, retryAfter: 0 }
    },
  }),
  'counts a failure only once it is given back twice': (right) => {
    const known = new Set<string>()
    return {
      reserve: async (budgets) => {
        const answer = await right.reserve(budgets)
        if (answer.kind === 'reserved') known.add(answer.id)
        return answer
      },
      failed: async (id, budgets) =>
        known.has(id) ? right.failed(id, budgets) : { failures: 0, retryAfter: 0 },
    }
  },
  'takes names': (right) => ({
    reserve: async (budgets) =>
      budgets.some(({ key }) => key.includes('@'))
        ? { kind: 'reserved', id: 'x' }
        : right.reserve(budgets),
  }),
  'does not wait for others in their order': (right) => {
    let busy = false
    return {
      reserve: async (budgets) => {
        if (busy) throw new Error('deadlock detected')
        busy = true
        await pause()
        busy = false
        return right.reserve(budgets)
      },
    }
  },
}

const sessions: Broken<LoginSessionStore> = {
  'lets anybody revoke': (right) => ({
    revoke: (_, id, now) => right.revoke({ tenant: null, subject: 'ada' }, id, now),
  }),
  'does not know tenants': (right) => ({
    list: (owner, now) => right.list({ ...owner, tenant: owner.tenant || null }, now),
  }),
  'changes whatever the version is': (right) => ({
    change: async (id, version, change, now) => {
      const found = await right.find(id, now)
      return right.change(id, found?.version ?? version, change, now)
    },
  }),
  'revives what was idle': (right) => ({ find: (id) => right.find(id, 1_800_000_000_000) }),
  'changes what is over': (right) => ({
    change: (id, version, change) => right.change(id, version, change, 1_800_000_000_000),
  }),
  'does not read before it writes in one step': (right) => ({
    change: async (id, version, change, now) => {
      const found = await right.find(id, now)
      await pause()
      if (found?.version !== version) return false
      await right.change(id, (await right.find(id, now))?.version ?? 0, change, now)
      return true
    },
  }),
  'revokes the one that stays': (right) => ({
    revokeAll: (owner, _, now) => right.revokeAll(owner, null, now),
  }),
  'sees nobody': () => ({ seen: () => {} }),
  'keeps the digest': (right) => ({
    change: (id, version, { details }, now) =>
      right.change(id, version, details === undefined ? {} : { details }, now),
  }),
  'drops details with another digest': (right) => ({
    change: (id, version, change, now) =>
      right.change(id, version, 'digest' in change ? { details: '{}', ...change } : change, now),
  }),
}

const families: Broken<RefreshFamilyStore> = {
  'gives the answer again when its successor was used': (right) => {
    const answers = new Map<string, string>()
    return {
      rotate: async (rotation) => {
        const answer = await right.rotate(rotation)
        if (answer.kind === 'rotated') answers.set(rotation.digest, rotation.sealed)
        const sealed = answers.get(rotation.digest)
        return answer.kind === 'reused' && sealed !== undefined
          ? { kind: 'repeated', family: answer.family, sealed }
          : answer
      },
    }
  },
  'gives the answer of the second': (right) => ({
    rotate: async (rotation) => {
      const answer = await right.rotate(rotation)
      return answer.kind === 'repeated' ? { ...answer, sealed: rotation.sealed } : answer
    },
  }),
  'gives the answer again after a logout': (right) => {
    const answers = new Map<string, string>()
    return {
      rotate: async (rotation) => {
        const answer = await right.rotate(rotation)
        if (answer.kind === 'rotated') answers.set(rotation.digest, rotation.sealed)
        const sealed = answers.get(rotation.digest)
        return answer.kind === 'reused' && answer.family.reason === 'logout' && sealed
          ? { kind: 'repeated', family: answer.family, sealed }
          : answer
      },
    }
  },
  'revokes nothing': (right) => ({
    rotate: async (rotation) => {
      const answer = await right.rotate({ ...rotation, grace: 1e15 })
      return answer.kind === 'repeated' && rotation.grace !== 20_000
        ? { kind: 'reused', family: answer.family }
        : answer
    },
  }),
  'gives the answer again for ever': (right) => ({
    rotate: (rotation) => right.rotate({ ...rotation, grace: 1e15 }),
  }),
  'gives no answer again': (right) => ({
    rotate: (rotation) => right.rotate({ ...rotation, grace: 0 }),
  }),
  'rotates in two steps': (right) => ({
    rotate: async (rotation) => {
      const family = await right.find(rotation.digest, rotation.now)
      await pause()
      const answer = await right.rotate(rotation)
      return family === null ? answer : { kind: 'rotated', family }
    },
  }),
  'takes tokens that are over': (right) => ({
    rotate: (rotation) => right.rotate({ ...rotation, now: 1_800_000_000_000 }),
  }),
  'takes successors for ever': (right) => ({
    rotate: (rotation) => right.rotate({ ...rotation, until: 9e15 }),
  }),
  'revokes sessions of all': (right) => ({
    revokeAll: (owner, _, reason, now) => right.revokeAll(owner, null, reason, now),
  }),
  'keeps the first reason no longer than the next': (right) => ({
    revoke: (owner, id, _, now) => right.revoke(owner, id, 'revoked', now),
  }),
  'takes a digest that was used': (right) => {
    let added = 0
    return {
      add: async (family, digest, until) =>
        (await right.add(family, digest, until)) ||
        right.add(family, `${digest}-${++added}`, until),
    }
  },
  'finds what was rotated': (right) => {
    const tokens = new Map<string, string>()
    return {
      rotate: async (rotation) => {
        const answer = await right.rotate(rotation)
        if (answer.kind === 'rotated') tokens.set(rotation.digest, rotation.next)
        return answer
      },
      find: (digest, now) => right.find(tokens.get(digest) ?? digest, now),
    }
  },
}

const spent: Broken<SpentTokens> = {
  'looks, and then writes': (right) => {
    const known = new Set<string>()
    return {
      spend: async (purpose, id, until) => {
        if (known.has(purpose + id)) return right.spend(purpose, id, until)
        await pause()
        known.add(purpose + id)
        await right.spend(purpose, id, until)
        return 'first'
      },
    }
  },
  'joins purpose and id': (right) => ({
    spend: (purpose, id, until) => right.spend('x', purpose + id, until),
  }),
  'cuts long ids': (right) => ({
    spend: (purpose, id, until) => right.spend(purpose, id?.slice(0, 255), until),
  }),
  'is another with another end': (right) => ({
    spend: (purpose, id, until) => right.spend(purpose, `${id}${Math.floor(until)}`, until),
  }),
  'forgets at the end itself': (right) => ({
    spend: (purpose, id, until) => (until < Date.now() ? 'first' : right.spend(purpose, id, until)),
  }),
  'takes an empty id': (right) => ({
    spend: (purpose, id, until) => right.spend(purpose, id === '' ? 'none' : id, until),
  }),
}

const keys: Broken<ApiKeyStore> = {
  'looks for quotes': (right) => ({
    list: (owner) => right.list(owner?.includes("'") ? null : owner),
  }),
  'lists everybody': (right) => ({ list: () => right.list(null) }),
  'replaces secrets of any version': (right) => ({
    replaceSecrets: async (id, version, all) =>
      right.replaceSecrets(id, (await right.find(id))?.version ?? version, all),
  }),
  'replaces secrets in two steps': (right) => ({
    replaceSecrets: async (id, version, all) => {
      const found = await right.find(id)
      await pause()
      if (found?.version !== version || found.revokedAt !== null) return false
      await right.replaceSecrets(id, (await right.find(id))?.version ?? 0, all)
      return true
    },
  }),
  'revokes nothing': (right) => ({ revoke: async (id) => (await right.find(id)) !== null }),
  'writes no uses': () => ({ used: () => {} }),
  'adds in the place of another': (right) => ({
    add: async (key) => {
      await right.add(key)
      return true
    },
  }),
}

const tasks: Broken<TaskStore> = {
  'shows those of others': (right) => ({
    find: (_, id, now) => right.find({ tenant: null, subject: 'ada' }, id, now),
  }),
  'counts in two steps': (right) => {
    let open = 0
    return {
      add: async (task, most) => {
        const before = open
        await pause()
        if (before >= most) return 'full'
        open++
        return right.add(task, 1e6)
      },
    }
  },
  'counts what has ended': (right) => {
    let all = 0
    return {
      add: async (task, most) => {
        if (all >= most) return 'full'
        const answer = await right.add(task, most)
        if (answer === 'added') all++
        return answer
      },
    }
  },
  'changes any version': (right) => ({
    change: async (id, version, change, now) => {
      const found = await right.find({ tenant: null, subject: 'ada' }, id, now)
      return right.change(id, found?.version ?? version, change, now)
    },
  }),
  'holds for ever': (right) => ({ hold: (id, _, now) => right.hold(id, 9e15, now) }),
  'does not hold': () => ({ hold: () => true }),
  'keeps what is over': (right) => ({
    find: (owner, id) => right.find(owner, id, 1_800_000_000_000),
  }),
  'takes any result': (right) => ({
    change: (id, version, change, now) =>
      right.change(id, version, { ...change, result: change.result?.slice(0, 1000) ?? null }, now),
  }),
}

/** @returns names of the checks that a broken store fails */
async function faults(checks: readonly StoreCheck[]): Promise<readonly string[]> {
  const ends = await Promise.allSettled(checks.map(async ({ run }) => run()))
  return checks.filter((_, at) => ends[at]?.status === 'rejected').map(({ name }) => name)
}

function seen<Store extends object>(
  port: string,
  broken: Broken<Store>,
  make: () => Store,
  contract: (make: () => Store) => readonly StoreCheck[],
): void {
  describe(`STO-3: the contract of ${port} sees a store that`, () => {
    test.concurrent.each(Object.entries(broken))('%s', async (_, breakIt) => {
      const made = () => {
        const right = make()
        return { ...right, ...breakIt(right) }
      }
      expect(await faults(contract(made))).not.toEqual([])
    })
  })
}

test('a store of rates that is slow, on a busy machine, is not one that is broken', async () => {
  const slow = () => {
    const right = memoryRates()
    return {
      consume: async (demands: Parameters<RateStore['consume']>[0]) => {
        await new Promise((resolve) => setTimeout(resolve, 60))
        return right.consume(demands, Date.now())
      },
    }
  }
  expect(await faults(rateStoreContract(slow, { ownClock: true }))).toEqual([])
})

seen('RateStore', rates, memoryRates, rateStoreContract)
seen('AttemptStore', attempts, memoryAttempts, attemptStoreContract)
seen('LoginSessionStore', sessions, memoryLoginSessions, loginSessionContract)
seen('RefreshFamilyStore', families, memoryRefreshFamilies, refreshFamilyContract)
seen('SpentTokens', spent, memorySpentTokens, spentTokensContract)
seen('ApiKeyStore', keys, memoryApiKeys, apiKeyStoreContract)
seen('TaskStore', tasks, memoryTasks, taskStoreContract)
