// What the type tests share: schemas, one dependency, and apps that cover different surfaces.

import { createApp, dependency } from 'trefoil'
import type { AuthContext } from 'trefoil/auth'
import { z } from 'zod'

export interface User {
  readonly id: number
}

export interface Session {
  readonly find: (id: string) => Promise<{ readonly total: number } | null>
}

export const Order = z.object({
  id: z.string(),
  total: z.number(),
  status: z.enum(['new', 'paid']),
})

/** What another library, or a person, would write: a Standard Schema and nothing else. */
export const Moment = {
  '~standard': {
    version: 1 as const,
    vendor: 'by-hand',
    validate: (value: unknown) => ({ value: new Date(String(value)) }),
    types: undefined as { readonly input: string; readonly output: Date } | undefined,
  },
}

export declare const session: Session

export const db = dependency(() => session, { name: 'db' })

export declare const findUser: () => Promise<AuthContext<User> | null>

/** For routes that are tools or CLI actions. */
export const named = { name: 'a', description: 'b' }

export const open = createApp()
export const app = createApp({
  auth: [{ authenticate: findUser, surfaces: ['api', 'mcp', 'cli'] }],
})
export const apiOnly = createApp({ auth: [{ authenticate: findUser, surfaces: ['api'] }] })
export const mcpOnly = createApp({ auth: [{ authenticate: findUser, surfaces: ['mcp'] }] })
export const cliOnly = createApp({ auth: [{ authenticate: findUser, surfaces: ['cli'] }] })

/** Handlers for tests in which the handler does not matter. */
export const nothing = (): null => null
