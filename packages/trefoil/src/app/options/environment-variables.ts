import { LOG_LEVELS } from '../../contract/call/logger.ts'

/** What the text of a variable must look like; a list names the only values there are. */
export type VariableKind =
  | 'text'
  | 'text or none'
  | 'flag'
  | 'count'
  | 'seconds'
  | 'size'
  | 'duration'
  | 'list'
  | readonly string[]

export interface EnvironmentVariable {
  readonly variable: string
  /** Option of `createApp`, or `option.member`. */
  readonly option: string
  readonly kind: VariableKind
}

/** Variables that stand in for options of `createApp` (APP-5, S-CORS-2). */
export const APP_VARIABLES: readonly EnvironmentVariable[] = [
  { variable: 'TREFOIL_NAME', option: 'name', kind: 'text' },
  { variable: 'TREFOIL_VERSION', option: 'version', kind: 'text' },
  { variable: 'TREFOIL_DESCRIPTION', option: 'description', kind: 'text' },
  { variable: 'TREFOIL_DEBUG', option: 'debug', kind: 'flag' },
  { variable: 'TREFOIL_SECURITY', option: 'security', kind: ['strict', 'web', 'off'] },
  { variable: 'TREFOIL_ALLOWED_HOSTS', option: 'allowedHosts', kind: 'list' },
  {
    variable: 'TREFOIL_CONTENT_SECURITY_POLICY',
    option: 'contentSecurityPolicy',
    kind: 'text',
  },
  { variable: 'TREFOIL_HSTS_MAX_AGE', option: 'hsts.maxAge', kind: 'seconds' },
  {
    variable: 'TREFOIL_HSTS_INCLUDE_SUB_DOMAINS',
    option: 'hsts.includeSubDomains',
    kind: 'flag',
  },
  { variable: 'TREFOIL_HSTS_PRELOAD', option: 'hsts.preload', kind: 'flag' },
  { variable: 'TREFOIL_TRUSTED_PROXIES', option: 'trustedProxies', kind: 'list' },
  {
    variable: 'TREFOIL_PROXY_HEADERS',
    option: 'proxyHeaders',
    kind: ['x-forwarded', 'forwarded'],
  },
  { variable: 'TREFOIL_CORS_ALLOW_ORIGINS', option: 'cors.allowedOrigins', kind: 'list' },
  {
    variable: 'TREFOIL_CORS_ALLOW_ORIGIN_REGEX',
    option: 'cors.allowedOriginPattern',
    kind: 'text',
  },
  { variable: 'TREFOIL_CORS_ALLOW_METHODS', option: 'cors.allowedMethods', kind: 'list' },
  { variable: 'TREFOIL_CORS_ALLOW_HEADERS', option: 'cors.allowedHeaders', kind: 'list' },
  { variable: 'TREFOIL_CORS_EXPOSE_HEADERS', option: 'cors.exposeHeaders', kind: 'list' },
  {
    variable: 'TREFOIL_CORS_ALLOW_CREDENTIALS',
    option: 'cors.allowCredentials',
    kind: 'flag',
  },
  { variable: 'TREFOIL_CORS_MAX_AGE', option: 'cors.maxAge', kind: 'seconds' },
  { variable: 'TREFOIL_CSRF_TRUSTED_ORIGINS', option: 'csrf.trustedOrigins', kind: 'list' },
  { variable: 'TREFOIL_CSRF_REQUIRE_TOKEN', option: 'csrf.requireToken', kind: 'flag' },
  { variable: 'TREFOIL_COMPRESSION', option: 'compression', kind: 'flag' },
  { variable: 'TREFOIL_MAX_IN_FLIGHT', option: 'maxInFlight', kind: 'count' },
  { variable: 'TREFOIL_MAX_BODY_SIZE', option: 'maxBodySize', kind: 'size' },
  { variable: 'TREFOIL_MAX_JSON_DEPTH', option: 'maxJsonDepth', kind: 'count' },
  { variable: 'TREFOIL_MAX_JSON_MEMBERS', option: 'maxJsonMembers', kind: 'count' },
  { variable: 'TREFOIL_MAX_FORM_PARTS', option: 'maxFormParts', kind: 'count' },
  { variable: 'TREFOIL_MAX_FORM_FIELD_SIZE', option: 'maxFormFieldSize', kind: 'size' },
  { variable: 'TREFOIL_MAX_FILE_SIZE', option: 'maxFileSize', kind: 'size' },
  { variable: 'TREFOIL_UPLOAD_SPOOL_SIZE', option: 'uploadSpoolSize', kind: 'size' },
  { variable: 'TREFOIL_MAX_TOOL_RESPONSE_SIZE', option: 'maxToolResponseSize', kind: 'size' },
  {
    variable: 'TREFOIL_MAX_ACTION_RESPONSE_SIZE',
    option: 'maxActionResponseSize',
    kind: 'size',
  },
  { variable: 'TREFOIL_TIMEOUT', option: 'timeout', kind: 'duration' },
  { variable: 'TREFOIL_REQUEST_ID_HEADER', option: 'requestIdHeader', kind: 'text or none' },
  { variable: 'TREFOIL_MCP_ALLOWED_ORIGINS', option: 'mcpAllowedOrigins', kind: 'list' },
  { variable: 'TREFOIL_OPENAPI_PATH', option: 'openapiPath', kind: 'text or none' },
  { variable: 'TREFOIL_DOCS_PATH', option: 'docsPath', kind: 'text or none' },
  { variable: 'TREFOIL_MCP_DOCS_PATH', option: 'mcpDocsPath', kind: 'text or none' },
  { variable: 'TREFOIL_PUBLIC_DOCS', option: 'publicDocs', kind: 'flag' },
  { variable: 'TREFOIL_LOG_LEVEL', option: 'logLevel', kind: LOG_LEVELS },
]

/** Variables that stand in for options of `cookieSession` (S-SCM-1). */
export const SESSION_VARIABLES: readonly EnvironmentVariable[] = [
  { variable: 'TREFOIL_SESSION_SECRET', option: 'keys', kind: 'text' },
  { variable: 'TREFOIL_SESSION_COOKIE_NAME', option: 'name', kind: 'text' },
  { variable: 'TREFOIL_SESSION_MAX_AGE', option: 'maxAge', kind: 'duration' },
  {
    variable: 'TREFOIL_SESSION_SAME_SITE',
    option: 'sameSite',
    kind: ['strict', 'lax', 'none'],
  },
  { variable: 'TREFOIL_SESSION_SECURE', option: 'secure', kind: 'flag' },
]

/** Variables that the program, loggers and the listener use (APP-6). */
export const PROGRAM_VARIABLES: readonly string[] = [
  'TREFOIL_APP',
  'TREFOIL_TOKEN',
  'TREFOIL_HOME',
  'TREFOIL_ENV',
  'TREFOIL_NODE_QUIRKS',
  'TREFOIL_PORT',
  'TREFOIL_HOST',
]
