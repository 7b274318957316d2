import type { Awaitable } from '../../base/promise.ts'

/** One resource of a template, as lists show it. */
export interface ResourceEntry {
  /** One that the template matches. */
  readonly uri: string
  readonly name: string
  readonly title?: string
  readonly description?: string
  /** Media type. Default: that of the template. */
  readonly type?: string
  /** Bytes. */
  readonly size?: number
}

/** A page of the resources of a template. */
export interface ResourceEntries {
  readonly items: readonly ResourceEntry[]
  /** What the next page is asked for by; `null` or absent when this is the last one. */
  readonly next?: string | null
}

/** Which page is asked for. */
export interface EntriesPage {
  /** What the page before said by `next`; `null` for the first page. */
  readonly cursor: string | null
  /** Most items that are taken of it. */
  readonly size: number
}

/** Lists what a template stands for, to the caller of `call` alone. */
export type ListEntries<C> = (page: EntriesPage, call: C) => Awaitable<ResourceEntries>

/** How an action is read as a resource. */
export interface ResourceFacts {
  /** A URI, or a template of URIs. */
  readonly uri: string
  readonly isTemplate: boolean
  /** Names in the template, each an argument of the action. */
  readonly variables: readonly string[]
  /** Media type that is promised; `null` for what the value says. */
  readonly type: string | null
  /** Bytes; `null` where nobody said. */
  readonly size: number | null
  /** `annotations`, as JSON has them; `null` for none. */
  readonly annotations: object | null
  readonly entries: ListEntries<never> | null
  /** Suggests values of its variables. */
  readonly complete: CompleteByName | null
}

/** What is known of the other arguments when one is completed. */
export interface CompleteContext {
  /** Texts of arguments that are filled in already; only those that the action has. */
  readonly arguments: Readonly<Record<string, string>>
}

/**
 * Suggests values of one argument, to the caller of `call` alone.
 *
 * @param typed what is written so far: which values go with it is the function's business
 * @returns texts, best first; of more than 100 the first 100 are sent
 */
export type Complete<C> = (
  typed: string,
  call: C,
  context: CompleteContext,
) => Awaitable<readonly string[]>

/** Completions by argument. */
export type CompleteByName = Readonly<Record<string, Complete<never>>>

/** How an action is got as a prompt. */
export interface PromptFacts {
  /** Suggests values of its arguments, by argument. */
  readonly complete: CompleteByName | null
}
