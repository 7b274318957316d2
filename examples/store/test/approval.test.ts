import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { issueAccessToken } from '../src/access-token.ts'
import { APPROVAL_MS, approves, issueApproval } from '../src/approval.ts'
import { PEOPLE } from '../src/people.ts'

const SECRET = 'a secret of the store, long enough'
const HASH = `sha256:${'0123456789abcdef'.repeat(4)}`
const OTHER = `sha256:${'f'.repeat(64)}`
const NOW = 1_800_000_000_000

describe('approval tokens (STORE-APPROVE, W-9)', () => {
  const token = issueApproval(HASH, SECRET, NOW)
  const [payload = '', signature = ''] = token.split('.')

  it('approve the hash they were made for', () => {
    expect(approves(token, HASH, SECRET, NOW)).toBe(true)
  })

  it('approve nothing else', () => {
    expect(approves(token, OTHER, SECRET, NOW)).toBe(false)
  })

  it('die after 15 minutes, at the last moment included', () => {
    expect(APPROVAL_MS).toBe(15 * 60 * 1000)
    expect(approves(token, HASH, SECRET, NOW + APPROVAL_MS - 1)).toBe(true)
    expect(approves(token, HASH, SECRET, NOW + APPROVAL_MS)).toBe(false)
  })

  it('need the secret', () => {
    expect(approves(token, HASH, `${SECRET}.`, NOW)).toBe(false)
  })

  it('are refused when any part was changed', () => {
    const claims = JSON.stringify({ hash: OTHER, expires_at: NOW + APPROVAL_MS })
    const forged = Buffer.from(claims).toString('base64url')
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
    const bad = [
      `${forged}.${signature}`,
      `${payload}.${flipped}`,
      `${payload}.`,
      payload,
      `.${signature}`,
      `${token}=`,
      ` ${token}`,
      `${token}\n`,
      `${token}.${signature}`,
      '',
    ]
    for (const text of bad) {
      expect(approves(text, HASH, SECRET, NOW), JSON.stringify(text)).toBe(false)
      expect(approves(text, OTHER, SECRET, NOW), JSON.stringify(text)).toBe(false)
    }
  })

  it('have a key of their own: what access tokens are signed with signs no approval', async () => {
    const direct = createHmac('sha256', SECRET).update(payload).digest('base64url')
    expect(approves(`${payload}.${direct}`, HASH, SECRET, NOW)).toBe(false)
    const admin = PEOPLE.get('admin')
    if (admin === undefined) throw new Error('no admin')
    const jwt = await issueAccessToken(admin, SECRET, NOW)
    const [, claims, mac] = jwt.split('.')
    for (const text of [jwt, `${claims}.${mac}`]) {
      expect(approves(text, HASH, SECRET, NOW)).toBe(false)
    }
  })

  it('are made for well-formed hashes only', () => {
    for (const hash of [
      '',
      'sha256:',
      HASH.slice(7),
      HASH.toUpperCase(),
      `${HASH}0`,
      `${HASH}\n`,
    ]) {
      expect(() => issueApproval(hash, SECRET, NOW), JSON.stringify(hash)).toThrow(RangeError)
    }
  })
})
