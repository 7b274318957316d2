import {
  joinVariables,
  type KnownVariables,
  variablesOf,
} from '../../contract/options/environment.ts'
import { OLD_SECRETS_VARIABLE, SECRET_VARIABLE } from '../../identity/key-variables.ts'
import { WORKER_VARIABLE, WORKERS_VARIABLE } from '../../record/worker-number.ts'
import { SESSION } from '../cookie-session.ts'
import { APP } from './app-options.ts'
import { MOVED_VARIABLES } from './moved-options.ts'

/** A variable that stands in for no option of `createApp`. */
interface NamedVariable {
  readonly name: string
  readonly option: string
  readonly value: string
  readonly doc: string
}

/** Variables of what listens on Node. */
export const LISTENER: readonly NamedVariable[] = [
  {
    name: 'TREFOIL_PORT',
    option: 'port',
    value: 'count',
    doc: 'Port that `serve`, `run` and `dev` listen on; without it `PORT`, then 8000.',
  },
  {
    name: 'TREFOIL_HOST',
    option: 'host',
    value: 'text',
    doc: 'Address they listen on; without it `HOST`, where that is an address or `localhost`, then `127.0.0.1`.',
  },
  {
    name: 'TREFOIL_NODE_QUIRKS',
    option: '',
    value: '`on`, `off`',
    doc: '`off`: does without the names of Node that no documentation promises, and takes some percent longer: of use when a release of Node misbehaves. Read once, when `serve` is loaded. Default `on`.',
  },
]

/** Variables of the program `trefoil`; `TREFOIL_ENV` is read by more than it. */
export const PROGRAM: readonly NamedVariable[] = [
  {
    name: 'TREFOIL_APP',
    option: '--app',
    value: 'text',
    doc: 'App to use when `--app` is not given, such as `./src/app.ts#app`.',
  },
  {
    name: 'TREFOIL_TOKEN',
    option: '--token',
    value: 'text',
    doc: 'Bearer token for local calls. Never sent to a remote.',
  },
  {
    name: 'TREFOIL_HOME',
    option: '',
    value: 'text',
    doc: 'Folder of `remotes.json`. Default `~/.trefoil`.',
  },
  {
    name: 'TREFOIL_ENV',
    option: '',
    value: '`development`, `production`',
    doc: 'Set by `dev` and `run` while they serve. Only `development` lets `devTokens` exist, lets `jwtAuth` accept its tokens, and shows what went wrong inside the program.',
  },
  {
    name: WORKERS_VARIABLE,
    option: '--workers',
    value: 'count or `auto`',
    doc: 'Processes by which `run` serves, see [workers](operate.md#workers).',
  },
  {
    name: WORKER_VARIABLE,
    option: '',
    value: 'count',
    doc: 'Set by `run --workers` for each of them: its number, which is in the lines of the default logger.',
  },
]

/** Variables that the program and the listener use (APP-6). */
const PROGRAM_VARIABLES: readonly string[] = [...LISTENER, ...PROGRAM].map(({ name }) => name)

/** Secrets of `jwtAuth()`, which has no more variables. */
const JWT_VARIABLES = [SECRET_VARIABLE, OLD_SECRETS_VARIABLE]

/** Variables that the framework reads itself; parts bring theirs. */
export const KNOWN_VARIABLES: KnownVariables = joinVariables(variablesOf(APP, SESSION), {
  names: new Set([...PROGRAM_VARIABLES, ...JWT_VARIABLES]),
  renamed: MOVED_VARIABLES,
})
