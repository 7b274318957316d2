// Runs every check in every way this runtime has, and prints one line of JSON for each. Started by
// scripts/runtimes.mjs under each runtime, and by probe.test.ts under the Node of the project.
import process from 'node:process'
import { BODY_CHECKS } from './checks/bodies.mjs'
import { CLOSING_CHECKS } from './checks/closing.mjs'
import { IDENTITY_CHECKS } from './checks/identity.mjs'
import { MCP_CHECKS } from './checks/mcp.mjs'
import { REQUEST_CHECKS } from './checks/requests.mjs'
import { STREAM_CHECKS } from './checks/streams.mjs'
import { TLS_CHECKS } from './checks/tls.mjs'
import { SERVE_CHECKS, WIRE_CHECKS } from './checks/wire.mjs'
import { opened } from './gates.mjs'
import { runtime, WAYS } from './ways.mjs'

const EVERYWHERE = {
  ...REQUEST_CHECKS,
  ...IDENTITY_CHECKS,
  ...MCP_CHECKS,
  ...STREAM_CHECKS,
  ...BODY_CHECKS,
}

/** Milliseconds after which a check hangs. */
const PATIENCE = 10_000

/** Such as `serve: close`, to run some of them. */
const only = new RegExp(process.argv[2] ?? '')

print({ runtime: runtime() })
for (const [way, open] of Object.entries(WAYS)) {
  const at = await open()
  const asked = { ...at, logged: (id) => opened(`logged ${id}`) }
  const checks = {
    ...EVERYWHERE,
    ...(at.port === null ? {} : WIRE_CHECKS),
    ...(way === 'serve' ? { ...SERVE_CHECKS, ...CLOSING_CHECKS, ...TLS_CHECKS } : {}),
  }
  for (const [check, run] of Object.entries(checks)) {
    if (!only.test(`${way}: ${check}`)) continue
    print({ way, check, error: await attempt(() => run(asked)) })
  }
  print({ way, check: 'closes', error: await attempt(at.close) })
}
print({ done: true })

/** @returns `null`, or what went wrong */
async function attempt(run) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${PATIENCE} ms`)), PATIENCE)
  })
  try {
    await Promise.race([run(), late])
    return null
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  } finally {
    clearTimeout(timer)
  }
}

function print(line) {
  console.log(JSON.stringify(line))
}
