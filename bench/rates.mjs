// node bench/rates.mjs [rounds]: what the stage of rates takes of a call, in nanoseconds, with the store in memory.
// Of whole calls with rates, and of those that are refused: node bench/slices.mjs --base node-cached w2g w2r w2t.
import { rateStage } from '../packages/trefoil/build/engine/stages/rate.js'
import { AuthContext } from '../packages/trefoil/dist/auth.js'
import { memoryRates } from '../packages/trefoil/dist/index.js'

const ROUNDS = Number(process.argv[2] ?? 15)
const CALLS = 200_000
const CALLERS = 1000

const many = { limit: 100_000, period: 1000, burst: 1_000_000, interval: 10 }
const few = { limit: 1, period: 3_600_000, burst: 1, interval: 3_600_000_000 }
const rule = (per, rate, name = 'app') => ({ name, per, rate, scope: `5:bench3:${name}1:0` })

const cases = {
  'per caller': [[rule('caller', many)], 'limits'],
  'per caller, refused': [[rule('caller', few)], 'limits'],
  'per address, IPv4': [[rule('address', many)], 'admit'],
  'per address, IPv6': [[rule('address', many)], 'admit', (n) => `2001:db8:${n.toString(16)}::1`],
  everyone: [[rule('everyone', many)], 'limits'],
  'two, per caller and everyone': [
    [rule('caller', many), rule('everyone', many, 'action')],
    'limits',
  ],
}

const runs = Object.entries(cases).map(([name, [rules, at, address]]) => {
  const store = memoryRates()
  const clock = { now: () => Date.now(), elapsed: () => performance.now() }
  const failed = { saidAt: 0 }
  const app = { rates: { store, failure: 'closed', ofLists: [], clock, keys: new Map(), failed } }
  const stage = rateStage({ action: { rates: rules }, surface: 'api', app }, at)
  const states = Array.from({ length: CALLERS }, (_, index) => ({
    auth: new AuthContext({ subject: `user_${index}`, issuer: 'https://issuer.example' }),
    inbound: { client: { address: address?.(index) ?? `10.0.${index >> 8}.${index & 255}` } },
    entrypoint: 'server',
    rateRule: null,
    rateStanding: null,
    rule: null,
  }))
  return { name, stage, states, samples: [] }
})

// In turn, so that a change of the machine's speed falls on all.
for (let round = -3; round < ROUNDS; round++) {
  for (const { stage, states, samples } of runs) {
    const nanos = measure(stage, states)
    if (round >= 0) samples.push(nanos)
  }
}
console.log('| Rates | ns, median | least |\n| --- | --: | --: |')
for (const { name, samples } of runs) {
  const sorted = samples.toSorted((left, right) => left - right)
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0
  console.log(`| ${name} | ${middle.toFixed(0)} | ${(sorted[0] ?? 0).toFixed(0)} |`)
}

function measure(stage, states) {
  let refused = 0
  const start = process.hrtime.bigint()
  for (let call = 0; call < CALLS; call++) {
    const state = states[call % CALLERS]
    // As in a call of its own.
    state.rateRule = null
    state.rateStanding = null
    if (stage(state) !== undefined) refused++
  }
  const nanos = Number(process.hrtime.bigint() - start) / CALLS
  // Used, or the loop would be optimized away.
  if (refused < 0) throw new Error('no')
  return nanos
}
