import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { incompleteBody } from '../../../../contract/params/incomplete-body.ts'
import { type Problem, refuse } from '../../../../contract/problems/problem.ts'

/** Connections that were ended because a request took too long to arrive. */
const overdue = new WeakSet<Socket>()

/** Notes that a connection is ended for that reason, before its request hears of the end. */
export function markOverdue(socket: Socket): void {
  overdue.add(socket)
}

/** Why the rest of a body does not come: its record is to say what its caller was told (OBS-4). */
export function lostBody({ socket }: IncomingMessage): Problem {
  return overdue.has(socket) ? refuse('request_timeout') : incompleteBody()
}
