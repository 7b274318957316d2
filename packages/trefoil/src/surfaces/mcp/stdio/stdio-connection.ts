import { deeper, readStrictJson } from '../../../base/json/strict-json.ts'
import type { HttpReply } from '../../../contract/answer/exchange.ts'
import { refuse } from '../../../contract/problems/problem.ts'
import type { StdioChannel } from '../../../contract/protocol/stdio-channel.ts'
import { TraceSource } from '../../../record/trace-source.ts'
import { Arrival } from '../../arrival.ts'
import type { Recorder } from '../../recorder.ts'
import { type Visit, walk } from '../../walk.ts'
import { rpcError } from '../batch.ts'
import { byteLength } from '../byte-length.ts'
import type { McpParts } from '../mcp-parts.ts'
import { type McpFound, messageVerbs, place } from '../message-verbs.ts'
import { problemReply } from '../problem-reply.ts'
import { type Envelope, readEnvelope, readValue } from '../read-envelope.ts'
import { RunningCalls } from '../running-calls.ts'
import { legacy } from '../wire/legacy.ts'
import { StdioInbound } from './stdio-inbound.ts'
import { StdioProgress } from './stdio-progress.ts'

/** Requests that run at once, and of what has no id as many: more are refused. */
const MOST_AT_ONCE = 64
const BUSY = refuse('unavailable')
/** Messages of a batch. */
const MOST_IN_BATCH = 50
/** The one revision whose clients may send several messages at once. */
const WITH_BATCHES = '2025-03-26'

/** One message, from its receipt to its answer. */
interface StdioVisit extends Visit {
  readonly envelope: Envelope
  readonly receivedAt: number
  inbound: StdioInbound | null
  progress: StdioProgress | null
}

/**
 * MCP on a connection of its own, such as standard input and output: the rules of messages without those of HTTP. What is
 * remembered of it is the revision that was agreed on, and the messages that run.
 */
export class StdioConnection {
  readonly #parts: McpParts
  readonly #recorder: Recorder
  readonly #channel: StdioChannel
  readonly #verbs: ReturnType<typeof messageVerbs<StdioVisit>>
  #agreed: string | null = null
  /** Of a client that writes on before it is answered. */
  #handshake: Promise<string | null> | null = null
  readonly #running = { calls: 0, notes: 0 }

  constructor(parts: McpParts, recorder: Recorder, channel: StdioChannel) {
    const calls = new RunningCalls(true)
    // Its own: another connection counts from 0 as well. The rest is that of the app, made when it is first asked for.
    this.#parts = Object.create(parts, { running: { value: calls } }) as McpParts
    this.#recorder = recorder
    this.#channel = {
      headers: channel.headers,
      signal: channel.signal,
      send: (message) => channel.send(oneLine(message)),
      get isBehind() {
        return channel.isBehind
      },
    }
    this.#verbs = messageVerbs<StdioVisit>(this.#parts, {
      headers: () => null,
      inbound: (visit, asked, { call, envelope }) => {
        const token = call?.progressToken ?? null
        visit.progress =
          token === null ? null : new StdioProgress(token, parts.app.clock, this.#channel)
        const report = visit.progress?.report ?? null
        const inbound = new StdioInbound(channel, asked, visit.receivedAt, report)
        visit.inbound = inbound
        const { id } = envelope
        if (id !== null) {
          const running = {
            client: inbound.client,
            get state() {
              return visit.arrival.state
            },
            callOff: () => inbound.callOff(),
          }
          calls.add(id, running)
          inbound.onDone(() => calls.remove(id, running))
        }
        return inbound
      },
    })
  }

  /** Bytes of a line, without its end. */
  get maxLine(): number {
    return this.#parts.maxBodySize
  }

  /** Answers a line. Never rejects. */
  async receive(line: Uint8Array): Promise<void> {
    const { jsonLimits } = this.#parts
    // What is agreed on there is how this is answered, whether the client has waited for it or not.
    while (this.#handshake !== null) await this.#handshake
    const isList = line[line.findIndex((byte) => !SPACES.has(byte))] === OPENING
    if (!isList) return this.#message(readEnvelope(line, null, jsonLimits))
    const parsed = readStrictJson(line, deeper(jsonLimits, 1))
    const values: unknown = parsed.ok ? parsed.value : null
    if (this.#agreed !== WITH_BATCHES || !Array.isArray(values) || values.length === 0) {
      return this.#refuse(parsed.ok ? 'A list of messages is for 2025-03-26 alone' : null)
    }
    if (values.length > MOST_IN_BATCH) {
      return this.#refuse(`A batch has at most ${MOST_IN_BATCH} messages`)
    }
    const answers: string[] = []
    let length = 0
    // One after the other, as over HTTP, each a call of its own.
    for (const value of values) {
      const read = readValue(value, null)
      const isHandshake = read.message?.method === 'initialize'
      const tooMuch = length > this.#parts.maxResponseSize
      const answer = await this.#answer(
        isHandshake || tooMuch
          ? { ...read, problem: refuse(tooMuch ? 'response_too_large' : 'mcp_invalid_request') }
          : read,
      )
      if (answer === null) continue
      length += byteLength(answer)
      answers.push(answer)
    }
    if (answers.length > 0) this.#channel.send(`[${answers.join(',')}]`)
  }

  /** Answers a line that was too long to be read. */
  tooLong(): Promise<void> {
    return this.#refuse(`A message has at most ${this.maxLine} bytes`)
  }

  async #message(envelope: Envelope): Promise<void> {
    const answer = await this.#answer(envelope)
    if (answer !== null) this.#channel.send(answer)
  }

  async #answer(read: Envelope): Promise<string | null> {
    // A notification takes no place of a call: it is what calls the others off.
    const kind = read.id === null ? 'notes' : 'calls'
    if (this.#running[kind] >= MOST_AT_ONCE) return this.#busy(read)
    const envelope: Envelope = { ...read, agreed: this.#agreed }
    this.#running[kind]++
    const answer = this.#walked(envelope).finally(() => {
      this.#running[kind]--
      if (this.#handshake === answer) this.#handshake = null
    })
    if (isHandshake(envelope)) this.#handshake = answer
    return answer
  }

  /**
   * Without asking who calls: whatever comes, and be it a notification or no message at all, would be another call of the
   * authenticator, as many at once as somebody can write lines.
   */
  #busy(envelope: Envelope): string | null {
    const arrival = this.#arrival()
    return textOf(envelope, problemReply(BUSY, envelope.era, envelope.id, arrival))
  }

  #arrival(): Arrival {
    const { app } = this.#parts
    const trace = app.tracing === null ? null : new TraceSource(app.tracing, this.#channel.headers)
    return new Arrival(app.nextId(), null, 'local', 'mcp', this.#recorder.now(), trace)
  }

  async #walked(envelope: Envelope): Promise<string | null> {
    const arrival = this.#arrival()
    const receivedAt = arrival.receivedAt ?? this.#recorder.now()
    const visit: StdioVisit = { arrival, envelope, receivedAt, inbound: null, progress: null }
    const find = (): McpFound => place(this.#parts, arrival, null, envelope)
    const reply = await walk({ ...this.#verbs, find }, visit)
    visit.progress?.end()
    const isCalledOff = visit.inbound?.isCalledOff === true
    visit.inbound?.done()
    this.#record(visit, reply)
    this.#remember(envelope, reply)
    return isCalledOff ? null : textOf(envelope, reply)
  }

  #record({ arrival, inbound }: StdioVisit, { status, body }: HttpReply): void {
    if (inbound === null || !this.#recorder.wants(arrival, false)) return
    const bytes = typeof body === 'string' ? byteLength(body) : 0
    const site = { client: inbound.client, http: null, status }
    this.#recorder.record(arrival, site, { outcome: 'ok', bytes })
  }

  /** What was agreed on in a handshake holds for what follows. */
  #remember(envelope: Envelope, { body }: HttpReply): void {
    if (!isHandshake(envelope) || typeof body !== 'string') return
    const { result }: { readonly result?: unknown } = JSON.parse(body)
    const { protocolVersion }: { readonly protocolVersion?: unknown } = Object(result)
    if (typeof protocolVersion === 'string') this.#agreed = protocolVersion
  }

  #refuse(detail: string | null): Promise<void> {
    const problem =
      detail === null ? refuse('mcp_parse_error') : refuse('mcp_invalid_request', { detail })
    return this.#message({ era: legacy, id: null, message: null, problem })
  }
}

function isHandshake({ message, era, id }: Envelope): boolean {
  return message?.method === 'initialize' && era === legacy && id !== null
}

/** What some readers of text take for the end of a line stands in JSON within texts alone, where it can be said otherwise. */
function oneLine(message: string): string {
  return OTHER_ENDS.test(message)
    ? message.replace(EACH_END, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : message
}

const OTHER_ENDS = /[\u0085\u2028\u2029]/
const EACH_END = /[\u0085\u2028\u2029]/g

const OPENING = 0x5b
const SPACES: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d])

/** @returns `null` for what is not answered: a notification that nothing is wrong with */
function textOf(envelope: Envelope, { status, body, headers }: HttpReply): string | null {
  if (typeof body !== 'string') return null
  const isRefusal = status === 401 || status === 403
  // A notification is never answered; what was no message is, with the id it has.
  if (envelope.id === null && envelope.message !== null) return null
  return isRefusal ? rpcError(envelope, body, headers) : body
}
