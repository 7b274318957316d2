import {
  type Call,
  type Dependency,
  field,
  ImproperlyConfigured,
  type Params,
  type Schema,
} from '../../index.ts'
import { isMarkedParam, isSchema } from '../../inner.ts'
import { isSecret, longestOf, type PageFields } from './forms/fields.ts'
import { KEY_FIELD, TOKEN_FIELD } from './forms/form-view.ts'

/** Under which name handlers find the cookies of pages. */
export const COOKIES = 'page_cookies'

const NAME = /^[a-z][a-z0-9_]*$/
const OWN: ReadonlySet<string> = new Set([COOKIES, TOKEN_FIELD, KEY_FIELD])

/** What a page knows from its address: sent along with its form, by these names. */
export function carriedNames(params: Params): readonly string[] {
  return Object.entries(params).flatMap(([name, param]) => {
    const isSent = isMarkedParam(param) ? param.source === 'query' : isSchema(param)
    return isSent ? [name] : []
  })
}

/**
 * Parameters of the route that a form is sent to: what its page has in the query comes in the body.
 *
 * @throws ImproperlyConfigured for names that two of them have
 */
export function formParams(where: string, params: Params, fields: PageFields): Params {
  const sent = Object.entries(params).map(([name, param]) => {
    if (!isMarkedParam(param) || param.source !== 'query' || param.schema === null) {
      return [name, param] as const
    }
    const { schema, sensitive, optional } = param
    const options = { sensitive, ...(optional === undefined ? {} : { optional }) }
    return [name, field(schema, options)] as const
  })
  const typed = Object.entries(fields).map(([name, one]) => {
    if (name in params) {
      throw new ImproperlyConfigured(`${where}: '${name}' is among params and among fields`)
    }
    // Longer than is taken by far: what is a little too long is said at the field.
    const most = longestOf(one) * 2 + 1000
    return [name, field(anyText(most), { sensitive: isSecret(one), optional: true })] as const
  })
  return {
    ...Object.fromEntries(sent),
    ...Object.fromEntries(typed),
    [TOKEN_FIELD]: field(anyText(200), { sensitive: true, optional: true }),
    [KEY_FIELD]: field(anyText(200), { optional: true }),
  }
}

/** @throws ImproperlyConfigured for one that a form has by itself */
export function checkNames(where: string, names: readonly string[]): void {
  for (const name of names) {
    if (!NAME.test(name) || OWN.has(name)) {
      throw new ImproperlyConfigured(
        `${where}: '${name}' cannot be the name of a field; write it in snake_case, and not as ${[...OWN].join(', ')}`,
      )
    }
  }
}

/** What `show` is given where the handler has failed: what was sent, and dependencies as they stand. */
export async function argsAgain(
  params: Params,
  call: Call,
): Promise<Readonly<Record<string, unknown>>> {
  const args: Record<string, unknown> = { ...call.args }
  for (const [name, param] of Object.entries(params)) {
    if (isMarkedParam(param) || isSchema(param)) continue
    // Neither: a dependency is all that is left.
    args[name] = await call.resolve(param as Dependency<unknown>)
  }
  return args
}

/** Nothing but a bound, and no U+0000, which is in no text. */
function anyText(most: number): Schema<string | undefined> {
  const document = () => ({ type: 'string', maxLength: most })
  return {
    '~standard': {
      version: 1,
      vendor: 'trefoil',
      validate: (value: unknown) =>
        value === undefined ||
        (typeof value === 'string' && value.length <= most && !value.includes('\0'))
          ? { value }
          : { issues: [{ message: `Expected text of at most ${most} characters` }] },
      jsonSchema: { input: document, output: document },
    },
  } as Schema<string | undefined>
}
