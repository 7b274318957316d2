// W1 and W2, and the calls that the mixed workload and the flood bench borrow from them.
import { all, expectHeaders, expectJson, expectStatus } from './expect.mjs'
import { createOrder, newOrder, orders } from './orders.mjs'
import { mintToken, SUBJECT } from './token.mjs'

export const JSON_TYPE = { 'content-type': 'application/json' }

/** @param {string} token */
export const authorized = (token) => ({ authorization: `Bearer ${token}` })
export const good = mintToken()

/** Headers of callers who must be refused with 401. @type {Readonly<Record<string, Record<string, string>>>} */
export const BAD_TOKENS = {
  'no token': {},
  'foreign signature': authorized(mintToken({ secret: 'another-secret-another-secret-00' })),
  'expired token': authorized(mintToken({ ttl: -600 })),
  'token without exp': authorized(mintToken({ ttl: null })),
}

const SECURITY_HEADERS = [
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy',
  'x-request-id',
]

/** @param {string} id @returns {import('./workloads.mjs').Request} */
const readRequest = (id) => ({ method: 'GET', path: `/orders/${id}`, headers: {}, body: null })

/** @param {object} body @param {Record<string, string>} headers @returns {import('./workloads.mjs').Request} */
const createRequest = (body, headers) => ({
  method: 'POST',
  path: '/orders',
  headers: { ...JSON_TYPE, ...headers },
  body: JSON.stringify(body),
})

/** @type {import('./workloads.mjs').Part} */
export const readPart = {
  name: 'read',
  request: readRequest('ord_1001'),
  status: 200,
  wrong: expectJson(orders.get('ord_1001')),
}

/** @type {import('./workloads.mjs').Part} */
export const missingPart = {
  name: 'unknown order',
  request: readRequest('ord_9999'),
  status: 404,
  wrong: () => null,
}

/** @type {import('./workloads.mjs').Part} */
export const createPart = {
  name: 'create',
  request: createRequest(newOrder, authorized(good)),
  status: 201,
  wrong: all(expectHeaders(SECURITY_HEADERS), expectJson(createOrder(newOrder, SUBJECT))),
}

/** The create call of somebody to be refused. @param {string} kind a key of `BAD_TOKENS` @returns {import('./workloads.mjs').Part} */
export function refusedPart(kind) {
  return {
    name: kind,
    request: createRequest(newOrder, /** @type {Record<string, string>} */ (BAD_TOKENS[kind])),
    status: 401,
    wrong: expectHeaders(SECURITY_HEADERS),
  }
}

const readProbes = [
  {
    name: 'another order',
    request: readRequest('ord_1002'),
    wrong: expectJson(orders.get('ord_1002')),
  },
  { name: 'unknown order', request: readRequest('nope'), wrong: expectStatus(404) },
]

const createProbes = [
  ...Object.entries(BAD_TOKENS).map(([name, headers]) => ({
    name,
    request: createRequest(newOrder, headers),
    wrong: expectStatus(401),
  })),
  ...[0, 101, 1.5, '3'].map((quantity) => ({
    name: `quantity ${JSON.stringify(quantity)}`,
    request: createRequest({ ...newOrder, quantity }, authorized(good)),
    wrong: expectStatus(400, 422),
  })),
  {
    name: 'request id echoed',
    request: createRequest(newOrder, { ...authorized(good), 'x-request-id': 'bench-77' }),
    /** @param {import('./workloads.mjs').Answer} answer */
    wrong: ({ headers }) =>
      headers.get('x-request-id') === 'bench-77' ? null : 'x-request-id was not echoed',
  },
]

/** @type {import('./workloads.mjs').Workload} */
export const w1 = {
  name: 'w1',
  title: 'GET one order, no auth',
  parts: [readPart],
  order: [0],
  probes: readProbes,
}

/** @type {import('./workloads.mjs').Workload} */
export const w2 = {
  name: 'w2',
  title: 'POST an order: bearer, validation, security headers',
  parts: [createPart],
  order: [0],
  probes: createProbes,
}

/** @type {import('./workloads.mjs').Workload} */
export const w6 = {
  name: 'w6',
  title: 'POST an order as W2, written into SQLite with an audit entry, synchronous FULL',
  parts: [createPart],
  order: [0],
  probes: createProbes,
}

/** What the two guards of W2G ask for. */
const CLERK = { roles: ['clerk'], scopes: ['orders:read', 'orders:write'] }
const clerk = authorized(mintToken(CLERK))

/** Callers who are known and must be refused with 403. @type {Readonly<Record<string, Record<string, string>>>} */
export const LACKING = {
  'no role, no scope': authorized(good),
  'another role': authorized(mintToken({ ...CLERK, roles: ['guest'] })),
  'a scope missing': authorized(mintToken({ ...CLERK, scopes: ['orders:read'] })),
}

/** The create call of somebody who lacks a right. @param {string} kind a key of `LACKING` @returns {import('./workloads.mjs').Part} */
export function deniedPart(kind) {
  return {
    name: kind,
    request: createRequest(newOrder, /** @type {Record<string, string>} */ (LACKING[kind])),
    status: 403,
    wrong: expectHeaders(SECURITY_HEADERS),
  }
}

/** @type {import('./workloads.mjs').Workload} */
export const w2g = {
  name: 'w2g',
  title: 'POST an order as W2, with a guard for a role and one for scopes',
  parts: [{ ...createPart, request: createRequest(newOrder, clerk) }],
  order: [0],
  probes: Object.entries(LACKING).map(([name, headers]) => ({
    name,
    request: createRequest(newOrder, headers),
    wrong: expectStatus(403),
  })),
}

/** @type {import('./workloads.mjs').Workload} */
export const w2d = {
  name: 'w2d',
  title: 'The same from callers who lack a right: 403',
  parts: [deniedPart('another role')],
  order: [0],
  probes: w2g.probes,
}

/** @type {import('./workloads.mjs').Workload} */
export const w2r = {
  name: 'w2r',
  title: 'POST an order as W2G, counted by caller, with a rate that is never reached',
  parts: w2g.parts,
  order: [0],
  probes: w2g.probes,
}

/** @type {import('./workloads.mjs').Workload} */
export const w2t = {
  name: 'w2t',
  title: 'The same from a caller who may come once an hour: 429',
  parts: [
    {
      name: 'too often',
      request: createRequest(newOrder, clerk),
      status: 429,
      wrong: expectHeaders([...SECURITY_HEADERS, 'retry-after']),
    },
  ],
  order: [0],
  // The one that passes.
  before: [createRequest(newOrder, clerk)],
  probes: [],
}

/** What a server with both routes must do. */
export const bothProbes = [
  ...readProbes,
  ...createProbes,
  {
    name: 'security headers on a public answer',
    request: readRequest('ord_1001'),
    wrong: expectHeaders(SECURITY_HEADERS),
  },
]
