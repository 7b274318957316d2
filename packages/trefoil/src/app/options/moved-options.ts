import type { RenamedVariable } from '../../contract/options/environment.ts'

/** Where an option of 0.1 is now. */
export interface MovedOption {
  readonly to: string
  /** What a bare number counted in 0.1, to be written behind it as text: `ms`, `b`, `s`. */
  readonly unit?: 'ms' | 's' | 'b'
}

/**
 * Options of `createApp` in 0.1 that have another place now. The message about them, the page
 * docs/migrating-from-0.1.md and the codemod beside it are made from this. Goes with 1.0.
 */
export const MOVED_OPTIONS: Readonly<Record<string, MovedOption>> = {
  security: { to: 'edge.security' },
  allowedHosts: { to: 'edge.hosts' },
  trustedProxies: { to: 'edge.proxies' },
  proxyHeaders: { to: 'edge.proxyHeaders' },
  requestIdHeader: { to: 'edge.requestIdHeader' },
  responseHeaders: { to: 'edge.headers' },
  compression: { to: 'edge.compression' },
  cors: { to: 'browser.cors' },
  csrf: { to: 'browser.csrf' },
  contentSecurityPolicy: { to: 'browser.contentSecurityPolicy' },
  hsts: { to: 'browser.hsts' },
  maxBodySize: { to: 'limits.body', unit: 'b' },
  maxJsonDepth: { to: 'limits.jsonDepth' },
  maxJsonMembers: { to: 'limits.jsonMembers' },
  maxFormParts: { to: 'limits.formParts' },
  maxFormFieldSize: { to: 'limits.formField', unit: 'b' },
  maxFileSize: { to: 'limits.file', unit: 'b' },
  uploadSpoolSize: { to: 'limits.spool', unit: 'b' },
  maxInFlight: { to: 'limits.inFlight' },
  timeout: { to: 'limits.timeout', unit: 'ms' },
  closeTimeout: { to: 'limits.close', unit: 'ms' },
  openapiPath: { to: 'docs.openapiPath' },
  docsPath: { to: 'docs.path' },
  publicDocs: { to: 'docs.public' },
  tagDescriptions: { to: 'docs.tags' },
  mcpAllowedOrigins: { to: 'mcp.allowedOrigins' },
  mcpDocsPath: { to: 'mcp.docsPath' },
  maxToolResponseSize: { to: 'mcp.maxResponseSize', unit: 'b' },
  maxActionResponseSize: { to: 'cli.maxResponseSize', unit: 'b' },
  logger: { to: 'log.logger' },
  logLevel: { to: 'log.level' },
  accessLog: { to: 'log.access' },
  onCall: { to: 'log.onCall' },
}

/** Variables of 0.1 that have another name now; they work until 1.0, with a warning at start-up. */
export const MOVED_VARIABLES: ReadonlyMap<string, RenamedVariable> = new Map(
  Object.entries({
    TREFOIL_SECURITY: { to: 'TREFOIL_EDGE_SECURITY' },
    TREFOIL_ALLOWED_HOSTS: { to: 'TREFOIL_EDGE_HOSTS' },
    TREFOIL_TRUSTED_PROXIES: { to: 'TREFOIL_EDGE_PROXIES' },
    TREFOIL_PROXY_HEADERS: { to: 'TREFOIL_EDGE_PROXY_HEADERS' },
    TREFOIL_REQUEST_ID_HEADER: { to: 'TREFOIL_EDGE_REQUEST_ID_HEADER' },
    TREFOIL_COMPRESSION: { to: 'TREFOIL_EDGE_COMPRESSION' },
    TREFOIL_CONTENT_SECURITY_POLICY: { to: 'TREFOIL_BROWSER_CONTENT_SECURITY_POLICY' },
    TREFOIL_HSTS_MAX_AGE: { to: 'TREFOIL_BROWSER_HSTS_MAX_AGE', unit: 's' },
    TREFOIL_HSTS_INCLUDE_SUB_DOMAINS: { to: 'TREFOIL_BROWSER_HSTS_INCLUDE_SUB_DOMAINS' },
    TREFOIL_HSTS_PRELOAD: { to: 'TREFOIL_BROWSER_HSTS_PRELOAD' },
    TREFOIL_CORS_ALLOW_ORIGINS: { to: 'TREFOIL_BROWSER_CORS_ALLOWED_ORIGINS' },
    TREFOIL_CORS_ALLOW_ORIGIN_REGEX: { to: 'TREFOIL_BROWSER_CORS_ALLOWED_ORIGIN_PATTERN' },
    TREFOIL_CORS_ALLOW_METHODS: { to: 'TREFOIL_BROWSER_CORS_ALLOWED_METHODS' },
    TREFOIL_CORS_ALLOW_HEADERS: { to: 'TREFOIL_BROWSER_CORS_ALLOWED_HEADERS' },
    TREFOIL_CORS_EXPOSE_HEADERS: { to: 'TREFOIL_BROWSER_CORS_EXPOSE_HEADERS' },
    TREFOIL_CORS_ALLOW_CREDENTIALS: { to: 'TREFOIL_BROWSER_CORS_ALLOW_CREDENTIALS' },
    TREFOIL_CORS_MAX_AGE: { to: 'TREFOIL_BROWSER_CORS_MAX_AGE', unit: 's' },
    TREFOIL_CSRF_TRUSTED_ORIGINS: { to: 'TREFOIL_BROWSER_CSRF_TRUSTED_ORIGINS' },
    TREFOIL_CSRF_REQUIRE_TOKEN: { to: 'TREFOIL_BROWSER_CSRF_REQUIRE_TOKEN' },
    TREFOIL_MAX_BODY_SIZE: { to: 'TREFOIL_LIMITS_BODY' },
    TREFOIL_MAX_JSON_DEPTH: { to: 'TREFOIL_LIMITS_JSON_DEPTH' },
    TREFOIL_MAX_JSON_MEMBERS: { to: 'TREFOIL_LIMITS_JSON_MEMBERS' },
    TREFOIL_MAX_FORM_PARTS: { to: 'TREFOIL_LIMITS_FORM_PARTS' },
    TREFOIL_MAX_FORM_FIELD_SIZE: { to: 'TREFOIL_LIMITS_FORM_FIELD' },
    TREFOIL_MAX_FILE_SIZE: { to: 'TREFOIL_LIMITS_FILE' },
    TREFOIL_UPLOAD_SPOOL_SIZE: { to: 'TREFOIL_LIMITS_SPOOL' },
    TREFOIL_MAX_IN_FLIGHT: { to: 'TREFOIL_LIMITS_IN_FLIGHT' },
    TREFOIL_TIMEOUT: { to: 'TREFOIL_LIMITS_TIMEOUT' },
    TREFOIL_OPENAPI_PATH: { to: 'TREFOIL_DOCS_OPENAPI_PATH' },
    TREFOIL_PUBLIC_DOCS: { to: 'TREFOIL_DOCS_PUBLIC' },
    TREFOIL_MAX_TOOL_RESPONSE_SIZE: { to: 'TREFOIL_MCP_MAX_RESPONSE_SIZE' },
    TREFOIL_MAX_ACTION_RESPONSE_SIZE: { to: 'TREFOIL_CLI_MAX_RESPONSE_SIZE' },
  }),
)
