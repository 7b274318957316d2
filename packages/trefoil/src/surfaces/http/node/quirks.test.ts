import { readdirSync, readFileSync } from 'node:fs'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { QUIRKS_ARE_ON } from './quirks.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

/** The module as a process sees it that starts with this value of the variable. */
async function quirks(value: string | undefined): Promise<typeof import('./quirks.ts')> {
  vi.stubEnv('TREFOIL_NODE_QUIRKS', value)
  vi.resetModules()
  return import('./quirks.ts')
}

function busyConnection(): { request: IncomingMessage; response: ServerResponse; socket: Socket } {
  const socket = new Socket()
  const request = new IncomingMessage(socket)
  const response = new ServerResponse(request)
  // As a server does before it hands out a request.
  response.assignSocket(socket)
  return { request, response, socket }
}

describe('where the undocumented names of Node are', () => {
  /** In quotes, behind a dot, or as a member that is declared or taken apart. */
  const NAMED = /['"`.]_[a-zA-Z]\w*|(?<=[{,]\s*(?:readonly )?)_[a-zA-Z]\w*(?=\??\s*[:},])/g
  const folder = new URL('./', import.meta.url)
  const sources = readdirSync(folder).filter((name) => /(?<!\.test)\.ts$/.test(name))
  const namesIn = (file: string) =>
    readFileSync(new URL(file, folder), 'utf8')
      .replace(/^\s*(?:\/\/|\/?\*).*$/gm, '')
      .match(NAMED)

  test.each(sources.filter((name) => name !== 'quirks.ts'))('not in %s', (file) => {
    expect(namesIn(file)).toBe(null)
  })

  test('in quirks.ts', () => {
    expect(new Set(namesIn('quirks.ts')?.map((name) => name.replace(/^\W/, '')))).toEqual(
      new Set(
        ['_storeHeader', '_header', '_httpMessage', '_keepAliveTimeout'].concat(
          '_dumpAndCloseReadable',
          '_read',
        ),
      ),
    )
  })

  test.each(["get(socket, '_a')", 'socket._a', 'socket?._a', '{ _a?: 1 }', '{ b, _a } = c'])(
    '%s is seen',
    (text) => {
      expect(text.match(NAMED)).toHaveLength(1)
    },
  )

  test.each(['(_request, socket) => 1', '{ ServerResponse: _own }', 'a_b.c_d', "'a_b'"])(
    '%s names nothing of Node',
    (text) => {
      expect(text.match(NAMED)).toBe(null)
    },
  )
})

describe('TREFOIL_NODE_QUIRKS', () => {
  test('this run has what its environment asks for', () => {
    expect(QUIRKS_ARE_ON).toBe(process.env['TREFOIL_NODE_QUIRKS'] !== 'off')
  })

  test.each([undefined, 'on', 'ON', 'true', 'yes', '1'])(
    '%s: this release has all of them',
    async (value) => {
      const { headStep, answerInTurn, announceIdleTime, dropBody } = await quirks(value)
      expect(headStep).toBeTypeOf('function')
      const { request, response, socket } = busyConnection()
      expect(answerInTurn(socket)).toBe(response)
      // Node sets it in every answer, before it hands out the request.
      const announcing = Object.assign(response, { _keepAliveTimeout: 1 })
      announceIdleTime(announcing, 30_000)
      expect(announcing._keepAliveTimeout).toBe(30_000)
      expect(dropBody(request)).toBe(true)
      expect(request.readableEnded).toBe(true)
    },
  )

  test.each(['off', 'OFF', 'false', 'no', '0', '', 'of'])('%j: none is used', async (value) => {
    const { headStep, answerInTurn, announceIdleTime, dropBody } = await quirks(value)
    expect(headStep).toBe(null)
    const { request, response, socket } = busyConnection()
    expect(answerInTurn(socket)).toBe(undefined)
    const announcing = Object.assign(response, { _keepAliveTimeout: 1 })
    announceIdleTime(announcing, 30_000)
    expect(announcing._keepAliveTimeout).toBe(1)
    expect(dropBody(request)).toBe(false)
    expect(request.readableEnded).toBe(false)
  })

  test.each(['bun', 'deno'])('%s may mean something else by them', async (runtime) => {
    const versions = { ...process.versions, [runtime]: '1' }
    const real = vi.spyOn(process, 'versions', 'get').mockReturnValue(versions)
    try {
      const { QUIRKS_ARE_ON: areOn, headStep } = await quirks('on')
      expect([areOn, headStep]).toEqual([false, null])
    } finally {
      real.mockRestore()
    }
  })
})
