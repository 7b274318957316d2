// node bench/guards.mjs [rounds]: what it takes to ask one guard, in nanoseconds. Of whole calls with guards and
// without, and of denials: node bench/slices.mjs --base node-cached w2 w2g w2d.
import {
  AuthContext,
  allOf,
  hasAllRoles,
  hasAllScopes,
  hasRole,
  hasScope,
  permissions,
  requireClientId,
} from '../packages/trefoil/dist/auth.js'

const ROUNDS = Number(process.argv[2] ?? 15)
const CALLS = 500_000

const can = permissions(
  { clerk: ['orders.read'], admin: ['orders.write', 'users.write'] },
  { inherits: { admin: ['clerk'] } },
)
const guards = {
  'hasRole, the first': hasRole('clerk', 'manager'),
  'hasRole, the last of 8': hasRole('a', 'b', 'c', 'd', 'e', 'f', 'g', 'writer'),
  'hasAllRoles, 2': hasAllRoles('clerk', 'writer'),
  hasScope: hasScope('orders:write'),
  'hasAllScopes, 2': hasAllScopes('orders:read', 'orders:write'),
  requireClientId: requireClientId('cron', 'user_1'),
  'hasPermission, 1': can.hasPermission('orders.read'),
  'allOf of two': allOf(hasRole('clerk'), hasScope('orders:write')),
  'hasRole, denied': hasRole('admin'),
  'hasAllScopes, denied': hasAllScopes('orders:read', 'orders:delete'),
  'hasPermission, denied': can.hasPermission('orders.read', 'users.write'),
}
const auth = new AuthContext({
  subject: 'user_1',
  roles: ['clerk', 'writer'],
  scopes: ['orders:read', 'orders:write'],
})

const samples = new Map(Object.keys(guards).map((name) => [name, []]))
// In turn, so that a change of the machine's speed falls on all.
for (let round = -3; round < ROUNDS; round++) {
  for (const [name, guard] of Object.entries(guards)) {
    const nanos = measure(guard)
    if (round >= 0) samples.get(name)?.push(nanos)
  }
}
console.log('| Guard | ns, median | least |\n| --- | --: | --: |')
for (const [name, list] of samples) {
  const sorted = list.toSorted((left, right) => left - right)
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0
  console.log(`| ${name} | ${middle.toFixed(0)} | ${(sorted[0] ?? 0).toFixed(0)} |`)
}

function measure(guard) {
  let allowed = 0
  const start = process.hrtime.bigint()
  for (let call = 0; call < CALLS; call++) if ('allow' in guard.decide(auth, null)) allowed++
  const nanos = Number(process.hrtime.bigint() - start) / CALLS
  // Used, or the loop would be optimized away.
  if (allowed !== 0 && allowed !== CALLS) throw new Error('A guard changed its mind')
  return nanos
}
