// What several workers bring: `node bench/workers.mjs [--seconds 5] [--rounds 3]`. Requests a second, and requests for
// each second of CPU that the server's processes took (all of them, the first one too), of one process, one worker and
// two, by `wrk` with 32 connections that stay open, in turn. Linux, because the seconds of CPU are read from /proc.
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { SignJWT } from 'jose'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
  },
})
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const root = join(import.meta.dirname, '..')
const SECRET = 'a secret of a bench, of at least 32 bytes'
const folder = mkdtempSync(join(tmpdir(), 'trefoil-bench-workers-'))

const token = await new SignJWT({ scope: 'orders:write' })
  .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
  .setSubject('bench')
  .setIssuer('bench')
  .setAudience('bench')
  .setExpirationTime('1h')
  .sign(new TextEncoder().encode(SECRET))
const script = join(folder, 'order.lua')
writeFileSync(
  script,
  `wrk.method = "POST"
wrk.body = '{"sku":"sku-coffee","quantity":2}'
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer ${token}"
`,
)

const children = []
/** @param workers how many; `null` for one process alone */
async function serve(workers) {
  const words = [
    'run',
    `--app=${join(root, 'bench/servers/workers-app.mjs')}#app`,
    '--port=0',
    '--json',
  ]
  if (workers !== null) words.push(`--workers=${workers}`)
  const child = spawn(process.execPath, [join(root, 'packages/trefoil/bin/trefoil.js'), ...words], {
    env: { ...process.env, BENCH_SECRET: SECRET },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  let out = ''
  for await (const chunk of child.stdout) {
    out += chunk
    if (out.includes('\n')) break
  }
  return {
    name: workers === null ? 'one process' : `--workers ${workers}`,
    pid: child.pid,
    ...JSON.parse(out),
  }
}

/** Seconds of CPU of a process and those that it started. */
function cpuOf(pid) {
  const own = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  const started = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  const others = started === '' ? [] : started.split(' ')
  return (Number(own[11]) + Number(own[12])) / 100 + others.map(cpuOf).reduce((a, b) => a + b, 0)
}

async function load({ url, pid }, path, more) {
  const before = cpuOf(pid)
  const words = ['-t1', '-c32', `-d${seconds}s`, ...more, `${url}${path}`]
  const { stdout } = await promisify(execFile)('wrk', words)
  const cpu = cpuOf(pid) - before
  if (/Non-2xx/.test(stdout)) throw new Error(stdout)
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1])
  return {
    rate: Number(/Requests\/sec:\s+([0-9.]+)/.exec(stdout)?.[1]),
    perCpu: requests / cpu,
    cores: cpu / seconds,
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]

try {
  const servers = [await serve(null), await serve(1), await serve(2)]
  for (const [title, path, more] of [
    ['2 ms of CPU', '/cpu', []],
    ['W2', '/orders', ['-s', script]],
  ]) {
    for (const server of servers) await load(server, path, more)
    const runs = servers.map(() => [])
    for (let round = 0; round < rounds; round++) {
      for (const [index, server] of servers.entries())
        runs[index].push(await load(server, path, more))
    }
    console.log(`\n| ${title} | requests/s | ratio | requests/CPU s | ratio | cores had |`)
    console.log('| --- | --- | --- | --- | --- | --- |')
    for (const [index, { name }] of servers.entries()) {
      // By round: what else the machine does changes more than these do.
      const ratio = (key) => median(runs[index].map((run, round) => run[key] / runs[0][round][key]))
      const of = (key) => median(runs[index].map((run) => run[key]))
      const cells = [
        name,
        of('rate').toFixed(0),
        ratio('rate').toFixed(2),
        of('perCpu').toFixed(0),
        ratio('perCpu').toFixed(2),
        of('cores').toFixed(2),
      ]
      console.log(`| ${cells.join(' | ')} |`)
    }
  }
} finally {
  for (const child of children) child.kill('SIGTERM')
  rmSync(folder, { recursive: true, force: true })
}
