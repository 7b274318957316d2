import type { Agent } from 'node:http'
import { askJson } from '../outbound/ask-json.ts'
import { ServiceFailed } from '../outbound/ask-service.ts'
import type { IntrospectionRules } from './introspection-options.ts'

/** Claims of one token are not longer. */
const MOST_BYTES = 64 * 1024
/** Connections to the provider. */
const MOST_CONNECTIONS = 32
/**
 * Questions at once. Strangers can send any number of tokens that nobody knows; what more of them would
 * wait for, a provider that does not keep up, would hold their calls in memory.
 */
const MOST_WAITING = 1000

/** The provider's introspection endpoint (RFC 7662). */
export class TokenService {
  readonly #rules: IntrospectionRules
  readonly #authorization: string
  #agent: Agent | null = null
  #waiting = 0

  constructor(rules: IntrospectionRules) {
    this.#rules = rules
    this.#authorization = basic(rules.clientId, rules.clientSecret)
  }

  /**
   * What the provider says of a token.
   *
   * @returns `null` for a token that is not active
   * @throws Error where it cannot be asked, and for an answer that is none
   */
  async ask(token: string): Promise<Readonly<Record<string, unknown>> | null> {
    const { url, timeout } = this.#rules
    if (this.#waiting >= MOST_WAITING) throw this.#failed('is asked too much at once')
    this.#waiting++
    try {
      const { value } = await askJson({
        url,
        method: 'POST',
        headers: {
          accept: 'application/json',
          authorization: this.#authorization,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
        timeout,
        mostBytes: MOST_BYTES,
        reach: 'any',
        agent: await this.#connections(),
      })
      const { active, ...claims } = value
      // Neither `"true"` nor 1: who answers like that is no introspection endpoint.
      if (typeof active !== 'boolean') throw this.#failed('does not say whether a token is active')
      return active ? claims : null
    } catch (error) {
      throw error instanceof ServiceFailed ? this.#failed(error.message) : error
    } finally {
      this.#waiting--
    }
  }

  /** Ends the connections that are kept. */
  stop(): void {
    this.#agent?.destroy()
    this.#agent = null
  }

  /** Names the address without its query, which may hold a key. */
  #failed(why: string): Error {
    const { origin, pathname } = this.#rules.url
    return new Error(`Tokens cannot be asked about: ${origin}${pathname} ${why}`)
  }

  async #connections(): Promise<Agent> {
    if (this.#agent === null) {
      const { Agent: Connections } =
        this.#rules.url.protocol === 'http:'
          ? await import('node:http')
          : await import('node:https')
      this.#agent ??= new Connections({ keepAlive: true, maxSockets: MOST_CONNECTIONS })
    }
    return this.#agent
  }
}

/** Name and secret are encoded as in forms before they are joined (RFC 6749 §2.3.1). */
function basic(clientId: string, clientSecret: string): string {
  const [id, secret] = [clientId, clientSecret].map((text) => {
    return new URLSearchParams({ x: text }).toString().slice(2)
  })
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}
