// P-MWL-7, PW-30: an answer that was kept for one caller is not another's, and what checks callers runs
// for every one of them. On every surface, over real connections.
import { type CacheOptions, createApp, dependency, forgetAnswers, reply, stream } from 'trefoil'
import { AuthContext, guard, hasScope, inputGuard } from 'trefoil/auth'
import { definePart } from 'trefoil/parts'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  ALL,
  alike,
  ENV,
  everywhere,
  type Json,
  Lines,
  on,
  Records,
  type Surface,
} from '../findings/surfaces.ts'

const ANN = { subject: 'ann', issuer: 'one', kind: 'person', tenant: 'acme', scopes: ['read'] }

/** Who can call, by token. What differs from ann in one thing must not be given what is hers. */
const PEOPLE: Readonly<Record<string, object>> = {
  ann: ANN,
  'ann-again': { ...ANN, claims: { iat: 5, exp: 9, nbf: 1, jti: 'x' } },
  'another-tenant': { ...ANN, tenant: 'zeta' },
  'no-tenant': { ...ANN, tenant: null },
  'another-issuer': { ...ANN, issuer: 'two' },
  'another-subject': { ...ANN, subject: 'bob' },
  'another-kind': { ...ANN, kind: 'agent' },
  'a-role-more': { ...ANN, roles: ['admin'] },
  'a-scope-more': { ...ANN, scopes: ['read', 'write'] },
  'another-audience': { ...ANN, audience: 'elsewhere' },
  'a-claim-more': { ...ANN, claims: { acr: 'mfa' } },
  'a-session': { ...ANN, session: { id: 's1', createdAt: 1 } },
  'a-later-login': { ...ANN, session: { id: 's1', createdAt: 1, authTime: 7 } },
  metadata: { ...ANN, metadata: { region: 'eu' } },
  deputy: { ...ANN, actor: [{ subject: 'robot' }] },
  'another-deputy': { ...ANN, actor: [{ subject: 'robot', scopes: ['read'] }] },
  // Joined by a separator, these two would be one.
  'a.b': { subject: 'a', issuer: 'b:c', scopes: ['read'] },
  'b.c': { subject: 'a:b', issuer: 'c', scopes: ['read'] },
}

interface Counts {
  /** How often handlers ran. */
  ran: number
  limited: number
  guarded: number
  judged: number
  intended: number
  ended: number
}

function build(cache: Partial<CacheOptions> = {}, more: object = {}) {
  const counts: Counts = { ran: 0, limited: 0, guarded: 0, judged: 0, intended: 0, ended: 0 }
  const records = new Records()
  const lines = new Lines()
  const revoked = new Set<string>()
  const counting = definePart({
    name: 'counting',
    limits: { take: () => void counts.limited++ },
    audit: {
      intent: () => void counts.intended++,
      // As an audit log does, which must not look like the handler doing so.
      outcome: (call: { readonly client: { readonly address: string | null } }) => {
        counts.ended++
        return void call.client.address
      },
    },
  })
  const app = createApp({
    env: ENV,
    log: { logger: lines.logger, onCall: records.onCall },
    auth: [
      {
        authenticate: ({ bearer }: { readonly bearer: string | null }) => {
          const identity = PEOPLE[bearer ?? '']
          if (identity === undefined || revoked.has(bearer ?? '')) return null
          return new AuthContext(identity as { subject: string })
        },
        surfaces: ALL,
      },
    ],
    parts: [counting],
  })
  const item = app.post(
    '/item',
    {
      ...on('item'),
      changes: false,
      guards: [
        hasScope('read'),
        guard({ name: 'Counted', check: () => ++counts.guarded > 0 }),
        inputGuard({ name: 'Judged', check: () => ++counts.judged > 0 }),
      ],
      params: { id: z.unknown(), note: z.string().optional() },
      cache: { for: '30s', ...cache },
      ...more,
    },
    ({ id }, call) => ({ id, run: ++counts.ran, for: call.auth?.subject ?? null }),
  )
  return { app, item, counts, records, lines, revoked }
}

type Built = ReturnType<typeof build>

async function runOf(surface: Surface, args: Json, token: string): Promise<unknown> {
  const { value, raw } = await surface.call('item', args, { token })
  const { run } = Object(value) as { readonly run?: number }
  return run ?? raw
}

describe('P-MWL-7: an answer is given again', () => {
  test('to the same caller with the same arguments, and the record says so', async () => {
    const seen = await everywhere(build, async (surface, { counts, records }: Built) => {
      const first = await surface.call('item', { id: 1 }, { token: 'ann' })
      const second = await surface.call('item', { id: 1 }, { token: 'ann' })
      // Another token of the same person.
      const third = await surface.call('item', { id: 1 }, { token: 'ann-again' })
      await records.atLeast(3)
      return {
        values: [first.value, second.value, third.value],
        same: [second, third].map(({ status }) => status === first.status),
        cache: records.all.map((record) => Object(record).cache),
        ran: counts.ran,
      }
    })
    const value = { id: 1, run: 1, for: 'ann' }
    expect(seen).toEqual(
      alike({
        values: [value, value, value],
        same: [true, true],
        cache: ['miss', 'hit', 'hit'],
        ran: 1,
      }),
    )
  })

  test('and limits, guards and the audit log are asked every time (PW-30)', async () => {
    const seen = await everywhere(build, async (surface, { counts }: Built) => {
      for (let call = 0; call < 3; call++) await runOf(surface, { id: 1 }, 'ann')
      return counts
    })
    expect(seen).toEqual(
      alike({ ran: 1, limited: 3, guarded: 3, judged: 3, intended: 3, ended: 3 }),
    )
  })

  test('not to a caller whose credential was revoked since (PW-30)', async () => {
    const seen = await everywhere(build, async (surface, { counts, revoked }: Built) => {
      await runOf(surface, { id: 1 }, 'ann')
      revoked.add('ann')
      const { ok, problem } = await surface.call('item', { id: 1 }, { token: 'ann' })
      return [ok, problem?.['code'] ?? null, counts.ran]
    })
    expect(seen).toEqual(alike([false, 'AUTHENTICATION_ERROR', 1]))
  })

  test('not to nobody, for everyone as it may be (PW-30)', async () => {
    const seen = await everywhere(
      () => build({ per: 'everyone' }),
      async (surface) => {
        await runOf(surface, { id: 1 }, 'ann')
        const { ok, problem } = await surface.call('item', { id: 1 })
        return [ok, problem?.['code'] ?? null]
      },
    )
    expect(seen).toEqual(alike([false, 'AUTHENTICATION_ERROR']))
  })

  test('not to a caller whom a guard stops by now (PW-30)', async () => {
    let isOpen = true
    const door = () => {
      isOpen = true
      return build({}, { guards: [guard({ name: 'Door', check: () => isOpen })] })
    }
    // One after the other: they share the door.
    for (const id of ['http', 'mcp-modern', 'cli-local', 'cli-remote'] as const) {
      const seen = await everywhere(
        door,
        async (surface) => {
          await runOf(surface, { id: 1 }, 'ann')
          isOpen = false
          return (await surface.call('item', { id: 1 }, { token: 'ann' })).problem?.['code']
        },
        [id],
      )
      expect(seen).toEqual(alike('ACCESS_DENIED', [id]))
    }
  })
})

describe('PW-30: whose answer it is', () => {
  test('callers who differ in anything have each their own (two tenants, a changed role, two issuers)', async () => {
    const seen = await everywhere(build, async (surface, { counts }: Built) => {
      const tokens = Object.keys(PEOPLE).filter((token) => token !== 'ann-again')
      const first = []
      for (const token of tokens) first.push(await runOf(surface, { id: 1 }, token))
      const second = []
      for (const token of tokens) second.push(await runOf(surface, { id: 1 }, token))
      return [new Set(first).size === tokens.length, first.join() === second.join(), counts.ran]
    })
    expect(seen).toEqual(alike([true, true, Object.keys(PEOPLE).length - 1]))
  })

  test('arguments that print alike are different ones', async () => {
    const alikes = [
      [1, '1', [1], ['1'], { id: 1 }, '{"id":1}', null, 'null', true, 'true', '', [], [[]], {}],
      ['a,b', ['a', 'b'], ['a,b'], 'a","b', { a: 'b' }, { 'a:b': '' }, 'é', 'e\u0301', '\ud800'],
      [{ __proto__: null, a: 1 }, { a: { b: 1 } }, { 'a.b': 1 }, 1.5, '1.5', 0, false, 'undefined'],
    ].flat()
    const seen = await everywhere(
      build,
      async (surface) => {
        const runs = []
        for (const id of alikes) runs.push(await runOf(surface, { id }, 'ann'))
        return new Set(runs).size
      },
      ['cli-local', 'http'],
    )
    // The wire knows no lone surrogates: over HTTP that one is refused, and its own text here.
    expect(seen).toEqual(alike(alikes.length, ['cli-local', 'http']))
  })

  test('members in another order are the same arguments', async () => {
    const seen = await everywhere(build, async (surface, { counts }: Built) => {
      await runOf(surface, { id: { a: 1, b: [{ c: 1, d: 2 }] } }, 'ann')
      await runOf(surface, { id: { b: [{ d: 2, c: 1 }], a: 1 } }, 'ann')
      return counts.ran
    })
    expect(seen).toEqual(alike(1))
  })

  test('of a tenant, only by name, and never of no tenant', async () => {
    const seen = await everywhere(
      () => build({ per: 'tenant' }),
      async (surface) => {
        const runs = []
        for (const token of [
          ...['ann', 'another-subject', 'a-role-more', 'another-tenant', 'another-issuer'],
          ...['no-tenant', 'no-tenant'],
        ]) {
          runs.push(await runOf(surface, { id: 1 }, token))
        }
        return runs
      },
    )
    expect(seen).toEqual(alike([1, 1, 1, 2, 3, 4, 5]))
  })

  test('of a tenant, apart by roles and by what the author says', async () => {
    const byFirstLetter = ({ subject }: AuthContext<never>) => subject.slice(0, 1)
    const seen = await everywhere(
      () => build({ per: ['tenant', 'roles', byFirstLetter] }),
      async (surface) => {
        const runs = []
        for (const token of ['ann', 'deputy', 'a-role-more', 'another-subject', 'a-scope-more']) {
          runs.push(await runOf(surface, { id: 1 }, token))
        }
        return runs
      },
    )
    expect(seen).toEqual(alike([1, 1, 2, 3, 1]))
  })

  test('a function that answers with no text fails the call, and shares nothing', async () => {
    for (const odd of [() => undefined, () => 7, async () => 'eu', () => ({})]) {
      const seen = await everywhere(
        () => build({ per: ['everyone', odd as never] }),
        async (surface, { counts }: Built) => {
          const { problem } = await surface.call('item', { id: 1 }, { token: 'ann' })
          return [problem?.['code'], counts.ran]
        },
        ['cli-local', 'http'],
      )
      expect(seen).toEqual(alike(['INTERNAL_ERROR', 0], ['cli-local', 'http']))
    }
  })

  test('surfaces do not share', async () => {
    const { app } = build()
    const { serve } = await import('trefoil/node')
    const { surfaceOf } = await import('../findings/surfaces.ts')
    const server = await serve(app, { port: 0, signals: false })
    try {
      const runs = []
      for (const id of ['http', 'mcp-modern', 'mcp-legacy', 'cli-remote'] as const) {
        runs.push(await runOf(surfaceOf(id, app, server), { id: 1 }, 'ann'))
      }
      // The two eras are one surface.
      expect(runs).toEqual([1, 2, 2, 3])
    } finally {
      await server.close()
    }
  })
})

describe('PW-30: what depends on more than the key is not kept', () => {
  const looks: Readonly<Record<string, (call: never) => unknown>> = {
    'a header': (call: {
      readonly request: { readonly headers: { get(name: string): unknown } }
    }) => call.request.headers.get('x-forwarded-user'),
    'the address': (call: { readonly client: object }) => call.client,
    // Not read, but asked: a kept answer would be given without the check.
    'a check': (call: { authorize(one: unknown): Promise<void> }) =>
      call.authorize(guard({ name: 'Inner', check: () => true })),
  }
  test.each(Object.keys(looks))('%s that the handler reads', async (name) => {
    const look = looks[name] as (call: unknown) => unknown
    const withLook = () => {
      const built = build()
      let runs = 0
      built.app.post(
        '/looks',
        { ...on('looks'), changes: false, cache: { for: '30s' } },
        async (_, call) => {
          await look(call)
          return ++runs
        },
      )
      return built
    }
    const seen = await everywhere(withLook, async (surface, { lines }) => {
      const runs = []
      for (let call = 0; call < 3; call++) {
        runs.push((await surface.call('looks', {}, { token: 'ann' })).value)
      }
      return [runs, lines.all.filter(({ message }) => message.includes('keeps no answers')).length]
    })
    // Once, and not for each call.
    expect(seen).toEqual(alike([[1, 2, 3], 1]))
  })

  test('who is calling, where everyone would be given it', async () => {
    const who = (per: CacheOptions['per']) => () => {
      const built = build()
      let runs = 0
      const of = { changes: false, cache: { for: '30s', per } } as const
      built.app.post('/who', { ...on('who'), ...of }, (_, call) => [call.auth?.subject, ++runs])
      const subject = dependency((_uses, call) => call.auth?.subject, { name: 'subject' })
      const params = { subject }
      built.app.post('/through', { ...on('through'), ...of, params }, (args) => [
        args.subject,
        ++runs,
      ])
      return built
    }
    const ask = async (surface: Surface) => {
      const values = []
      for (const action of ['who', 'through']) {
        for (const token of ['ann', 'another-subject', 'ann']) {
          values.push((await surface.call(action, {}, { token })).value)
        }
      }
      return values.flat()
    }
    expect(await everywhere(who('everyone'), ask)).toEqual(
      alike(['ann', 1, 'bob', 2, 'ann', 3, 'ann', 4, 'bob', 5, 'ann', 6]),
    )
    expect(await everywhere(who('caller'), ask)).toEqual(
      alike(['ann', 1, 'bob', 2, 'ann', 1, 'ann', 3, 'bob', 4, 'ann', 3]),
    )
  })

  test('but what a guard looks at is no matter: it is asked every time', async () => {
    const looking = () =>
      build(
        {},
        {
          guards: [
            guard({ name: 'Near', check: (_, call) => call.client.address !== '192.0.2.1' }),
          ],
        },
      )
    const seen = await everywhere(looking, async (surface, { counts }: Built) => {
      await runOf(surface, { id: 1 }, 'ann')
      await runOf(surface, { id: 1 }, 'ann')
      return counts.ran
    })
    expect(seen).toEqual(alike(1))
  })

  test('cookies, failures, streams', async () => {
    const odd = () => {
      const built = build()
      const runs: Record<string, number> = {}
      const ran = (name: string) => {
        runs[name] = (runs[name] ?? 0) + 1
        return runs[name]
      }
      const of = (name: string) => ({ ...on(name), changes: false, cache: { for: '30s' } }) as const
      built.app.post('/cookie', of('cookie'), () =>
        reply(ran('cookie'), { cookies: { seen: 'yes' } }),
      )
      built.app.post('/header', of('header'), () =>
        reply(ran('header'), { headers: { 'Set-Cookie': 'a=b' } }),
      )
      built.app.post('/failing', of('failing'), () => reply(ran('failing'), { status: 404 }))
      built.app.post('/throwing', of('throwing'), () => {
        ran('throwing')
        throw new Error('down')
      })
      return { ...built, runs, ran, of }
    }
    const seen = await everywhere(odd, async (surface, { runs }) => {
      for (const action of ['cookie', 'header', 'failing', 'throwing']) {
        for (let call = 0; call < 2; call++) await surface.call(action, {}, { token: 'ann' })
      }
      return runs
    })
    expect(seen).toEqual(alike({ cookie: 2, header: 2, failing: 2, throwing: 2 }))
    const streaming = () => {
      const built = odd()
      built.app.post('/stream', built.of('stream'), () =>
        stream([String(built.ran('stream'))] as never),
      )
      return built
    }
    const streamed = await everywhere(
      streaming,
      async (surface) => {
        const values = []
        for (let call = 0; call < 2; call++) {
          values.push((await surface.call('stream', {}, { token: 'ann' })).value)
        }
        return values.map(String)
      },
      ['http'],
    )
    expect(streamed).toEqual(alike(['1', '2'], ['http']))
  })

  test('a dry run is nobody’s answer, and is given none', async () => {
    const ids = ['mcp-legacy', 'mcp-modern', 'cli-local', 'cli-remote'] as const
    const seen = await everywhere(
      build,
      async (surface, { counts }: Built) => {
        await surface.call('item', { id: 1 }, { token: 'ann', dryRun: true })
        await runOf(surface, { id: 1 }, 'ann')
        const { value } = await surface.call('item', { id: 1 }, { token: 'ann', dryRun: true })
        return [counts.ran, 'run' in Object(value)]
      },
      ids,
    )
    expect(seen).toEqual(alike([1, false], ids))
  })
})

describe('forgetAnswers()', () => {
  test('forgets those with an argument, whoever they were for and whatever else they had', async () => {
    const seen = await everywhere(build, async (surface, { item }: Built) => {
      const ask = async () => [
        await runOf(surface, { id: 1 }, 'ann'),
        await runOf(surface, { id: 1, note: 'x' }, 'deputy'),
        await runOf(surface, { id: '1' }, 'ann'),
      ]
      const before = await ask()
      forgetAnswers(item, { id: 1 })
      const after = await ask()
      forgetAnswers(item)
      return [before, after, await ask()]
    })
    expect(seen).toEqual(
      alike([
        [1, 2, 3],
        [4, 5, 3],
        [6, 7, 8],
      ]),
    )
  })
})
