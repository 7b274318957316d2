import {
  type Environment,
  givenEnvironment,
  processEnvironment,
} from '../../contract/options/environment.ts'
import { optionRisks } from '../../contract/options/option-risks.ts'
import { nameVariables, readOptions } from '../../contract/options/read-options.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { MCP_PATH } from '../../contract/protocol/paths.ts'
import { corsOf } from '../../policy/cors.ts'
import { LOCAL_HOSTS, parseHostPatterns } from '../../policy/edge.ts'
import { type ProxyPolicy, parseTrustedProxies } from '../../policy/proxies.ts'
import { securityHeaders } from '../../policy/security-headers.ts'
import { createStderrLogger } from '../../record/stderr-logger.ts'
import type { HostPattern } from '../../web/host.ts'
import type { AppConfig } from './app-config.ts'
import { APP, type AppOptions, type AppValues } from './app-options.ts'
import type { EdgeValues } from './edge-options.ts'
import { MOVED_VARIABLES } from './moved-options.ts'

/**
 * Explicit options, then the environment, then defaults.
 *
 * @throws ImproperlyConfigured naming each option that is wrong, or its variable
 */
export function readConfig(given: AppOptions): AppConfig {
  const env = givenEnvironment(given) ?? processEnvironment()
  const used = new Map<string, string>()
  const said = new Set<string>()
  const values = readOptions(APP, given, { env, renamed: MOVED_VARIABLES, used, given: said })
  try {
    return configOf(values, env, (option) => said.has(option) || used.has(option))
  } catch (error) {
    throw nameVariables(error, used)
  }
}

function configOf(
  values: AppValues,
  env: Environment,
  isGiven: (option: string) => boolean,
): AppConfig {
  const { edge, browser, limits, log, clock, publicSurfaces, ...rest } = values
  checkPaths(values, isGiven)
  // What nobody reads is refused, or the lines would go on in silence.
  if (log.logger !== null && isGiven('log.level')) {
    throw new ImproperlyConfigured(
      'log.level is for the default logger: set the level of your own logger where you make it',
    )
  }
  return Object.freeze({
    ...rest,
    edge,
    limits,
    log,
    clock,
    publicSurfaces: new Set(publicSurfaces),
    hosts: hostsOf(edge),
    headers: headersOf(values),
    proxies: proxiesOf(edge),
    cors: browser.cors === null ? null : corsOf(browser.cors),
    csrf: browser.csrf === false ? null : browser.csrf,
    json: Object.freeze({ maxDepth: limits.jsonDepth, maxMembers: limits.jsonMembers }),
    logger: log.logger ?? createStderrLogger(clock, log.level, env),
    risks: optionRisks(APP, values),
    env,
  })
}

function hostsOf({ security, hosts }: EdgeValues): readonly HostPattern[] | null {
  if (security === 'off') return null
  const patterns = parseHostPatterns(hosts.length === 0 ? LOCAL_HOSTS : hosts)
  // The row has refused what is no pattern.
  return typeof patterns === 'string' ? [] : patterns
}

function headersOf({ edge, browser }: AppValues): AppConfig['headers'] {
  const options = {
    mode: edge.security,
    contentSecurityPolicy: browser.contentSecurityPolicy,
    hsts: browser.hsts,
    overrides: edge.headers,
  }
  return Object.freeze({
    http: securityHeaders(options, 'http'),
    https: securityHeaders(options, 'https'),
  })
}

function proxiesOf({ proxies, proxyHeaders }: EdgeValues): ProxyPolicy | null {
  const trusted = parseTrustedProxies(proxies)
  return typeof trusted === 'string' || trusted.length === 0
    ? null
    : { trusted, headers: proxyHeaders }
}

function checkPaths({ docs, mcp }: AppValues, isGiven: (option: string) => boolean): void {
  if (docs.openapiPath === null && docs.path !== null && isGiven('docs.path')) {
    throw new ImproperlyConfigured('docs.path requires docs.openapiPath')
  }
  const named = {
    'docs.openapiPath': docs.openapiPath,
    'docs.path': docs.path,
    'the MCP endpoint': MCP_PATH,
    'mcp.docsPath': mcp.docsPath,
  }
  const seen = new Map<string, string>()
  for (const [option, path] of Object.entries(named)) {
    if (path === null) continue
    const other = seen.get(path)
    if (other !== undefined) {
      throw new ImproperlyConfigured(`${option} conflicts with ${other}: '${path}'`)
    }
    seen.set(path, option)
  }
}
