import type { Worker } from 'node:cluster'
import { availableParallelism } from 'node:os'
import process from 'node:process'
import { isRecord } from '../../base/plain/is-record.ts'
import { WORKER_VARIABLE } from '../../record/worker-number.ts'
import { STOP } from '../terminal/stop-signals.ts'
import type {
  StartWorker,
  WorkerExit,
  WorkerListening,
  WorkerProcesses,
  WorkerProgram,
} from './worker-processes.ts'

const LISTENING = 'trefoil:listening'

/** How the workers of this process are ended at once. */
const kills = new Set<() => void>()

/**
 * Workers by `node:cluster`: the first process has the port, the others take the connections.
 *
 * @param entry path of the program's own start
 */
export function clusterWorkers(entry: string): WorkerProcesses {
  const isWorker = process.env[WORKER_VARIABLE] !== undefined && process.connected
  return {
    parallelism: availableParallelism(),
    announce: isWorker ? announce : null,
    prepare: () => prepare(entry),
    onReload,
  }
}

async function prepare(entry: string): Promise<StartWorker> {
  // Loaded here, not at the top: who serves alone has no use for it.
  const { default: cluster } = await import('node:cluster')
  // Handed over in turn, a connection that is on its way to a worker when that is killed is closed by nobody:
  // its caller waits for ever. On Linux the workers take connections themselves, as evenly (decisions/0051).
  if (process.platform === 'linux' && process.env['NODE_CLUSTER_SCHED_POLICY'] === undefined) {
    cluster.schedulingPolicy = cluster.SCHED_NONE
  }
  return (args, env) => {
    cluster.setupPrimary({
      exec: entry,
      args: [...args],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      windowsHide: true,
    })
    return programOf(cluster.fork(env))
  }
}

function programOf(worker: Worker): WorkerProgram {
  // Not `worker.kill`, which waits until the worker has let go of the channel: one that hangs never does.
  const kill = (): void => void worker.process.kill('SIGKILL')
  if (kills.size === 0) process.once('exit', killAll)
  kills.add(kill)
  const exited = new Promise<WorkerExit>((resolve) => {
    worker.once('exit', (code, signal) => resolve({ code, signal: signal || null }))
    worker.on('error', () => {
      // An error of the channel is no end; one without a process is.
      if (worker.process.pid === undefined) resolve({ code: null, signal: null })
    })
  })
  void exited.then(() => {
    kills.delete(kill)
    if (kills.size === 0) process.off('exit', killAll)
  })
  return {
    pid: worker.process.pid,
    listening: new Promise((resolve) => {
      worker.on('message', (message: unknown) => {
        if (isRecord(message) && message['type'] === LISTENING) {
          // Our own program wrote it.
          resolve(message['listening'] as WorkerListening)
        }
      })
    }),
    exited,
    // A message, not a signal: at Ctrl-C the terminal has already sent one to everybody, and a second
    // would end the worker in the middle of draining.
    stop: () => void (worker.isConnected() && worker.process.send?.(STOP, () => undefined)),
    kill,
  }
}

/** However this process ends: nobody would start or stop what it has left behind. */
function killAll(): void {
  for (const kill of kills) kill()
}

function announce(listening: WorkerListening): void {
  process.send?.({ type: LISTENING, listening }, undefined, undefined, () => undefined)
  void import('node:cluster').then(({ default: { worker } }) => {
    // Node would end a worker in the same moment in which the first process is gone, and with it the calls that
    // run. `onStop` ends it too, after a short time for them.
    if (worker !== undefined) worker.exitedAfterDisconnect = true
  })
}

function onReload(listener: () => void): () => void {
  // A terminal that is closed sends it as well, and Windows when a console is: there it means the end.
  const isElsewhere = process.stdin.isTTY || process.stderr.isTTY || process.platform === 'win32'
  if (isElsewhere) return () => undefined
  process.on('SIGHUP', listener)
  return () => void process.off('SIGHUP', listener)
}
