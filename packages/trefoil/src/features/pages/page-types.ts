import type {
  Awaitable,
  Call,
  Dependency,
  MarkedParam,
  ParamSource,
  Params,
  Reply,
  ReplyOptions,
  Schema,
  SharedOptions,
} from '../../index.ts'
import type { Markup } from '../../inner.ts'
import type { FieldValues, PageFields } from './forms/fields.ts'
import type { FormLook } from './forms/form-view.ts'
import type { TextValues } from './texts/texts.ts'

/** A page, as its `show` gives it. */
export interface PageContent {
  readonly body: Markup
  /** A text, or its key. Default the title of the page. */
  readonly title?: string
  /** Wide enough for a table. Default false. */
  readonly wide?: boolean
  /** Default 200. */
  readonly status?: number
  readonly headers?: ReplyOptions['headers']
  readonly cookies?: ReplyOptions['cookies']
  /** Paths of scripts of this site that it loads. They may ask this site for more, and nobody else. Default none. */
  readonly scripts?: readonly string[]
  /** Origins that an answer to its form may send the browser on to, such as the client of a consent. Default none. */
  readonly formTargets?: readonly string[]
}

/** What a page is made with. */
export interface PageView<Args = Readonly<Record<string, unknown>>> {
  readonly call: Call
  readonly args: Args
  /** Of the page: a tag such as `en`. */
  readonly language: string
  /** A text by its key, as plain text. Values may come from others: what nobody sees in them is named. */
  t(key: string, values?: TextValues): string
  /** The same for HTML, with each value apart from what stands round it. */
  text(key: string, values?: TextValues): Markup
  /** A time in words, such as `2 minutes`. */
  time(seconds: number): string
  /** A moment, in milliseconds since the Unix epoch, in UTC. */
  date(at: number): Markup
  /** A place of this site, as links need it where the app is mounted below a path. */
  href(place: string): string
  /** The form of this page. */
  form(look: FormLook): Markup
  /** Another form that is sent from this page: to remove an entry, say. */
  formOf(
    form: PageForm,
    look: FormLook & { readonly args?: Readonly<Record<string, string>> },
  ): Markup
}

/** Names of the `{name}` segments of a path. */
type Names<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${infer Bare}:${string}` ? Bare : Name) | Names<Rest>
  : never

type Given<P> =
  P extends Schema<infer _, infer Value>
    ? Value
    : P extends MarkedParam<ParamSource, infer Value>
      ? Value
      : P extends Dependency<infer Value>
        ? Value
        : never

/** What a page knows of its address, and the dependencies that it asked for. */
export type PageArgs<Path extends string, P> = { readonly [Name in keyof P]: Given<P[Name]> } & {
  readonly [Name in Exclude<Names<Path>, keyof P>]: string
}

/** What a form says to some of the problems that sending it may end with. */
export type FormProblems = Readonly<
  Record<string, string | { readonly field: string; readonly text: string }>
>

/** Options that pages and forms share with all routes. */
export interface PageRouteOptions
  extends Pick<
    SharedOptions,
    'guards' | 'roles' | 'tags' | 'metadata' | 'rate' | 'timeout' | 'concurrency' | 'middleware'
  > {
  /** In snake_case. Of a page that is a form too, the form has `<name>_sent`. */
  readonly name: string
  /** Open to everybody. Default false. */
  readonly public?: boolean
}

/** What happens when a form is sent. */
export interface SendOptions<Path extends string, P extends Params, F extends PageFields> {
  readonly fields?: F
  /**
   * Called with what the fields hold, once the token is good. A `Problem` or a `FormError` that it throws shows the
   * page again, with what was typed; what it has done is rolled back.
   *
   * @returns where to go on to (`site.go('/notes', { notice: 'notes.saved' })`), or a page
   */
  readonly send?: (
    values: FieldValues<F>,
    call: Call,
    view: PageView<PageArgs<Path, P>>,
  ) => Awaitable<Reply | PageContent>
  /** Texts or keys by code of a problem, for the whole form or one of its fields. */
  readonly problems?: FormProblems
  /** True: the same page is not taken twice, for what must not be done twice by a slip. Default false. */
  readonly once?: boolean
  /** How often it may be sent, where it is less than how often the page may be opened. Default `rate`. */
  readonly sendRate?: SharedOptions['rate']
  /** As of any route. Default true. */
  readonly changes?: boolean
  /** As of any route. Default false. */
  readonly external?: boolean
  /** As of any route. */
  readonly audit?: boolean | 'required'
}

/** Options of `site.page()`. */
export interface PageOptions<Path extends string, P extends Params, F extends PageFields>
  extends PageRouteOptions,
    SendOptions<Path, P, F> {
  /** A text, or its key. */
  readonly title: string
  /**
   * Dependencies, and what stands in the query of its address: a form carries it along, unseen. Secrets among it are
   * `query(schema, { sensitive: true })`.
   */
  readonly params?: P
  readonly show: (view: PageView<PageArgs<Path, P>>) => Awaitable<Markup | PageContent | Reply>
}

/** Options of `site.form()`. */
export interface FormOptions<Path extends string, P extends Params, F extends PageFields>
  extends PageRouteOptions,
    SendOptions<Path, P, F> {
  /** The page that it stands on: shown again where something is wrong. Its `params` are the form's too. */
  readonly of: Page
  readonly params?: P
  readonly send: NonNullable<SendOptions<Path, P, F>['send']>
}

/** A form that is sent to a route. */
export interface PageForm {
  /** Action name. */
  readonly name: string
  /** Where it is sent. */
  url(args?: Readonly<Record<string, string>>): string
}

/** A page that is a route. */
export interface Page {
  /** Action name. */
  readonly name: string
  /** Its address. */
  url(args?: Readonly<Record<string, string>>): string
}
