import { expect, onTestFinished } from 'vitest'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { HeldClock, type SessionsAppOptions, sessionsApp } from './sessions-app.ts'

export interface Pair {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
  readonly token_type: string
}

export function bearer(token: string): { readonly headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${token}` } }
}

/** The same, started, with what tests ask of it. */
export async function openSessions(given: SessionsAppOptions = {}) {
  const clock = new HeldClock()
  const lines: unknown[] = []
  const write = (...args: unknown[]) => void lines.push(args)
  const logger = { debug: write, info: write, warn: write, error: write, child: () => logger }
  const made = sessionsApp({ clock, ...given, app: { log: { logger }, ...given.app } as never })
  const client = testClient(made.app)
  await made.app.startup()
  onTestFinished(() => made.app.shutdown())
  const { http } = client
  const me = (token: string) => http.get('/me', bearer(token))
  return {
    ...made,
    clock,
    client,
    http,
    lines,
    me,
    status: async (token: string) => (await me(token)).status,
    async signIn(id: string, more: Record<string, string> = {}, headers = {}): Promise<Pair> {
      const answer = await http.post('/sign-in', { json: { id, ...more }, headers })
      expect(answer.status).toBe(200)
      return (await answer.json()) as never
    },
    /** @returns what a browser sends back, and the line that set it */
    async signInByCookie(
      id: string,
      headers: Record<string, string> = {},
      more: Record<string, string> = {},
    ) {
      // Of a jar of its own: tests say themselves which cookies are sent.
      const answer = await testClient(made.app).http.post('/sign-in', {
        json: { id, mode: 'cookie', ...more },
        headers,
      })
      expect(answer.status).toBe(200)
      const lines = answer.headers.getSetCookie()
      const line = lines.find((one) => one.includes('trefoil_login')) ?? ''
      return { cookie: line.split(';')[0] as string, line, lines, answer }
    },
    refresh: (json: Record<string, unknown>, headers: Record<string, string> = {}) =>
      http.post('/auth/refresh', { json, headers }),
    async renewed(token: string, more: Record<string, unknown> = {}): Promise<Pair> {
      const answer = await http.post('/auth/refresh', { json: { refresh_token: token, ...more } })
      expect(answer.status).toBe(200)
      return (await answer.json()) as never
    },
  }
}
