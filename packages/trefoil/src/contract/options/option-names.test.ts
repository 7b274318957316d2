import { describe, expect, test } from 'vitest'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { checkOptionNames } from './option-names.ts'

const KNOWN = { size: true, secret: true }

function refused(options: object): unknown {
  try {
    checkOptionNames('door()', options, KNOWN)
    return null
  } catch (error) {
    return error
  }
}

describe('FND-13: options that are not read by their rows', () => {
  test('options that throw are named by their door, and what they threw is kept', () => {
    const cause = new Error('DB_PASSWORD is not set')
    const ownKeys = () => {
      throw cause
    }
    const error = refused(new Proxy({}, { ownKeys }))
    expect(error).toBeInstanceOf(ImproperlyConfigured)
    expect(error).toMatchObject({ message: 'door(): the options cannot be read', cause })
  })

  test('a proxy that was revoked is a sentence, as a whole and as a member', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(refused(proxy)).toMatchObject({
      message: 'door(): options must be an object, got a proxy that nobody can look at',
    })
    expect(refused({ size: proxy })).toMatchObject({
      message: 'door(): size is a proxy that was revoked',
    })
    expect(refused({ size: 1, secret: 'x' })).toBeNull()
  })

  test('a getter is left to whoever reads it, once', () => {
    let asked = 0
    const options = {
      get size() {
        asked += 1
        return 1
      },
    }
    expect(refused(options)).toBeNull()
    expect(asked).toBe(0)
  })
})
