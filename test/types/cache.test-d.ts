// P-MWL-7: what `cache` takes, and what answers are forgotten by. Each negative stands beside a line that
// differs from it in one thing and compiles.
import { forgetAnswers, query } from 'trefoil'
import type { AuthContext } from 'trefoil/auth'
import { z } from 'zod'
import { app, db, nothing } from './setting.ts'

interface User {
  readonly plan: string
}

app.get('/a', { cache: { for: '30s' } }, nothing)
app.get('/a', { cache: { for: '30s', per: 'tenant', entries: 10, skipsMiddleware: true } }, nothing)
app.get('/a', { cache: { for: '30s', per: ['tenant', 'roles', 'scopes'] } }, nothing)
app.get('/a', { cache: { for: '30s', per: ['caller', (auth) => auth.subject] } }, nothing)
const byPlan = (auth: AuthContext<User>) => auth.payload.plan
app.get('/a', { cache: { for: '30s', per: ['caller', byPlan] } }, nothing)
// @ts-expect-error a bare number
app.get('/a', { cache: { for: 30 } }, nothing)
// @ts-expect-error for how long?
app.get('/a', { cache: {} }, nothing)
// @ts-expect-error nobody by that name
app.get('/a', { cache: { for: '30s', per: 'user' } }, nothing)
// @ts-expect-error nobody has said among whom
app.get('/a', { cache: { for: '30s', per: 'roles' } }, nothing)
// @ts-expect-error no text
app.get('/a', { cache: { for: '30s', per: ['caller', () => 7] } }, nothing)
// @ts-expect-error of a group nothing is kept
app.group('/g', { cache: { for: '30s' } })

const getOrder = app.get(
  '/orders/{order_id}',
  {
    params: { order_id: z.coerce.number(), full: query(z.boolean().default(false)), db },
    cache: { for: '30s' },
  },
  nothing,
)
forgetAnswers(getOrder)
forgetAnswers(getOrder, { order_id: 7 })
forgetAnswers(getOrder, { order_id: 7, full: true })
// @ts-expect-error what the handler gets is a number
forgetAnswers(getOrder, { order_id: '7' })
// @ts-expect-error it has no such argument
forgetAnswers(getOrder, { order: 7 })
// @ts-expect-error a dependency is none
forgetAnswers(getOrder, { db: null })
// @ts-expect-error the name is no handle
forgetAnswers('get_order')

const getItem = app.get('/items/{id}', { cache: { for: '1h' } }, nothing)
forgetAnswers(getItem, { id: 'x' })
// @ts-expect-error text, by the path
forgetAnswers(getItem, { id: 7 })
