// Every door's own declarations compile without skipLibCheck, and lead to the same classes.
import type { AuthContext, AuthContext as SameAuthContext } from 'trefoil/auth'
import type { ActionTarget, createRemoteTarget } from 'trefoil/client'
import { health } from 'trefoil/health'
import { type RunningServer, serve } from 'trefoil/node'
import type { Part } from 'trefoil/parts'
import { type TestClient, testClient } from 'trefoil/testing'
import { type Equal, type Expect, exact } from './expect.ts'
import { app } from './setting.ts'

export type Checks = [
  Expect<Equal<typeof AuthContext, typeof SameAuthContext>>,
  Expect<Equal<Awaited<ReturnType<typeof serve>>, RunningServer>>,
  Expect<Equal<ReturnType<typeof createRemoteTarget>, ActionTarget>>,
]

exact<Promise<Response>>()(app.fetch(new Request('http://localhost/')))
serve(app)
exact<TestClient>()(testClient(app))
// @ts-expect-error an app is served, not a function
serve(() => new Response())
exact<Part>()(health())
