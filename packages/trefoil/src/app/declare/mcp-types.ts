import type { Awaitable } from '../../base/promise.ts'
import type { ContentAnnotations } from '../../contract/content/block-options.ts'
import type { Complete, ListEntries } from '../../contract/mcp/mcp-facts.ts'
import type { PromptResult } from '../../contract/mcp/said.ts'
import type { Params } from '../../contract/params/params.ts'
import type { Schema } from '../../contract/params/schema.ts'
import type { UriNames } from '../../contract/params/uri-names.ts'
import type { AppTypes } from './app-types.ts'
import type {
  CallOf,
  HandlerResult,
  NoParams,
  OperationOptions,
  ParamValue,
  PublicOption,
} from './route-types.ts'

/** The handler's first argument: declared parameters, and variables of the URI that nobody declared, which are text. */
export type UriArgs<Uri extends string, P> = {
  readonly [Name in keyof P]: ParamValue<P[Name]>
} & { readonly [Name in Exclude<UriNames<Uri>, keyof P>]: string }

/** What reading is never: on another surface, or a change. */
export interface ReadOnlyOptions {
  readonly tool?: never
  readonly cli?: never
  readonly resource?: never
  readonly changes?: false
  readonly forms?: never
  readonly status?: never
  readonly csrf?: never
}

/** What a resource says of itself, beside what every operation says. */
export interface ResourceOptions<C> {
  /** Name of the action, in records too: 1 to 128 of `A-Z a-z 0-9 _ . -`. */
  readonly name: string
  /** For the model. */
  readonly description?: string
  /** Media type. Default: `application/json`, `text/plain`, or that of the bytes, by what is returned. */
  readonly type?: string
  /** Bytes, of a resource that always has the same. */
  readonly size?: number
  /** Who it is for, how much it matters, when it was changed. */
  readonly annotations?: ContentAnnotations
  /** Of a template: lists what it stands for, to callers who pass the guards. Default: lists show the template alone. */
  readonly entries?: ListEntries<C>
  /** Of a template: suggests values of its variables, by variable. Default: enums and booleans complete themselves. */
  readonly complete?: Readonly<Record<string, Complete<C>>>
}

/** Adds a resource: `app.resource(uri, options, handler)`. The handler returns text, bytes or JSON. */
export type AddResource<T extends AppTypes, Inherited extends Params> = <
  const Uri extends string,
  const P extends Params = NoParams,
  R extends Schema | undefined = undefined,
  const Pub extends PublicOption = false,
  const Code extends string = never,
>(
  uri: Uri,
  options: Omit<
    OperationOptions<P, Inherited, R, true, false, Pub, never, Code>,
    keyof ReadOnlyOptions | 'params' | 'returns' | 'public' | 'problems'
  > &
    Pick<
      OperationOptions<P, Inherited, R, true, false, Pub, never, Code>,
      'params' | 'returns' | 'public' | 'problems'
    > &
    ResourceOptions<CallOf<T, 'mcp', Pub>> &
    ReadOnlyOptions,
  handler: NoInfer<
    (args: UriArgs<Uri, Inherited & P>, call: CallOf<T, 'mcp', Pub>) => HandlerResult<R>
  >,
) => void

/** What a prompt says of itself, beside what every operation says. */
export interface PromptOptions<C> {
  /** For people who choose it. */
  readonly description: string
  /** Suggests values of arguments, by argument. Default: enums and booleans complete themselves. */
  readonly complete?: Readonly<Record<string, Complete<C>>>
}

/** Adds a prompt: `app.prompt(name, options, handler)`. */
export type AddPrompt<T extends AppTypes, Inherited extends Params> = <
  const P extends Params = NoParams,
  const Pub extends PublicOption = false,
  const Code extends string = never,
>(
  name: string,
  options: Omit<
    OperationOptions<P, Inherited, undefined, true, false, Pub, never, Code>,
    keyof ReadOnlyOptions | 'params' | 'returns' | 'public' | 'problems'
  > &
    Pick<
      OperationOptions<P, Inherited, undefined, true, false, Pub, never, Code>,
      'params' | 'public' | 'problems'
    > &
    PromptOptions<CallOf<T, 'mcp', Pub>> &
    ReadOnlyOptions,
  handler: NoInfer<
    (args: UriArgs<'', Inherited & P>, call: CallOf<T, 'mcp', Pub>) => Awaitable<PromptResult>
  >,
) => void
