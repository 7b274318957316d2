// Who attacks: a client that sends states it was not given, to whichever of two processes the balancer picks.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

const SCRIPT = join(import.meta.dirname, 'asking.process.ts')
const KEY = 'the key that two processes share, 32 bytes'
const YES = { action: 'accept', content: { ok: true } }

async function started(env: Readonly<Record<string, string>>): Promise<string> {
  const child: ChildProcess = fork(SCRIPT, [], { env: { ...process.env, ...env } })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const [url] = await once(child, 'message')
  return String(url)
}

interface Sent {
  readonly id?: string
  readonly token?: string
  readonly answers?: object
  readonly state?: string
}

async function refund(url: string, { id = '1', token = 'ann', answers, state }: Sent = {}) {
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'refund',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'refund',
        arguments: { id },
        ...(answers === undefined ? {} : { inputResponses: answers }),
        ...(state === undefined ? {} : { requestState: state }),
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
        },
      },
    }),
  })
  const { result, error } = (await response.json()) as {
    result?: { inputRequests?: object; requestState?: string; content?: { text: string }[] }
    error?: { code: number }
  }
  return {
    asked: Object.keys(result?.inputRequests ?? {}),
    state: result?.requestState ?? '',
    text: result?.content?.[0]?.text ?? '',
    code: error?.code ?? 0,
  }
}

describe('mcp-plan bar 6: two processes behind one balancer that share keys', () => {
  test('one asks and the other goes on, through every round', async () => {
    const [one, two] = await Promise.all([
      started({ ASKING_KEY: KEY }),
      started({ ASKING_KEY: KEY }),
    ])
    const first = await refund(one)
    expect(first.asked).toEqual(['sure'])
    const second = await refund(two, { answers: { sure: YES }, state: first.state })
    expect(second.asked).toEqual(['really'])
    const done = await refund(one, { answers: { really: YES }, state: second.state })
    expect(done.text).toMatch(/^\d+:accept:accept$/)

    // Tampered with: any byte of it.
    for (let at = 0; at < second.state.length; at += 11) {
      const other = second.state[at] === 'x' ? 'y' : 'x'
      const state = second.state.slice(0, at) + other + second.state.slice(at + 1)
      expect((await refund(two, { answers: { really: YES }, state })).code, `at ${at}`).toBe(-32602)
    }
    // Of another principal, and of other arguments.
    expect(
      (await refund(two, { answers: { really: YES }, state: second.state, token: 'bob' })).code,
    ).toBe(-32602)
    expect(
      (await refund(two, { answers: { really: YES }, state: second.state, id: '2' })).code,
    ).toBe(-32602)
    // Replayed: an earlier round is that round, and no later one.
    expect(
      (await refund(two, { answers: { sure: YES, really: YES }, state: first.state })).asked,
    ).toEqual(['really'])
  })

  test('a process with another key takes none, and one that is too old is none', async () => {
    const [one, other] = await Promise.all([
      started({ ASKING_KEY: KEY, ASKING_LIFETIME: 'short' }),
      started({ ASKING_KEY: `${KEY}!` }),
    ])
    const { state } = await refund(one)
    expect((await refund(other, { answers: { sure: YES }, state })).code).toBe(-32602)
    await expect
      .poll(async () => (await refund(one, { answers: { sure: YES }, state })).code, {
        timeout: 10_000,
      })
      .toBe(-32602)
  })
})
