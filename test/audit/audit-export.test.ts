// What others read a log as: OCSF, ECS, CEF and JSON lines.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AuditEntry,
  type AuditEvent,
  type AuditFormat,
  exportAudit,
  memoryAudit,
} from '../../packages/trefoil/src/audit-chain.ts'
import { ocsfFaults } from './ocsf-validator.ts'

const HASH = 'ab'.repeat(32)

function entry(event: object, seq = 7): AuditEntry {
  // What a log holds may be anything.
  return {
    v: 1,
    stream: 'main/0',
    seq,
    time: 1_800_000_000_123,
    kid: 'k1',
    event: event as AuditEvent,
  }
}

async function lines(events: readonly object[], format: AuditFormat): Promise<string[]> {
  const stored = events.map((event) => ({
    prev: HASH,
    hash: HASH,
    text: JSON.stringify(entry(event)),
  }))
  return Array.fromAsync(exportAudit(stored, format))
}

async function documents(events: readonly object[], format: AuditFormat) {
  // biome-ignore lint/suspicious/noExplicitAny: what comes out is looked at member by member
  return (await lines(events, format)).map((line): any => JSON.parse(line))
}

const CALL = {
  type: 'call',
  call: 'c1',
  request: 'r1',
  trace: '4bf92f3577b34da6a3ce929d0e0e4736',
  surface: 'api',
  entrypoint: 'http',
  action: 'create_order',
  driven: 'person',
  subject: 'ann',
  kind: 'person',
  tenant: 't1',
  actor: [],
  session: 's1',
  address: '203.0.113.7',
  arguments: { sku: 'shoe' },
  arguments_hash: 'h',
  outcome: 'ok',
  status: 201,
  duration: 12,
}
const REFUSED = { ...CALL, outcome: 'refused', problem: 'forbidden', status: 403, rule: 'hasRole' }
const ANONYMOUS = {
  type: 'call',
  call: 'c2',
  request: 'r2',
  surface: 'mcp',
  entrypoint: 'stdio',
  driven: 'agent',
  kind: 'unknown',
  actor: [],
  outcome: 'refused',
  problem: 'unauthorized',
  status: 401,
  duration: 0,
}
const DELEGATED = { ...CALL, surface: 'mcp', driven: 'agent', actor: ['bot/2', 'bot 1'] }
const AGENT = { ...CALL, kind: 'agent', driven: 'agent', address: 'fe80::1%eth0' }
const INTENT = {
  ...CALL,
  type: 'intent',
  outcome: undefined,
  status: undefined,
  duration: undefined,
}
const FLOOD = {
  type: 'refusals',
  count: 400,
  since: 1_800_000_000_000,
  surface: 'api',
  problem: 'unauthorized',
}
const OWN = { type: 'event', name: 'order.exported', subject: 'ann', data: { to: 'x' } }
const CALLS = [CALL, REFUSED, ANONYMOUS, DELEGATED, AGENT, INTENT, FLOOD]
const OTHERS = [
  OWN,
  { type: 'lost', count: 3, since: 1 },
  { type: 'repaired', bytes: 9 },
  { type: 'new' },
]

const NAMED: readonly [name: string, class_uid: number, activity: number, data?: object][] = [
  ['login.succeeded', 3002, 1],
  ['login.failed', 3002, 1],
  ['logout', 3002, 2],
  ['impersonation.started', 3002, 7, { by: 'root' }],
  ['token.issued', 3002, 3],
  ['user.created', 3007, 1],
  ['user.locked', 3007, 6],
  ['password.changed', 3007, 8],
  ['mfa.enabled', 3007, 12],
  ['role.assigned', 3007, 16, { role: 'admin', by: 'root' }],
  ['key.created', 3007, 18],
  ['key.rotated', 3007, 99],
  ['role.created', 3008, 1, { role: 'admin' }],
  ['role.privileges_assigned', 3008, 4, { role: 'admin', privileges: ['read'] }],
  // Without what its class requires it is a base event.
  ['role.created', 0, 99],
  ['session.roles_assigned', 3003, 3, { roles: ['admin'] }],
  ['session.privileges_assigned', 3003, 1, { privileges: ['read', 'write'] }],
  ['session.groups_assigned', 3003, 2, { groups: ['staff'] }],
  ['session.groups_assigned', 0, 99, { groups: 'staff' }],
  ['constructor', 0, 99],
  ['order.exported', 0, 99],
]

describe('AUD-3: OCSF 1.9.0', () => {
  test('every kind of entry is valid against the schema', async () => {
    for (const event of await documents([...CALLS, ...OTHERS], 'ocsf')) {
      expect([event, ocsfFaults(event)]).toEqual([event, []])
    }
  })

  test.each(NAMED)(
    'the event %s is of class %i, activity %i',
    async (name, uid, activity, data) => {
      const [event] = await documents([{ type: 'event', name, subject: 'ann', data }], 'ocsf')
      expect(ocsfFaults(event)).toEqual([])
      expect(event).toMatchObject({
        class_uid: uid,
        activity_id: activity,
        type_uid: uid * 100 + activity,
      })
      const isFailed = name === 'login.failed'
      expect(event).toMatchObject({ status_id: isFailed ? 2 : 1, metadata: { event_code: name } })
    },
  )

  test('a call says who did what, from where, and how it ended', async () => {
    const [event] = await documents([CALL], 'ocsf')
    expect(event).toMatchObject({
      class_uid: 6003,
      activity_name: 'Create',
      type_name: 'API Activity: Create',
      status: 'Success',
      actor: { user: { uid: 'ann', type: 'User' }, session: { uid: 's1' } },
      api: {
        operation: 'create_order',
        request: { uid: 'r1', data: { sku: 'shoe' } },
        response: { code: 201 },
      },
      src_endpoint: { ip: '203.0.113.7' },
      trace: { uid: CALL.trace },
      metadata: { uid: 'main/0/7', sequence: 7, tenant_uid: 't1', profiles: ['trace'] },
      unmapped: { hash: HASH, entrypoint: 'http' },
    })
  })

  test('a refused call is denied, and says by what', async () => {
    const [event, anonymous, flood] = await documents([REFUSED, ANONYMOUS, FLOOD], 'ocsf')
    expect(event).toMatchObject({
      status_id: 2,
      action_id: 2,
      disposition_id: 2,
      authorizations: [{ decision: 'deny', policy: { name: 'hasRole' } }],
      metadata: { profiles: ['security_control', 'trace'] },
    })
    expect(anonymous).toMatchObject({
      disposition_id: 26,
      actor: { user: { name: 'anonymous' } },
      src_endpoint: { name: 'stdio' },
    })
    expect(flood).toMatchObject({ count: 400, action_id: 2, class_uid: 6003 })
  })

  test('who acts for somebody else is an agent with a delegation, of the members 1.9.0 has', async () => {
    const [event, agent] = await documents([DELEGATED, AGENT], 'ocsf')
    expect(event.delegation).toEqual({
      uid: 'ann/bot%201/bot%2F2',
      parent_uid: 'ann/bot%201',
      issuer_uid: 'bot 1',
    })
    expect(event.ai_agent).toEqual({ uid: 'bot/2' })
    expect(agent).toMatchObject({ ai_agent: { uid: 'ann' }, src_endpoint: { ip: 'fe80::1' } })
    expect(agent.delegation).toBeUndefined()
  })

  test('the validator finds what is wrong', async () => {
    const [event] = await documents([DELEGATED], 'ocsf')
    const wrong: readonly [change: object, fault: string][] = [
      [{ src_endpoint: undefined }, 'src_endpoint: required'],
      [{ actor: {} }, 'actor: none of'],
      [{ api: {} }, 'api.operation: required'],
      [{ type_uid: 600_302 }, 'type_uid: not of'],
      [{ activity_name: 'Made' }, "activity_name: not 'Create'"],
      [
        { activity_id: 99, type_uid: 600_399, activity_name: undefined },
        'activity_name: needed by 99',
      ],
      [{ delegation: { uid: 'a', scopes: ['b'] } }, 'delegation.scopes: unknown'],
      [{ metadata: { ...event.metadata, profiles: ['trace'] } }, 'ai_agent: profile ai_operation'],
      [
        { metadata: { ...event.metadata, profiles: [...event.metadata.profiles, 'cloud'] } },
        'cloud: required',
      ],
      [{ actor: { user: { uid: 5 } } }, 'actor.user.uid: no text'],
      [{ src_endpoint: { ip: '1.2.3' } }, 'src_endpoint.ip: no address'],
      [{ severity_id: 42 }, 'severity_id: 42 is none'],
      [{ time: 1.5 }, 'time: no whole number'],
      [{ actor: { app_name: 'x' } }, 'actor.app_name: deprecated'],
    ]
    for (const [change, fault] of wrong) {
      const faults = ocsfFaults(JSON.parse(JSON.stringify({ ...event, ...change })))
      expect(faults.join('; ')).toContain(fault)
    }
  })
})

const KNOWN = Object.keys({ ...CALL, ...FLOOD, ...OWN, rule: 1, problem: 1, name: 1 })
const odd = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.double(),
  fc.constantFrom(
    null,
    true,
    [],
    {},
    ['a', 5, ''],
    { role: 5, by: 'x', groups: ['a'] },
    '::1%eth0',
  ),
  fc.constantFrom(...NAMED.map(([name]) => name), 'call', 'intent', 'event', 'refusals', 'agent'),
)

test('PW-36: whatever stands in an entry, what is exported is valid, and one line', async () => {
  const events = fc.dictionary(fc.constantFrom(...KNOWN), odd)
  const types = fc.constantFrom('call', 'intent', 'event', 'refusals', 'lost', 'x')
  await fc.assert(
    fc.asyncProperty(events, types, async (event, type) => {
      const given = JSON.parse(JSON.stringify({ ...event, type }))
      const [ocsf] = await documents([given], 'ocsf')
      expect([given, ocsfFaults(ocsf)]).toEqual([given, []])
      const [ecs] = await documents([given], 'ecs')
      expect(ecsFaults(ecs)).toEqual([])
      for (const format of ['jsonl', 'ocsf', 'ecs', 'cef'] as const) {
        const [line] = await lines([given], format)
        expect(line).not.toMatch(/[\n\r]/)
      }
      const [cef] = await lines([given], 'cef')
      expect(readCef(cef as string).extension.get('externalId')).toBe('main/0/7')
    }),
    { numRuns: 100 },
  )
})

const CATEGORIES = ['api', 'authentication', 'configuration', 'iam', 'session']
const TYPES = [
  'access',
  'admin',
  'change',
  'creation',
  'deletion',
  'denied',
  'end',
  'info',
  'start',
  'user',
]

// biome-ignore lint/suspicious/noExplicitAny: what comes out is looked at member by member
function ecsFaults(document: any): string[] {
  const { event } = document
  return [
    ...event.category.filter((one: string) => !CATEGORIES.includes(one)),
    ...event.type.filter((one: string) => !TYPES.includes(one)),
    ...(Number.isNaN(Date.parse(document['@timestamp'])) ? ['@timestamp'] : []),
    ...(['success', 'failure', 'unknown'].includes(event.outcome) ? [] : ['outcome']),
  ]
}

test('AUD-3: ECS has its own names for the same', async () => {
  const [call, refused, login] = await documents(
    [CALL, REFUSED, { type: 'event', name: 'login.failed', subject: 'ann' }],
    'ecs',
  )
  expect(call).toMatchObject({
    '@timestamp': '2027-01-15T08:00:00.123Z',
    ecs: { version: '9.0.0' },
    event: {
      kind: 'event',
      category: ['api'],
      type: ['creation'],
      outcome: 'success',
      duration: 12_000_000,
    },
    user: { id: 'ann' },
    organization: { id: 't1' },
    source: { ip: '203.0.113.7' },
    http: { request: { id: 'r1' }, response: { status_code: 201 } },
    trefoil: { stream: 'main/0', session: 's1', kind: 'person' },
  })
  expect(refused).toMatchObject({
    event: { type: ['creation', 'denied'], outcome: 'failure', reason: 'forbidden' },
    rule: { name: 'hasRole' },
  })
  expect(login.event).toMatchObject({
    category: ['authentication'],
    type: ['start'],
    outcome: 'failure',
  })
})

/** As a reader of CEF does: by the first pipes and equals signs that are not escaped. */
function readCef(line: string) {
  const match = /^CEF:0((?:\|(?:[^\\|]|\\[\\|])*){6})\|(.*)$/s.exec(line)
  if (match === null) throw new Error(`no CEF: ${line}`)
  const header = [...(match[1] ?? '').matchAll(/\|((?:[^\\|]|\\[\\|])*)/g)].map(([, text]) =>
    (text ?? '').replaceAll(/\\([\\|])/g, '$1'),
  )
  const extension = new Map<string, string>()
  for (const [, key, value] of (match[2] ?? '').matchAll(
    /([A-Za-z0-9]+)=((?:[^\\=]|\\[\\=nr])*?)(?= [A-Za-z0-9]+=|$)/gs,
  )) {
    if (extension.has(key as string)) throw new Error(`${key} twice`)
    const plain = (value as string).replaceAll(/\\(.)/g, (_, one) =>
      one === 'n' ? '\n' : one === 'r' ? '\r' : one,
    )
    extension.set(key as string, plain)
  }
  return { header, extension }
}

test('SW-26: a caller writes no event and no field of CEF', async () => {
  const evil = 'a|b\\|9|\nCEF:0|x|y|1|call|z|10|suid=root outcome=success\r\n\u001b[2J'
  const event = {
    ...REFUSED,
    subject: evil,
    action: evil,
    tenant: ' cs2=x cs2Label=y ',
    problem: '\\=',
    request: 'x\\',
  }
  const [line] = await lines([event], 'cef')
  expect(line).not.toMatch(/[\n\r\u001b]/)
  const { header, extension } = readCef(line as string)
  expect(header).toEqual([
    'Trefoil',
    'Trefoil',
    '1',
    'call',
    expect.stringContaining('a|b\\|9|\\u000aCEF:0|x'),
    '4',
  ])
  expect(extension.get('outcome')).toBe('failure')
  expect(extension.get('suid')).toBe(evil.replace('\u001b', '\\u001b'))
  expect(extension.get('reason')).toBe('\\=')
  expect(extension.get('cs2')).toBe('c1')
  expect(extension.get('cs5')).toBe('x\\')
  expect([...extension.keys()].filter((key) => key.startsWith('cs2'))).toEqual(['cs2', 'cs2Label'])
  const long = await lines([{ ...CALL, subject: `${'x'.repeat(1021)}🍀`, address: '::1' }], 'cef')
  const fields = readCef(long[0] as string).extension
  expect(fields.get('suid')).toHaveLength(1023)
  expect(fields.get('c6a2')).toBe('::1')
})

test('JSON lines are the entries, and what is none is passed over', async () => {
  const store = memoryAudit()
  const stored = [
    { prev: HASH, hash: HASH, text: JSON.stringify(entry(CALL)) },
    { broken: 'torn' as const },
    { prev: HASH, hash: HASH, text: 'nonsense' },
    entry(OWN, 8),
  ]
  const found = await Array.fromAsync(exportAudit(stored, 'jsonl'))
  expect(found.map((line) => JSON.parse(line))).toEqual([entry(CALL), entry(OWN, 8)])
  expect(await Array.fromAsync(exportAudit(store.read(), 'ocsf'))).toEqual([])
  // Plain JavaScript may ask for anything.
  for (const format of ['xml', '', 'constructor', undefined]) {
    const asked = exportAudit([], format as AuditFormat).next()
    await expect(asked).rejects.toThrow('one of jsonl, ocsf, ecs, cef')
  }
})

test('only what is asked for is read', async () => {
  let read = 0
  async function* endless() {
    for (;;) {
      read++
      yield entry(CALL, read)
    }
  }
  const found: string[] = []
  for await (const line of exportAudit(endless(), 'ocsf')) if (found.push(line) === 3) break
  expect([found.length, read]).toEqual([3, 3])
})
