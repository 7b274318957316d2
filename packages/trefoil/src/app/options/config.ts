import { type ByteSize, parseByteSize } from '../../base/bytes.ts'
import { type Clock, systemClock, systemRandom } from '../../base/clock.ts'
import { type Duration, parseDuration } from '../../base/duration.ts'
import {
  LARGEST_JSON_DEPTH,
  MAX_JSON_DEPTH,
  MAX_JSON_MEMBERS,
} from '../../base/json/strict-json.ts'
import { LOG_LEVELS, type Logger } from '../../contract/call/logger.ts'
import { SURFACES, type SurfaceName } from '../../contract/call/surface-name.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { LOCAL_HOSTS, parseHostPatterns } from '../../policy/edge.ts'
import { createStderrLogger } from '../../record/stderr-logger.ts'
import { readCompression } from '../../surfaces/http/response/compression-options.ts'
import type { HostPattern } from '../../web/host.ts'
import { originMistake } from '../../web/origin.ts'
import type { AppConfig } from './app-config.ts'
import type { AppOptions } from './app-options.ts'
import { readEdge } from './edge-config.ts'
import { fillAppOptions, nameVariables, processEnvironment, strayVariables } from './environment.ts'
import { readAuth } from './read-auth.ts'

const MIB = 1024 * 1024

const APP_OPTIONS: OptionNames<AppOptions> = {
  name: true,
  version: true,
  description: true,
  debug: true,
  security: true,
  allowedHosts: true,
  contentSecurityPolicy: true,
  hsts: true,
  responseHeaders: true,
  trustedProxies: true,
  proxyHeaders: true,
  cors: true,
  csrf: true,
  compression: true,
  maxInFlight: true,
  maxBodySize: true,
  maxJsonDepth: true,
  maxJsonMembers: true,
  maxFormParts: true,
  maxFormFieldSize: true,
  maxFileSize: true,
  uploadSpoolSize: true,
  maxToolResponseSize: true,
  maxActionResponseSize: true,
  timeout: true,
  closeTimeout: true,
  requestIdHeader: true,
  auth: true,
  publicSurfaces: true,
  approval: true,
  mcpAllowedOrigins: true,
  openapiPath: true,
  docsPath: true,
  mcpDocsPath: true,
  publicDocs: true,
  tagDescriptions: true,
  accessLog: true,
  onCall: true,
  logger: true,
  logLevel: true,
  clock: true,
  random: true,
  env: true,
}

/**
 * Explicit options, then the environment, then defaults.
 *
 * @throws ImproperlyConfigured naming the option or the variable
 */
export function readConfig(given: AppOptions): AppConfig {
  checkOptionNames('createApp()', given, APP_OPTIONS)
  const env = given.env ?? processEnvironment()
  const { options, used } = fillAppOptions(given, env)
  try {
    return checkOptions(options, strayVariables(env))
  } catch (error) {
    throw nameVariables(error, used)
  }
}

function checkOptions(options: AppOptions, stray: readonly string[]): AppConfig {
  readText('name', options.name)
  readText('version', options.version)
  readText('description', options.description)
  const clock = options.clock ?? systemClock
  const security = options.security ?? 'strict'
  if (security !== 'strict' && security !== 'web' && security !== 'off') {
    throw new ImproperlyConfigured(`Unsupported security mode: '${String(security)}'`)
  }
  const allowedHosts = readStrings('allowedHosts', options.allowedHosts)
  const config: AppConfig = {
    name: options.name ?? 'trefoil',
    version: options.version ?? '0.0.0',
    description: options.description ?? null,
    debug: readFlag('debug', options.debug),
    security,
    hosts: security === 'off' ? null : readHosts(allowedHosts),
    allowedHosts,
    ...readEdge(options, security),
    compression: readCompression(options.compression),
    maxBodySize: readSize('maxBodySize', options.maxBodySize, 2 * MIB),
    json: Object.freeze({
      maxDepth: readCount('maxJsonDepth', options.maxJsonDepth, MAX_JSON_DEPTH, LARGEST_JSON_DEPTH),
      maxMembers: readCount('maxJsonMembers', options.maxJsonMembers, MAX_JSON_MEMBERS),
    }),
    maxFormParts: readCount('maxFormParts', options.maxFormParts, 1000),
    maxFormFieldSize: readSize('maxFormFieldSize', options.maxFormFieldSize, MIB),
    maxFileSize: readSize('maxFileSize', options.maxFileSize, 2 * MIB),
    uploadSpoolSize: readSize('uploadSpoolSize', options.uploadSpoolSize, MIB),
    maxToolResponseSize: readSize('maxToolResponseSize', options.maxToolResponseSize, MIB),
    maxActionResponseSize: readSize('maxActionResponseSize', options.maxActionResponseSize, MIB),
    timeout: readTimeout('timeout', options.timeout, 0),
    closeTimeout: readTimeout('closeTimeout', options.closeTimeout, 10_000),
    auth: readAuth(options.auth),
    publicSurfaces: new Set(readSurfaces('publicSurfaces', options.publicSurfaces ?? [])),
    approval: readFunction('approval', options.approval),
    mcpAllowedOrigins: readOrigins(options.mcpAllowedOrigins),
    openapiPath: readPath('openapiPath', options.openapiPath, '/openapi.json'),
    docsPath: readPath('docsPath', options.docsPath, '/docs'),
    mcpDocsPath: readPath('mcpDocsPath', options.mcpDocsPath, '/mcp/docs'),
    publicDocs: readFlag('publicDocs', options.publicDocs),
    tagDescriptions: readTagDescriptions(options.tagDescriptions),
    accessLog: readFunction('accessLog', options.accessLog),
    onCall: readFunction('onCall', options.onCall),
    logger: readLogger(options, clock),
    clock,
    random: options.random ?? systemRandom,
    strayVariables: stray,
  }
  checkPaths(config, options)
  return Object.freeze(config)
}

function readText(option: string, value: unknown): void {
  if (value !== undefined && (typeof value !== 'string' || value === '')) {
    throw new ImproperlyConfigured(`${option} must be non-empty text`)
  }
}

function readTagDescriptions(
  value: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ImproperlyConfigured("tagDescriptions must be an object such as { Orders: '…' }")
  }
  for (const [tag, text] of Object.entries(value)) readText(`tagDescriptions '${tag}'`, text)
  return new Map(Object.entries(value))
}

/** Not by truth: `debug: 'false'`, out of some variable, would be on. */
function readFlag(option: string, value: unknown): boolean {
  if (value === undefined) return false
  if (typeof value !== 'boolean') throw new ImproperlyConfigured(`${option} must be true or false`)
  return value
}

function readFunction<Hook>(option: string, value: Hook | undefined): Hook | null {
  if (value === undefined) return null
  if (typeof value === 'function') return value
  throw new ImproperlyConfigured(`${option} must be a function, got ${shownValue(value)}`)
}

/** A logger of the developer's own decides what it writes; the level is that of the default one. */
function readLogger({ logger, logLevel }: AppOptions, clock: Clock): Logger {
  if (logLevel !== undefined && !LOG_LEVELS.includes(logLevel)) {
    throw new ImproperlyConfigured(
      `logLevel must be one of ${LOG_LEVELS.join(', ')}, got ${shownValue(logLevel)}`,
    )
  }
  if (logger === undefined) return createStderrLogger(clock, logLevel)
  const methods = ['debug', 'info', 'warn', 'error'] as const
  // Object(): a logger may be a function with methods, and null has none.
  const missing = methods.find((name) => typeof Object(logger)[name] !== 'function')
  if (missing !== undefined) {
    throw new ImproperlyConfigured(
      `logger must have the methods ${methods.join(', ')}, as pino and console have; '${missing}' is missing`,
    )
  }
  // What nobody reads is refused, or the lines would go on in silence.
  if (logLevel !== undefined) {
    throw new ImproperlyConfigured(
      'logLevel is for the default logger: set the level of your own logger where you make it',
    )
  }
  return logger
}

function readOrigins(value: readonly string[] | undefined): ReadonlySet<string> {
  const origins = readStrings('mcpAllowedOrigins', value)
  for (const origin of origins) {
    const mistake = origin === '*' ? null : originMistake(origin)
    if (mistake !== null) throw new ImproperlyConfigured(`mcpAllowedOrigins: ${mistake}`)
  }
  return new Set(origins)
}

/** A limit of zero would refuse everything, and is a slip (APP-4). */
function readCount(
  option: string,
  value: number | undefined,
  fallback: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (value === undefined) return fallback
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ImproperlyConfigured(`${option} must be a positive integer`)
  }
  if (value > most) throw new ImproperlyConfigured(`${option} must be at most ${most}`)
  return value
}

function readSize(option: string, value: ByteSize | undefined, fallback: number): number {
  if (value === undefined) return fallback
  const bytes = parseByteSize(value)
  if (bytes === null) {
    throw new ImproperlyConfigured(
      `${option} must be integer bytes or a string like '2mb' (b, gb, kb, mb), got ${JSON.stringify(value)}`,
    )
  }
  return bytes
}

function readTimeout(option: string, value: Duration | undefined, unset: number): number {
  if (value === undefined) return unset
  const ms = parseDuration(value)
  if (ms === null) throw new ImproperlyConfigured(`${option} must be a duration such as '30s'`)
  return ms
}

function readStrings(option: string, value: readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  // Text is iterable: one forgotten bracket would allow every single letter as a host.
  if (!Array.isArray(value)) {
    throw new ImproperlyConfigured(`${option} must be a list of strings, not ${typeof value}`)
  }
  for (const item of value) {
    if (typeof item !== 'string')
      throw new ImproperlyConfigured(`${option} must contain only strings`)
    if (item.trim() === '') throw new ImproperlyConfigured(`${option} cannot contain empty values`)
  }
  return Object.freeze([...value])
}

function readHosts(allowed: readonly string[]): readonly HostPattern[] {
  const patterns = parseHostPatterns(allowed.length === 0 ? LOCAL_HOSTS : allowed)
  if (typeof patterns === 'string') {
    throw new ImproperlyConfigured(`allowedHosts: '${patterns}' is not a host name or pattern`)
  }
  return patterns
}

function readSurfaces(option: string, value: readonly SurfaceName[]): readonly SurfaceName[] {
  for (const surface of readStrings(option, value)) {
    if (!SURFACES.includes(surface as SurfaceName)) {
      throw new ImproperlyConfigured(
        `${option}: Unknown surface '${surface}'; expected one of ${SURFACES.join(', ')}`,
      )
    }
  }
  return value
}

function readPath(
  option: string,
  value: string | null | undefined,
  fallback: string,
): string | null {
  if (value === null) return null
  const path = value ?? fallback
  if (!path.startsWith('/')) throw new ImproperlyConfigured(`${option} must start with '/'`)
  if (/[?#{}]/.test(path)) {
    throw new ImproperlyConfigured(
      `${option} must be a literal path without query string or fragment`,
    )
  }
  return path
}

function checkPaths(config: AppConfig, options: AppOptions): void {
  const { openapiPath, docsPath, mcpDocsPath } = config
  if (openapiPath === null && typeof options.docsPath === 'string') {
    throw new ImproperlyConfigured('docsPath requires openapiPath')
  }
  const named = { openapiPath, docsPath, mcpEndpoint: '/mcp', mcpDocsPath }
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
