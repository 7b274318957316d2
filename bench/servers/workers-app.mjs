// What `bench/workers.mjs` serves: 2 ms of CPU, and W2 (a verified token, a validated body).
import { createApp } from 'trefoil'
import { jwtAuth } from 'trefoil/auth'
import { z } from 'zod'

export const app = createApp({
  name: 'workers',
  auth: [
    {
      authenticate: jwtAuth({ keys: process.env.BENCH_SECRET, issuer: 'bench', audience: 'bench' }),
      surfaces: ['api', 'mcp', 'cli'],
    },
  ],
  agentWrites: 'allow',
  edge: { hosts: ['127.0.0.1'] },
  log: { level: 'error' },
})

/** Of the processor and not of the clock: a machine that has other things to do makes neither longer. */
app.get('/cpu', { public: true }, () => {
  const began = process.threadCpuUsage()
  for (;;) {
    const { user, system } = process.threadCpuUsage(began)
    if (user + system >= 2000) return 'done'
  }
})

app.post(
  '/orders',
  { params: { sku: z.string().max(64), quantity: z.int().min(1).max(100) } },
  ({ sku, quantity }, call) => ({ sku, quantity, subject: call.auth.subject }),
)
