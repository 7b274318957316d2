import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import fastifyJwt from '@fastify/jwt'
import Fastify from 'fastify'
import { verify as honoVerify } from 'hono/jwt'
import { jwtVerify } from 'jose'

import { jwtAuth } from '../../packages/trefoil/dist/auth.js'
import { cachingVerifier, verifyToken } from './hs256.mjs'
import { BenchFailure, note } from './log.mjs'
import { median, round } from './stats.mjs'
import { SECRET, SUBJECT } from './token.mjs'

/** Tokens of a round of misses: more than any of the caches keeps, so that none is known the next time. */
const TOKENS = 4096
const HITS = 20_000
/** How often the heap is looked at in a flood. */
const LOOKS = 10

/** @typedef {{ name: string, kind: string, base: boolean, verify(token: string): unknown, refused?: boolean }} Row */

/**
 * Each round gives every row the same tokens, in turn and back and forth, so that a machine that changes
 * its speed does so for all of them. Ratios are of medians.
 *
 * @param {{ rounds: number, bad: number, json: boolean }} flags
 */
export async function benchAuth({ rounds, bad, json }) {
  const rows = [...(await hmacRows()), ...publicKeyRows()]
  for (const row of rows) await check(row)
  /** @type {Map<Row, number[]>} */
  const times = new Map(rows.map((row) => [row, []]))
  for (let index = -1; index < rounds; index++) {
    for (const row of index % 2 === 0 ? rows : [...rows].reverse()) {
      const took = await time(row)
      // The first round warms up.
      if (index >= 0) times.get(row)?.push(took)
    }
  }
  const result = rows.map((row) => {
    const base = rows.find((one) => one.kind === row.kind && one.base) ?? row
    const us = median(times.get(row) ?? [])
    return {
      call: row.kind,
      verifier: row.name,
      us: round(us, 2),
      ratio: round(us / median(times.get(base) ?? []), 2),
    }
  })
  const memory = await flood(bad)
  if (json) process.stdout.write(`${JSON.stringify({ rows: result, memory })}\n`)
  else {
    console.table(result)
    console.table(memory)
  }
}

async function hmacRows() {
  const fastify = await fastifyRow(false)
  const fastifyCached = await fastifyRow(true)
  const key = new TextEncoder().encode(SECRET)
  const byHand = cachingVerifier()
  const trefoil = trefoilRow({ keys: SECRET })
  const uncached = trefoilRow({ keys: SECRET, cacheSize: 0 })
  const hono = (token) => honoVerify(token, SECRET, 'HS256')
  const jose = async (token) => (await jwtVerify(token, key, { algorithms: ['HS256'] })).payload
  const rows = (kind, list) =>
    list.map(([name, verify], index) => ({ kind, name, base: index === 0, verify }))
  return [
    ...rows('HS256 known', [
      ['by hand, cached', byHand],
      ['trefoil', trefoil],
      ['@fastify/jwt, cache', fastifyCached],
    ]),
    ...rows('HS256 new', [
      ['by hand', verifyToken],
      ['trefoil', trefoil],
      ['trefoil, no cache', uncached],
      ['@fastify/jwt', fastify],
      ['@fastify/jwt, cache', fastifyCached],
      ['hono/jwt', hono],
      ['jose', jose],
    ]),
    ...rows('HS256 foreign signature', [
      ['by hand', verifyToken],
      ['trefoil', trefoil],
      ['@fastify/jwt', quiet(fastify)],
      ['hono/jwt', quiet(hono)],
      ['jose', quiet(jose)],
    ]).map((row) => ({ ...row, refused: true })),
  ]
}

function publicKeyRows() {
  const pairs = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    EdDSA: generateKeyPairSync('ed25519'),
  }
  return Object.entries(pairs).flatMap(([algorithm, { publicKey, privateKey }]) => {
    const tokens = Array.from({ length: 512 }, (_, id) => signedWith(algorithm, privateKey, id))
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const kind = `${algorithm} new`
    const jose = async (token) =>
      (await jwtVerify(token, publicKey, { algorithms: [algorithm] })).payload
    const trefoil = trefoilRow({ publicKey: pem, algorithms: [algorithm], cacheSize: 0 })
    return [
      { kind, name: 'jose', base: true, verify: jose, tokens },
      { kind, name: 'trefoil, no cache', base: false, verify: trefoil, tokens },
    ]
  })
}

/** The whole authenticator: header to frozen context, and not the signature alone. */
function trefoilRow(options) {
  const auth = jwtAuth(options)
  return (token) => {
    const headers = new Map([['authorization', `Bearer ${token}`]])
    const answer = auth.authenticate({ bearer: token, headers })
    return answer instanceof Promise ? answer.then(claimsOf) : claimsOf(answer)
  }
}

function claimsOf(answer) {
  return answer?.subject === undefined ? null : { sub: answer.subject }
}

async function fastifyRow(cache) {
  const app = Fastify()
  await app.register(fastifyJwt, {
    secret: SECRET,
    verify: { cache: cache ? 256 : false, algorithms: ['HS256'], requiredClaims: ['exp'] },
  })
  await app.ready()
  return (token) => app.jwt.verify(token)
}

/** Those that throw for a bad token: that costs them something, and is theirs. */
function quiet(verify) {
  return (token) => {
    try {
      const claims = verify(token)
      return claims instanceof Promise ? claims.catch(() => null) : claims
    } catch {
      return null
    }
  }
}

const GOOD = Array.from({ length: TOKENS }, (_, id) => hmacToken(id, SECRET))
const BAD = Array.from({ length: TOKENS }, (_, id) => hmacToken(id, `${SECRET}x`))

function tokensOf(row) {
  if (row.tokens !== undefined) return row.tokens
  if (row.refused === true) return BAD
  return row.kind.endsWith('known') ? [GOOD[0]] : GOOD
}

/** A row that answers wrongly is not measured. */
async function check(row) {
  const claims = await row.verify(tokensOf(row)[0])
  const isRight = row.refused === true ? claims === null : claims?.sub === SUBJECT
  if (!isRight) throw new BenchFailure(`${row.name} is wrong about ${row.kind}`)
}

/** Microseconds a token. What answers at once is not waited for. */
async function time(row) {
  const tokens = tokensOf(row)
  const calls = tokens.length === 1 ? HITS : tokens.length
  const from = performance.now()
  for (let index = 0; index < calls; index++) {
    const answer = row.verify(tokens[index % tokens.length])
    if (answer instanceof Promise) await answer
  }
  return ((performance.now() - from) / calls) * 1000
}

/** Live heap, after a forced collection, while no bad token comes twice. */
async function flood(bad) {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  const verify = trefoilRow({ keys: SECRET })
  const looks = []
  for (let look = 0; look <= LOOKS; look++) {
    collect()
    looks.push({
      tokens: Math.round((bad / LOOKS) * look),
      heapMB: round(process.memoryUsage().heapUsed / 2 ** 20, 2),
    })
    if (look === LOOKS) break
    for (let index = 0; index < bad / LOOKS; index++) {
      verify(`${GOOD[0]?.slice(0, -43)}${randomBytes(32).toString('base64url')}`)
    }
  }
  // The first tenth fills the caches; what grows after it is a leak.
  const grown = (looks.at(-1)?.heapMB ?? 0) - (looks[1]?.heapMB ?? 0)
  note(`live heap after ${bad} distinct bad tokens: ${round(grown, 2)} MB more than after a tenth`)
  if (grown > 1) throw new BenchFailure('memory grows with bad tokens')
  return looks
}

function hmacToken(id, secret) {
  const signed = unsigned('HS256', id)
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

function signedWith(algorithm, privateKey, id) {
  const signed = unsigned(algorithm, id)
  const key = algorithm === 'ES256' ? { key: privateKey, dsaEncoding: 'ieee-p1363' } : privateKey
  const signature = sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(signed), key)
  return `${signed}.${signature.toString('base64url')}`
}

function unsigned(algorithm, id) {
  const now = Math.floor(Date.now() / 1000)
  const claims = { sub: SUBJECT, iat: now, exp: now + 43_200, jti: String(id) }
  return [{ alg: algorithm, typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
}
