import { isRecord } from '../../base/plain/is-record.ts'
import { NotCanonical } from '../../base/plain/plain-members.ts'
import type { ActionHandle, AnyHandle } from '../../contract/call/action-handle.ts'
import type { Dependency } from '../../contract/call/dependency.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { Forgetting, ForgottenArgument } from '../../engine/cached/forgetting.ts'
import { digestOf, keyText } from '../../policy/key-text.ts'
import type { Args } from './route-types.ts'

const forgettings: WeakMap<AnyHandle, Forgetting> = new WeakMap()

/** Ties a handle to what is forgotten of its action's answers. */
export function remember(handle: AnyHandle, forgetting: Forgetting): AnyHandle {
  forgettings.set(handle, forgetting)
  return handle
}

/** The arguments of an action as its handler gets them. */
export type BoundArgs<H extends AnyHandle> =
  H extends ActionHandle<infer Path, infer P>
    ? {
        readonly [Name in keyof Args<Path, P> as Name extends keyof P
          ? P[Name] extends Dependency<unknown>
            ? never
            : Name
          : Name]?: Args<Path, P>[Name]
      }
    : never

/**
 * Forgets the answers that an action's `cache` has kept, whoever they were for: all of them, or those
 * of calls with these arguments, whatever their other arguments were. Holds for this process. What is
 * being made just now counts as kept before.
 *
 * Call it once the change is committed, such as in `call.background(…)`: what is asked in between would
 * be kept as it was.
 *
 * @param handle what registering the action returned
 * @param args values as the handler gets them, defaults and conversions of the schemas included
 * @throws ImproperlyConfigured for what is no handle, an action that keeps no answers, an argument it
 *   has not, or a value that is `undefined` or cannot be compared
 */
export function forgetAnswers<H extends AnyHandle>(handle: H, args?: BoundArgs<H>): void {
  const forgetting = isRecord(handle) ? forgettings.get(handle) : undefined
  if (forgetting === undefined) {
    throw new ImproperlyConfigured(
      `forgetAnswers() takes what app.get(…) or app.action(…) returned, got ${valueKind(handle)}`,
    )
  }
  const where = `forgetAnswers() of '${handle.name}'`
  const { names } = forgetting
  if (names === null) {
    throw new ImproperlyConfigured(
      `${where}: it keeps no answers, or its app has not been started; give it cache: { for: '30s' }`,
    )
  }
  if (args !== undefined && !isRecord(args)) {
    throw new ImproperlyConfigured(`${where}: arguments must be an object, got ${valueKind(args)}`)
  }
  forgetting.forget(args === undefined ? null : readArgs(args, names, where))
}

function readArgs(
  args: object,
  names: ReadonlySet<string>,
  where: string,
): ReadonlyMap<string, ForgottenArgument> {
  const read = new Map<string, ForgottenArgument>()
  for (const [name, value] of Object.entries(args)) {
    if (!names.has(name)) {
      throw new ImproperlyConfigured(`${where}: it has no argument '${name}'`)
    }
    // Of an id that was not found somewhere: nothing would be forgotten, and nobody would notice.
    if (value === undefined) {
      throw new ImproperlyConfigured(
        `${where}: '${name}' is undefined; leave it out to forget answers whatever it was`,
      )
    }
    const text = textOf(value, `${where}: '${name}'`)
    read.set(name, { text, brief: digestOf(text) })
  }
  return read
}

function textOf(value: unknown, what: string): string {
  try {
    return keyText(value)
  } catch (error) {
    if (!(error instanceof NotCanonical)) throw error
    throw new ImproperlyConfigured(`${what} is nothing that answers are kept by: ${error.message}`)
  }
}
