import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** Another process writes it. */
export class WriterLocked extends Error {
  override readonly name: string = 'WriterLocked'
}

/** Paths that this process has locked: its number alone says nothing, a container's is always the same. */
const held = new Set<string>()

interface Holder {
  readonly pid: number
  readonly host: string
  /** When the process began, as the system tells it; `null` where it does not. */
  readonly began: string | null
}

/**
 * Makes this process the one that writes a file, until it gives it up or ends.
 *
 * @returns gives it up
 * @throws Error when another process has it
 */
export function lockForWriting(path: string): () => void {
  const lock = `${path}.lock`
  const me: Holder = { pid: process.pid, host: hostname(), began: beganAt(process.pid) }
  // Written whole before it has the name: half a lock would name nobody.
  const own = `${lock}.${randomBytes(8).toString('hex')}`
  writeFileSync(own, JSON.stringify(me), { flag: 'wx', mode: 0o600 })
  try {
    for (let tries = 0; tries < 5; tries++) {
      if (links(own, lock)) {
        held.add(lock)
        return () => {
          if (held.delete(lock)) rmSync(lock, { force: true })
        }
      }
      const text = textOf(lock)
      if (text === null) continue
      const holder = holderOf(text)
      if (holder === null || isAlive(holder, lock))
        throw new WriterLocked(refusal(path, lock, holder))
      takeAway(lock, text)
    }
  } finally {
    rmSync(own, { force: true })
  }
  throw new Error(`${path}: several processes want to write it; one at a time can`)
}

function refusal(path: string, lock: string, holder: Holder | null): string {
  const who = holder === null ? 'another process' : `process ${holder.pid} on ${holder.host}`
  return `${path} is being written by ${who}; two writers would fork the chain. Stop it, or delete ${lock} when it is gone`
}

function links(own: string, lock: string): boolean {
  try {
    linkSync(own, lock)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Whoever moves it away first has it; one that was made anew in the meantime is put back. */
function takeAway(lock: string, expected: string): void {
  const away = `${lock}.${randomBytes(8).toString('hex')}`
  try {
    renameSync(lock, away)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  if (textOf(away) !== expected) links(away, lock)
  rmSync(away, { force: true })
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

function holderOf(text: string): Holder | null {
  try {
    const { pid, host, began }: Record<string, unknown> = Object(JSON.parse(text))
    if (!Number.isSafeInteger(pid) || typeof host !== 'string') return null
    return { pid: Number(pid), host, began: typeof began === 'string' ? began : null }
  } catch {
    return null
  }
}

function isAlive({ pid, host, began }: Holder, lock: string): boolean {
  if (pid === process.pid && began === beganAt(pid)) return host !== hostname() || held.has(lock)
  // Nothing can be known of another machine's processes.
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
  // The same number, given to another one since.
  return began === null || began === beganAt(pid)
}

/** Linux alone tells it in a file; elsewhere a number that was given again is taken for the old one. */
function beganAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Behind the name, which may hold anything: the twentieth value from there.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

export function codeOf(error: unknown): string | null {
  const { code }: { code?: unknown } = Object(error)
  return typeof code === 'string' ? code : null
}
