// A proxy that was revoked, as options or in them: what JavaScript hands over by a slip of its own. Each was a raw
// TypeError somewhere, which names neither the option nor the door.
import { ImproperlyConfigured } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { HANDLES, NOT_CALLED, OPTION_USES, type OptionUse } from './option-uses.ts'
import { optionsAtDoors } from './options-at-doors.ts'

const names = new Map(
  optionsAtDoors(HANDLES)
    .map((place) => [`${place.at} ${place.type}`, place.names] as const)
    .filter(([key]) => !NOT_CALLED.test(key)),
)

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** What was thrown that is no sentence of ours; `null` for nothing. */
async function rawError(use: () => unknown): Promise<string | null> {
  try {
    await use()
    return null
  } catch (error) {
    if (error instanceof ImproperlyConfigured) return error.message === '' ? 'no sentence' : null
    // The table's own code took the options apart before any door saw them.
    const stack = String((error as Error | undefined)?.stack)
      .split('\n')
      .slice(1)
    const frames = stack.filter((line) => !line.includes('hostile-options'))
    if (frames[0]?.includes('option-uses') === true) return null
    return `${error}\n${frames.slice(0, 4).join('\n')}`
  }
}

/**
 * Doors that do not yet: of most the test client's and those that are used in calls. Who mends one takes it off this
 * list, which is held to what is.
 */
const OPEN: ReadonlySet<string> = new Set([
  'AccountsOptions.clients PasswordClient',
  'ActionTarget.call ActionCallRequest',
  'App.delete OperationOptions',
  'App.get OperationOptions',
  'App.group GroupOptions',
  'App.include Part',
  'App.patch OperationOptions',
  'App.post OperationOptions',
  'App.put OperationOptions',
  'App.tool OperationOptions',
  'AuditLog.append OwnEvent',
  'AuditLog.find AuditQuery',
  'AuditLog.verify AuditCheck',
  'AuthContext Identity',
  'AuthenticationError AuthenticationErrorOptions',
  'CookieSigner.seal SealOptions',
  'CreateAppOptions.parts Part',
  'FixedApiKeyOptions.keys ApiKeyEntry',
  'GroupOptions.rate RateOptions',
  'HttpError HttpErrorOptions',
  'Identity.actor ActorIdentity',
  'Identity.session LoginSession',
  'IntrospectionOptions.claims ClaimNames',
  'JobQueue.define JobOptions',
  'JwtAuthOptions.claims ClaimNames',
  'Metrics.counter MetricOptions',
  'Metrics.gauge GaugeOptions',
  'Metrics.histogram HistogramOptions',
  'Part.authenticator AnyAuthConfig',
  'PartEndpoint.authenticate Authenticator',
  'Problem ProblemOptions',
  'ProblemSet.problem ProblemOptions',
  'RedirectOptions.cookies CookieOptions',
  'ReplyOptions.cookies CookieOptions',
  'RouteGroup.delete OperationOptions',
  'RouteGroup.get OperationOptions',
  'RouteGroup.group GroupOptions',
  'RouteGroup.patch OperationOptions',
  'RouteGroup.post OperationOptions',
  'RouteGroup.put OperationOptions',
  'RouteGroup.tool OperationOptions',
  'SendFileOptions.cookies CookieOptions',
  'SseOptions.cookies CookieOptions',
  'StoredApiKeyAuth.createKey NewApiKey',
  'StreamOptions.cookies CookieOptions',
  'TestCli.call CliCallOptions',
  'TestCli.manifest CliManifestOptions',
  'TestClientOptions.as Identity',
  'TestHttp.delete TestRequestOptions',
  'TestHttp.get TestRequestOptions',
  'TestHttp.head TestRequestOptions',
  'TestHttp.options TestRequestOptions',
  'TestHttp.patch TestRequestOptions',
  'TestHttp.post TestRequestOptions',
  'TestHttp.put TestRequestOptions',
  'TestHttp.request TestRequestOptions',
  'TestMcp.callTool McpCallOptions',
  'TestMcp.discover McpRequestOptions',
  'TestMcp.initialize McpRequestOptions',
  'TestMcp.listTools McpRequestOptions',
  'TestRequestOptions.files TestFile',
  'accessMatrix AccessOptions',
  'auditCheckpoints AuditCheckpointsOptions',
  'cedar CedarOptions',
  'condition ConditionOptions',
  'createRemoteTarget RemoteTargetOptions',
  'createToken TokenOptions',
  'database DatabaseOptions',
  'definePart Part',
  'deny DenyOptions',
  'dependency DependencyOptions',
  'expectAccess ExpectAccessOptions',
  'firstOf Authenticator',
  'getLockoutStatus AttemptKey',
  'html ReplyOptions',
  'memoryAttempts MemoryAttemptsOptions',
  'permissions PermissionsOptions',
  'recordAttempt LoginAttempt',
  'redirect RedirectOptions',
  'refusal RefusalOptions',
  'sendFile SendFileOptions',
  'sqlSpentTokens SqlSpentTokensOptions',
  'sse SseOptions',
  'stream StreamOptions',
  'testClient TestClientOptions',
  'verifyAudit VerifyAuditOptions',
  'verifyCheckpoint VerifyCheckpointOptions',
])

describe('FND-13: options that cannot be looked at', () => {
  test.each(Object.entries(OPTION_USES))('%s says a sentence of them', async (key, given) => {
    const { use, good } = given as OptionUse
    const found: Record<string, string> = {}
    const tell = async (what: string, options: object) => {
      const raw = await rawError(() => use(options as never))
      if (raw !== null) found[what] = raw
    }
    await tell('revoked', revoked())
    for (const name of names.get(key) ?? []) {
      await tell(`${name}, revoked`, { ...good, [name]: revoked() })
    }
    if (OPEN.has(key)) expect(found).not.toEqual({})
    else expect(found).toEqual({})
  })
})
