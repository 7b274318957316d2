import { pointerStep } from '../../base/json/json-pointer.ts'
import { deepFreeze } from '../../base/plain/freeze.ts'
import type { SurfaceName } from '../call/surface-name.ts'
import type { Issue } from '../problems/problem.ts'
import type { ParamSpec } from './param-spec.ts'
import type { ParamSource } from './params.ts'

const KINDS: Readonly<Record<ParamSource, string>> = {
  path: 'path parameter',
  query: 'query parameter',
  header: 'header',
  cookie: 'cookie',
  field: 'body field',
  body: 'body parameter',
  form: 'form field',
  file: 'file',
  files: 'file',
}

/** Where an argument was sent, in the words of the surface it came from. */
function place(spec: ParamSpec, surface: SurfaceName): { source: string; name: string } {
  if (surface !== 'api') return { source: 'argument', name: spec.name }
  const source = spec.source === 'field' ? 'body' : spec.source === 'files' ? 'file' : spec.source
  return { source, name: spec.source === 'body' ? '' : spec.wire }
}

/** JSON Pointer of the argument itself inside the document it travelled in. */
function base(spec: ParamSpec, surface: SurfaceName): string {
  const inDocument = surface !== 'api' || spec.source === 'field'
  const name = surface === 'api' ? spec.wire : spec.name
  return inDocument ? pointerStep(name) : ''
}

/** An issue and the sentence that leads the problem when it is the first (BIND-6, BIND-8). */
export interface ArgumentIssue {
  readonly issue: Issue
  readonly headline: string
}

export function missingArgument(spec: ParamSpec, surface: SurfaceName): ArgumentIssue {
  const headline =
    surface === 'api'
      ? `Missing required ${KINDS[spec.source]}: ${spec.source === 'body' ? spec.name : spec.wire}`
      : `Missing action argument: ${spec.name}`
  return {
    headline,
    issue: { ...place(spec, surface), pointer: base(spec, surface), message: 'Required' },
  }
}

/**
 * @param kind `integer`, `number` or `boolean` when text could not be read as one
 * @param pointer `/1` for the second item of a list; empty for one value
 */
export function invalidText(
  spec: ParamSpec,
  surface: SurfaceName,
  kind: string,
  pointer = '',
): ArgumentIssue {
  const noun = kind === 'number' ? 'float' : kind
  const headline =
    surface === 'api'
      ? `Invalid ${noun} ${KINDS[spec.source]}: ${spec.wire}`
      : `Invalid action argument: ${spec.name}`
  const message = `Expected ${kind === 'integer' ? 'an integer' : `a ${kind}`}`
  const issue = { ...place(spec, surface), pointer: base(spec, surface) + pointer, message }
  return { headline, issue }
}

/** For whatever is wrong with a secret: a schema's own words may repeat it, whole or in part. */
const NOT_SHOWN = 'Invalid value, which is not shown because it may be a secret'

/** A value that its schema refused. */
export function invalidValue(
  spec: ParamSpec,
  surface: SurfaceName,
  at: string,
  text: string,
): ArgumentIssue {
  // Where in the value is said by its keys, which may be secrets like the rest of it.
  const [pointer, message] = spec.sensitive ? ['', NOT_SHOWN] : [at, text]
  let headline = `Invalid action argument: ${spec.name}`
  if (surface === 'api') {
    headline =
      spec.source === 'body'
        ? `Invalid JSON body for parameter: ${spec.name}`
        : `Invalid ${KINDS[spec.source]}: ${spec.wire}`
  }
  const issue = { ...place(spec, surface), pointer: base(spec, surface) + pointer, message }
  return { headline, issue }
}

/**
 * Something in arguments that are one value: named is the member that it is in.
 *
 * @param pointer empty for the value itself
 */
export function invalidWhole(pointer: string, message: string): ArgumentIssue {
  const name = pointer.split('/')[1] ?? ''
  const headline = name === '' ? 'Invalid action arguments' : `Invalid action argument: ${name}`
  return { headline, issue: { source: 'argument', name, pointer, message } }
}

/** A name nobody declared (ABIND-3; JSON bodies of fields). */
export function unknownArgument(name: string, surface: SurfaceName): ArgumentIssue {
  const where = surface === 'api' ? 'body field' : 'action argument'
  const source = surface === 'api' ? 'body' : 'argument'
  return {
    headline: `Unknown ${where}: ${name}`,
    issue: { source, name, pointer: pointerStep(name), message: 'Not an argument of this action' },
  }
}

/** A part of a form nobody declared (FND-28), in the words of {@link unknownArgument}. */
export function unknownFormPart(name: string, isFile: boolean): ArgumentIssue {
  const source = isFile ? 'file' : 'form'
  return {
    headline: `Unknown ${KINDS[source]}: ${name}`,
    issue: { source, name, pointer: '', message: 'Not an argument of this action' },
  }
}

/** A file where text is declared, or text where a file is. */
export function wrongFormPart(name: string, wantsFile: boolean): ArgumentIssue {
  const source = wantsFile ? 'file' : 'form'
  const message = wantsFile ? 'Expected a file, not text' : 'Expected text, not a file'
  return {
    headline: `Invalid ${KINDS[source]}: ${name}`,
    issue: { source, name, pointer: '', message },
  }
}

/** Taking one of several files would drop the others in silence (BIND-15). */
export function multipleFiles(name: string): ArgumentIssue {
  return {
    headline: `Multiple files received for parameter: ${name}`,
    issue: { source: 'file', name, pointer: '', message: 'Expected one file' },
  }
}

/**
 * A source that cannot be read at all, so that none of its arguments could be looked at. Frozen: it is
 * made once for every call, and their error handlers are shown it.
 */
export function malformedSource(source: string, headline: string, message: string): ArgumentIssue {
  return deepFreeze({ headline, issue: { source, name: '', pointer: '', message } })
}
