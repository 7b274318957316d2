// FND-53: a table of problems that anybody could change, a word that meant two things, a name at two
// doors for different things, and 32 types that users met and could not import.
import { join } from 'node:path'
import { createApp, HttpError, handle, PROBLEMS } from 'trefoil'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'
import { exportsOf } from '../../scripts/check-doors.mjs'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const EXPORTS = exportsOf(join(import.meta.dirname, '..', '..', 'packages', 'trefoil'))

/** Types that stand in public signatures and were at no door. */
const MISSING = {
  trefoil: [
    'ActionFacts AppOptions ByteSize CallFacts Catalogue Clock DependencyOptions DependencyScope',
    'Duration Encoding ErrorHandler FetchContext ForwardedHeaders HeaderReader HttpErrorOptions',
    'LocalCredentials MarkedParam ParamOptions ProblemOptions ProviderCall RandomSource',
    'SharedOptions ShutdownHook StartupHook',
  ],
  'trefoil/auth': ['Identity KeyMaterial'],
  'trefoil/client': ['RemoteTargetOptions'],
  'trefoil/node': ['ServeTls'],
  'trefoil/testing': ['TestCli TestHttp TestMcp'],
}

const doorsOf = (name: string) =>
  EXPORTS.filter((entry) => entry.name === name).map(({ door, kind }) => `${door} ${kind}`)

describe('FND-53: doors', () => {
  it.each(Object.entries(MISSING))('%s has the types that were missing there', (door, names) => {
    for (const name of names.join(' ').split(' ')) {
      expect([name, ...doorsOf(name)]).toEqual([name, `${door} type`])
    }
  })

  it('nobody can make an app, or hold the timers of a stream', () => {
    expect(doorsOf('App')).toEqual(['trefoil type'])
    expect(doorsOf('Routes')).toEqual(['trefoil type'])
    expect(doorsOf('Timers')).toEqual([])
  })

  it('who and may are at one door, cookies at another, and no name is at two', () => {
    for (const name of [
      'AuthContext',
      'Guard',
      'KeyRing',
      'AuthConfig',
      'AuthRequest',
      'keyRing',
    ]) {
      expect(doorsOf(name).map((text) => text.split(' ')[0])).toEqual(['trefoil/auth'])
    }
    for (const name of ['CookieSigner', 'CookieOptions', 'cookieSession']) {
      expect(doorsOf(name).map((text) => text.split(' ')[0])).toEqual(['trefoil/cookies'])
    }
    const names = EXPORTS.map(({ name }) => name)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  it('a form file and a sent file have names of their own', () => {
    expect(doorsOf('FileOptions')).toEqual(['trefoil type'])
    expect(doorsOf('SentFileOptions')).toEqual(['trefoil/node type'])
  })
})

describe('FND-53: the table of problems', () => {
  it('cannot be changed, at any depth', () => {
    const [first] = Object.values(PROBLEMS)
    const changes = [
      () => Object.assign(PROBLEMS, { mine: {} }),
      () => Object.assign(first as object, { status: 200 }),
      () => Reflect.deleteProperty(PROBLEMS, 'not_found') || refused(),
    ]
    for (const change of changes) expect(change).toThrow(TypeError)
  })
})

describe('FND-53: handle(Class, answer) is an entry of errorHandlers', () => {
  it('answers for its route; onError is the method for a whole app or group', async () => {
    const app = createApp({ log: { logger: SILENT }, publicSurfaces: ['api'] })
    app.onError(RangeError, () => 'app')
    const errorHandlers = [handle(RangeError, (error) => `route: ${error.message}`)]
    const fail = () => {
      throw new RangeError('far')
    }
    app.get('/route', { errorHandlers }, fail)
    app.get('/app', fail)
    const { http } = testClient(app)
    expect((await http.get('/route')).text).toBe('route: far')
    expect((await http.get('/app')).text).toBe('app')
    expect(Object.isFrozen(errorHandlers[0])).toBe(true)
  })

  it('and is refused at once where it could only fail later', () => {
    const app = createApp({ log: { logger: SILENT } })
    const group = app.group('/g')
    // What JavaScript callers may hand over.
    const wrong: readonly (readonly unknown[])[] = [
      ['RangeError', () => 1],
      [() => {}, () => 1],
      [RangeError, 'answer'],
      [RangeError],
      [null, () => 1],
      [],
    ]
    for (const given of wrong) {
      const [type, answer] = given as [never, never]
      expect(() => handle(type, answer)).toThrow('handle() takes a class of errors and a function')
      expect(() => app.onError(type, answer)).toThrow('onError() takes a class of errors')
      expect(() => group.onError(type, answer)).toThrow('onError() takes a class of errors')
    }
    expect(() => handle(HttpError, () => 1)).not.toThrow()
  })
})

function refused(): never {
  throw new TypeError('cannot be deleted')
}
