import { isRecord } from '../base/plain/is-record.ts'
import { failure, type Result, success } from '../base/result.ts'
import type { Issue } from '../contract/problems/problem.ts'
import { isProblemCode, problemRow } from '../contract/problems/problems.ts'
import type {
  ActionAnswer,
  ActionReply,
  DryRunReport,
  Manifest,
  ManifestAction,
  ProblemEnvelope,
} from '../contract/protocol/action-protocol.ts'
import { ACTION_PROTOCOL } from '../contract/protocol/action-protocol.ts'
import { CALL_PATH } from '../contract/protocol/paths.ts'
import { MANIFEST_LIMITS, overBudget } from './manifest-budget.ts'

type Members = Readonly<Record<string, unknown>>

/**
 * Checks a manifest, and that there is not too much of it. Members this version does not know are dropped; the address of the call
 * endpoint is the fixed one, because a manifest that could name another would get the token
 * sent there.
 *
 * @returns in words what is wrong with it when it is none, or too large
 */
export function readManifest(value: unknown): Result<Manifest, string> {
  const invalid = failure('Remote manifest is invalid')
  if (!isRecord(value) || value['protocol'] !== ACTION_PROTOCOL) return invalid
  const { service, auth, actions } = value
  if (!Array.isArray(actions)) return invalid
  const much = overBudget(actions)
  if (much !== null) return failure(`Remote manifest is too large: ${much}`)
  const read = actions.map(readAction)
  if (!read.every((action) => action !== null)) return invalid
  return success({
    protocol: ACTION_PROTOCOL,
    service: {
      name: shortOf(isRecord(service) ? service['name'] : null),
      version: shortOf(isRecord(service) ? service['version'] : null),
    },
    rpc: { method: 'POST', path: CALL_PATH },
    auth: {
      required: isRecord(auth) && auth['required'] === true,
      schemes: isRecord(auth) && auth['required'] === true ? [{ type: 'bearer' }] : [],
    },
    actions: read,
  })
}

function readAction(value: unknown): ManifestAction | null {
  if (!isRecord(value)) return null
  const { name, description, needs_approval, input_schema, output_schema } = value
  if (typeof name !== 'string' || name === '' || typeof description !== 'string') return null
  if (typeof needs_approval !== 'boolean' || !isRecord(input_schema)) return null
  return {
    name,
    title: textOf(value['title']),
    description,
    method: textOf(value['method']),
    path: textOf(value['path']),
    needs_approval,
    // A server that says nothing of it is of an older version: then anything may change.
    changes: value['changes'] !== false,
    external: value['external'] === true,
    ...(value['asks'] === true ? { asks: true } : {}),
    ...readSensitive(value['sensitive']),
    input_schema,
    ...readTextLists(value['text_lists']),
    output_schema: isRecord(output_schema) ? output_schema : null,
  }
}

function readSensitive(value: unknown): Pick<ManifestAction, 'sensitive'> {
  if (!Array.isArray(value)) return {}
  return { sensitive: value.filter((name) => typeof name === 'string') }
}

/** What another revision says of an argument is as good as nothing: then its schema alone decides. */
function readTextLists(value: unknown): Pick<ManifestAction, 'text_lists'> {
  if (!isRecord(value)) return {}
  const known = Object.entries(value).flatMap(([name, style]) =>
    style === 'repeated' || style === 'commas' ? [[name, style] as const] : [],
  )
  return { text_lists: Object.fromEntries(known) }
}

/**
 * Checks the answer to a call. An object without `ok`, or a result where a dry run was asked
 * for, is no answer: counting it as success would report work that was never done (W-23).
 *
 * @param status HTTP status of the answer
 * @returns `null` when it is not an answer of this protocol
 */
export function readAnswer(value: unknown, status: number, dryRun: boolean): ActionAnswer | null {
  if (!isRecord(value)) return null
  if (isFailure(value)) return status === value.status_code ? readReply(value, false) : null
  if (value['ok'] !== true || status >= 400) return readProblem(value, status)
  const isReport = value['dry_run'] === true
  if (isReport !== dryRun) return null
  if (isReport) return readReport(value)
  return isReply(value) && value.status_code < 400 ? readReply(value, true) : null
}

/**
 * True for the answer of an action that failed in its own words (RPC-6). Its status is the action's,
 * so a 401 of it says nothing about the credential that was sent.
 */
export function isFailure(value: unknown): value is Reply {
  return isRecord(value) && value['ok'] === false && !('error' in value) && isReply(value)
}

type Reply = Members & { readonly status_code: number; readonly body: unknown }

function isReply(value: Members): value is Reply {
  return typeof value['status_code'] === 'number' && 'body' in value
}

function readReply<Ok extends boolean>(value: Reply, ok: Ok): ActionReply & { readonly ok: Ok } {
  const { status_code, body, encoding, media_type } = value
  if (encoding !== 'base64' || typeof media_type !== 'string') return { ok, status_code, body }
  return { ok, status_code, body, encoding, media_type }
}

function readReport(value: Members): DryRunReport | null {
  const { action, arguments_hash } = value
  if (typeof action !== 'string' || typeof arguments_hash !== 'string') return null
  return {
    ok: true,
    dry_run: true,
    action,
    source: value['source'] === 'mcp' ? 'mcp' : 'cli',
    entrypoint: value['entrypoint'] === 'local' ? 'local' : 'server',
    method: textOf(value['method']),
    path: textOf(value['path']),
    arguments_hash,
    needs_approval: value['needs_approval'] === true,
    approval_required: value['approval_required'] === true,
    approval_token_provided: value['approval_token_provided'] === true,
    subject: textOf(value['subject']),
  }
}

/**
 * Reads a problem in either form the server has: the envelope of the action protocol or
 * `application/problem+json` (RFC 9457).
 *
 * @returns `null` when it is neither
 */
export function readProblem(value: unknown, status: number): ProblemEnvelope | null {
  if (!isRecord(value) || value['ok'] === true) return null
  if (isRecord(value['error'])) {
    if (value['ok'] !== false) return null
    const read = readEnvelope(value['error'], value['status_code'], status)
    const exit = value['exit_code']
    // Nothing a remote says makes a failure look like success, or like a death by a signal.
    return read !== null && isExitCode(exit) ? { ...read, exit_code: exit } : read
  }
  if (status < 400 || typeof value['title'] !== 'string') return null
  const { type: _type, title, status: ownStatus, detail, instance: _instance, ...members } = value
  return readEnvelope({ ...members, message: textOf(detail) ?? title }, ownStatus, status)
}

function readEnvelope(error: Members, ownStatus: unknown, status: number): ProblemEnvelope | null {
  const { code, message, fix, request_id, trace_id, issues, ...details } = error
  if (typeof code !== 'string' || typeof message !== 'string') return null
  const row = isProblemCode(code) ? problemRow(code) : null
  return {
    ok: false,
    status_code: typeof ownStatus === 'number' ? ownStatus : status,
    error: {
      ...details,
      code,
      message,
      fix: textOf(fix) ?? row?.fix ?? '',
      ...(typeof request_id === 'string' ? { request_id } : {}),
      ...(typeof trace_id === 'string' ? { trace_id } : {}),
      ...(Array.isArray(issues) ? { issues: issues.filter(isIssue) } : {}),
    },
  }
}

function isExitCode(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 125
}

function isIssue(value: unknown): value is Issue {
  return (
    isRecord(value) &&
    ['source', 'name', 'pointer', 'message'].every((key) => typeof value[key] === 'string')
  )
}

function shortOf(value: unknown): string {
  return (textOf(value) ?? '').slice(0, MANIFEST_LIMITS.name)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
