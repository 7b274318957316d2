import {
  joinVariables,
  type KnownVariables,
  variablesOf,
} from '../../contract/options/environment.ts'
import { OLD_SECRETS_VARIABLE, SECRET_VARIABLE } from '../../identity/key-variables.ts'
import { SESSION } from '../cookie-session.ts'
import { APP } from './app-options.ts'
import { MOVED_VARIABLES } from './moved-options.ts'

/** Variables that the program and the listener use (APP-6). */
export const PROGRAM_VARIABLES: readonly string[] = [
  'TREFOIL_APP',
  'TREFOIL_TOKEN',
  'TREFOIL_HOME',
  'TREFOIL_ENV',
  'TREFOIL_NODE_QUIRKS',
  'TREFOIL_PORT',
  'TREFOIL_HOST',
]

/** Secrets of `jwtAuth()`, which has no more variables. */
const JWT_VARIABLES = [SECRET_VARIABLE, OLD_SECRETS_VARIABLE]

/** Variables that the framework reads itself; parts bring theirs. */
export const KNOWN_VARIABLES: KnownVariables = joinVariables(variablesOf(APP, SESSION), {
  names: new Set([...PROGRAM_VARIABLES, ...JWT_VARIABLES]),
  renamed: MOVED_VARIABLES,
})
