import { expect, test } from 'vitest'
import { type SvcAuditRow, svcAuditHash, verifySvcAudit } from './svc-hash.ts'

const ZEROS = '0'.repeat(64)
const LOGIN = {
  actor_id: '11111111-1111-4111-8111-111111111111',
  event_type: 'login',
  metadata: { ip: '1.1.1.1' },
  resource_ref: null,
  tenant_id: 't1',
  ts: '2025-01-01T12:00:00+00:00',
}
const START = {
  actor_id: null,
  event_type: 'system.start',
  metadata: {},
  resource_ref: null,
  tenant_id: null,
  ts: '2025-01-01T12:00:00+00:00',
}

test('V-03, S-AUD-1, S-AUD-2: the vectors of svc-infra', () => {
  expect(svcAuditHash(LOGIN, ZEROS)).toBe(
    'f5e65c4734e21088f3f10f1021cb85bdbc99417c144f1172828b54a3b39420af',
  )
  expect(svcAuditHash(START, ZEROS)).toBe(
    'becbd605ab1d981f183e0030cc2e18b44782b966f8ca4dd686b5f7c84c1a0b73',
  )
})

function rows(count: number): SvcAuditRow[] {
  const list: SvcAuditRow[] = []
  for (let index = 0; index < count; index++) {
    const prev_hash = list.at(-1)?.hash ?? ZEROS
    const row = { ...LOGIN, metadata: { index, name: 'Zoë 🍀' } }
    list.push({ ...row, prev_hash, hash: svcAuditHash(row, prev_hash) })
  }
  return list
}

test('X-17, V-03, S-AUD-3, S-AUD-4: a log to be taken over is verified, and what was changed is named', () => {
  expect(verifySvcAudit([])).toEqual({ ok: true, broken: [] })
  const log = rows(5)
  expect(verifySvcAudit(log)).toEqual({ ok: true, broken: [] })
  const edited = log.map((row, index) => (index === 2 ? { ...row, event_type: 'x' } : row))
  expect(verifySvcAudit(edited)).toEqual({ ok: false, broken: [2] })
  expect(verifySvcAudit(log.filter((_, index) => index !== 2)).broken).toEqual([2])
})
