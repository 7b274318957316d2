import type { AuthEntry } from '../../contract/auth/authenticator.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { AppContext } from '../../engine/app-context.ts'
import { compilePlan } from '../../engine/plan.ts'
import type { Endpoint } from '../../surfaces/endpoint.ts'
import { headerOf } from '../../surfaces/http/response/header-list.ts'
import { compileRouteAnswers } from '../../surfaces/http/response/route-answers.ts'
import type { HttpTarget } from '../../surfaces/http/route/find.ts'
import type { Mount } from '../../surfaces/http/route/match.ts'
import { literalTemplate } from '../../web/path-template.ts'
import type { AppConfig } from '../options/app-config.ts'
import { callerRule, publicRule, strictRule } from './caller-rules.ts'
import type { CompiledAction } from './compile-action.ts'

/** What the developer's routes lead to. */
export function routeMounts(
  compiled: readonly CompiledAction[],
  app: AppContext,
  { edge, headers, limits }: AppConfig,
): Mount<HttpTarget>[] {
  const caller = callerRule(app.auth.api)
  const open = publicRule(caller)
  const { credentialHeaders } = app
  const { requestIdHeader } = edge
  const common = {
    requestIdHeader,
    credentialHeaders,
    vary: headerOf(headers.http, 'vary'),
    rateHeaders: limits.rateHeaders,
  }
  return compiled.flatMap(({ action, template, ownAuth }) => {
    if (action.method === null || template === null) return []
    const rule = ownAuth === null ? (action.public.api ? open : caller) : callerRule(ownAuth)
    const target: HttpTarget = {
      kind: 'action',
      plan: compilePlan(action, 'api', ownAuth === null ? app : withAuth(app, ownAuth)),
      caller: action.refusesOtherSites ? strictRule(rule) : rule,
      answers: compileRouteAnswers(action, common),
    }
    return [{ method: action.method, template, target }]
  })
}

/** @throws ImproperlyConfigured for a route in the place of one */
export function endpointMounts(
  endpoints: readonly Endpoint[],
  compiled: readonly CompiledAction[],
  auth: AppContext['auth'],
): Mount<HttpTarget>[] {
  return endpoints.map((endpoint) => {
    const { method, path } = endpoint
    const taken = compiled.find(({ action }) => action.method === method && action.path === path)
    if (taken !== undefined) {
      throw new ImproperlyConfigured(
        `Route ${method} '${path}' ('${taken.action.name}')${taken.owner} conflicts with the built-in endpoint of that path; move one of them`,
      )
    }
    const caller = callerRule(auth[endpoint.surface])
    return {
      method,
      template: literalTemplate(path),
      target: { kind: 'endpoint', endpoint, caller },
    }
  })
}

/** The app as an endpoint sees it that has an authenticator of its own. */
function withAuth(app: AppContext, api: AuthEntry): AppContext {
  return Object.freeze({ ...app, auth: Object.freeze({ ...app.auth, api }) })
}
