import { isRecord } from '../../base/plain/is-record.ts'
import { escapeUnseen } from '../../base/unseen-text.ts'
import type { Environment } from '../../contract/options/environment.ts'
import { callable, kind, record } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import { type OptionGroup, REQUIRED, type Values } from '../../contract/options/option-rows.ts'
import { valueKind } from '../../contract/options/value-kind.ts'

/** Options of {@link defineSettings}. */
export interface SettingsOptions<Name extends string = string> {
  /** What the variables begin with: `HR_` reads `serverName` from `HR_SERVER_NAME`. `''` for nothing. */
  readonly envPrefix: string
  /**
   * Files of variables such as `.env`, from the working directory; of several the first that has one
   * counts, and the real environment before all. One that is not there is left out. Default: none.
   */
  readonly envFile?: string | URL | readonly (string | URL)[]
  /** Variables with names of their own: `{ databaseUrl: 'DATABASE_URL' }`. Default: none. */
  readonly variables?: { readonly [N in Name]?: string }
  /** Variables, instead of those of the process. */
  readonly env?: Environment
  /** Told of a variable that looks like a misspelling. Default: a warning of the process. */
  readonly warn?: (text: string) => void
}

type SettingsValues = Values<
  SettingsOptions,
  {
    readonly envFile: readonly (string | URL)[]
    readonly variables: Readonly<Record<string, string>>
    readonly env: Environment | null
    readonly warn: (text: string) => void
  }
>

const files: OptionKind<readonly (string | URL)[]> = {
  words: 'text',
  read(value) {
    const list: readonly unknown[] = Array.isArray(value) ? [...value] : [value]
    const isFile = (file: unknown): file is string | URL =>
      (typeof file === 'string' && file.trim() !== '') ||
      (file instanceof URL && file.protocol === 'file:')
    return list.every(isFile)
      ? { value: list }
      : { mistake: `must be the path of a file such as '.env', or a list, got ${valueKind(value)}` }
  },
}

const environment: OptionKind<Environment> = {
  words: 'object',
  read(value) {
    if (!isRecord(value)) {
      return { mistake: `must be an object of variables, got ${valueKind(value)}` }
    }
    const given = { ...value }
    for (const [name, text] of Object.entries(given)) {
      // Left out, its default would count, and nobody would know.
      if (typeof text === 'string' || text === undefined) continue
      return { mistake: `'${escapeUnseen(name)}' must be text, got ${valueKind(text)}` }
    }
    // Looked at, one by one.
    return { value: given as Environment }
  },
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

/** The rows of {@link SettingsOptions}. */
export const SETTINGS: OptionGroup<SettingsOptions, SettingsValues> = {
  name: 'defineSettings()',
  prefix: 'TREFOIL_SETTINGS',
  rows: {
    envPrefix: {
      read: kind(
        "upper-case words with _ behind them, such as 'HR_', or '' for none, and not TREFOIL_",
        (value): value is string =>
          typeof value === 'string' &&
          /^(?:[A-Z][A-Z0-9]*_+)*$/.test(value) &&
          !value.startsWith('TREFOIL_'),
      ),
      default: REQUIRED,
      doc: "What the variables begin with: `HR_` reads `serverName` from `HR_SERVER_NAME`; `''` for nothing.",
    },
    envFile: {
      read: files,
      default: [],
      doc: 'Files of variables such as `.env`, one or a list, the first that has a variable counts. The real environment counts before them; one that is not there is left out.',
    },
    variables: {
      read: record<string>("{ databaseUrl: 'DATABASE_URL' }", (_, value) =>
        typeof value === 'string' && VARIABLE.test(value) ? null : 'must be the name of a variable',
      ),
      default: {},
      shown: 'none',
      doc: "Variables with names of their own: `{ databaseUrl: 'DATABASE_URL' }`.",
    },
    env: {
      read: environment,
      default: null,
      shown: 'those of the process',
      doc: 'Variables, instead of those of the process.',
    },
    warn: {
      read: callable<(text: string) => void>(),
      default: (text: string): void => globalThis.process?.emitWarning?.(text, 'SettingsWarning'),
      shown: 'a warning of the process',
      doc: 'Told of a variable that looks like a misspelling.',
    },
  },
}
