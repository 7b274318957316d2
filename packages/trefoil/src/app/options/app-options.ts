import { type Clock, type RandomSource, systemClock, systemRandom } from '../../base/clock.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import type { AuthConfig } from '../../contract/auth/authenticator.ts'
import type { PersonOf } from '../../contract/auth/person-of.ts'
import type { ApprovalHook } from '../../contract/call/approval-hook.ts'
import type { Guard } from '../../contract/call/call.ts'
import type { AgentWrites } from '../../contract/call/need.ts'
import { SURFACES, type SurfaceName } from '../../contract/call/surface-name.ts'
import type { Environment } from '../../contract/options/environment.ts'
import { callable, clock, flag, kind, list, listOf, text } from '../../contract/options/kinds.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import type { Part } from '../declare/part-types.ts'
import {
  CLI,
  type CliOptions,
  type CliValues,
  MCP,
  type McpOptions,
  type McpValues,
} from './agent-options.ts'
import { agentWrites } from './agent-writes.ts'
import { ASKING, type AskingOptions, type AskingValues } from './asking-options.ts'
import { AUDIT_HOOK, type AuditOptions, type AuditOptionValues } from './audit-options.ts'
import { BROWSER, type BrowserOptions, type BrowserValues } from './browser-options.ts'
import { DOCS, type DocsOptions, type DocsValues } from './docs-options.ts'
import { EDGE, type EdgeOptions, type EdgeValues } from './edge-options.ts'
import { guardList } from './guard-list.ts'
import { LIMITS, type LimitOptions, type LimitValues } from './limit-options.ts'
import { LOG, type LogOptions, type LogValues } from './log-options.ts'
import { MOVED_OPTIONS } from './moved-options.ts'
import { type AuthBySurface, authBySurface } from './read-auth.ts'

/** Options of {@link createApp}, types of state and authenticators aside. */
export interface AppOptions {
  /** Name of the service. Default `trefoil`. */
  readonly name?: string
  /** Version of the service, shown in OpenAPI and MCP. Default `0.0.0`. */
  readonly version?: string
  /** One paragraph for OpenAPI and MCP `instructions`. Default none. */
  readonly description?: string
  /** Show the class and message of unexpected errors to callers. Never in production. Default false. */
  readonly debug?: boolean
  /** Authenticators, at most one per surface. Default none: every surface is public. */
  readonly auth?: readonly AuthConfig[]
  /** Surfaces that are meant to have no authenticator; the others are named loudly at start-up. Default none. */
  readonly publicSurfaces?: readonly SurfaceName[]
  /**
   * The app does not start while an action can be called by nobody knows whom, unless it is named in
   * `publicActions`, or its surface in `publicSurfaces` (P-REQ-1). Default false.
   */
  readonly requireAuth?: boolean
  /** With `requireAuth`: names of actions that are meant to be `public`, such as `GET /health`. Default none. */
  readonly publicActions?: readonly string[]
  /** Guards of every action that is not `public`, before those of groups and actions. Default none. */
  readonly guards?: readonly Guard[]
  /** False: a denied caller is told `Forbidden` and no more; the record has the guard (PW-33). Default true. */
  readonly verboseDenials?: boolean
  /** Decides approvals for actions with `needsApproval`. Default none. */
  readonly approval?: ApprovalHook
  /**
   * One stable name for the person behind a caller, where one person comes through two issuers or has two
   * subjects; `null` for who is none. Approval hooks are given it, so that nobody approves for themselves.
   * Default: issuer and subject.
   */
  readonly personOf?: PersonOf
  /**
   * What agents need for actions that change something and have no `needsApproval`: nothing, an
   * approval, or they may not at all. Default `allow`.
   */
  readonly agentWrites?: AgentWrites
  /** A hook of your own that is told of tool calls, and may refuse to answer them. */
  readonly audit?: AuditOptions
  /** Features, each one value with all that it brings. Default none. */
  readonly parts?: readonly Part[]
  /** Hosts, proxies and headers: what is decided before anything of the app is asked. */
  readonly edge?: EdgeOptions
  /** What browsers are told, and what pages of other origins may do. */
  readonly browser?: BrowserOptions
  /** How much of anything one call may take. */
  readonly limits?: LimitOptions
  /** The pages about the API, and who may see them. */
  readonly docs?: DocsOptions
  /** The MCP endpoint. */
  readonly mcp?: McpOptions
  /** What calls ask their caller (`call.ask()`). */
  readonly asking?: AskingOptions
  /** CLI actions. */
  readonly cli?: CliOptions
  /** What is written down, and where. */
  readonly log?: LogOptions
  /** Values that live as long as the app: `app.state`, `call.app.state`. Default `{}`. */
  readonly state?: object
  /** Makes `call.state`, once per call, on first use. Default `{}` each time. */
  readonly callState?: () => object
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
  /** Source of random bytes. Default: the machine's. */
  readonly random?: RandomSource
  /** Variables that stand in for absent options; `{}` for none. Default: those of the process. */
  readonly env?: Environment
}

/** {@link AppOptions} after reading. */
export type AppValues = Values<
  AppOptions,
  {
    readonly description: string | null
    readonly auth: AuthBySurface
    readonly approval: ApprovalHook | null
    readonly personOf: PersonOf | null
    readonly agentWrites: AgentWrites | null
    readonly audit: AuditOptionValues
    readonly parts: readonly unknown[]
    readonly edge: EdgeValues
    readonly browser: BrowserValues
    readonly limits: LimitValues
    readonly docs: DocsValues
    readonly mcp: McpValues
    readonly asking: AskingValues
    readonly cli: CliValues
    readonly log: LogValues
    readonly state: object | null
    readonly callState: (() => object) | null
    readonly env: Environment | null
  }
>

/** The rows of {@link AppOptions}. */
export const APP: OptionGroup<AppOptions, AppValues> = {
  name: 'createApp()',
  isRoot: true,
  prefix: 'TREFOIL',
  moved: Object.fromEntries(Object.entries(MOVED_OPTIONS).map(([old, { to }]) => [old, to])),
  rows: {
    name: {
      read: text,
      default: 'trefoil',
      variable: true,
      doc: 'Name of the service, in OpenAPI, MCP and the action manifest.',
    },
    version: {
      read: text,
      default: '0.0.0',
      variable: true,
      doc: 'Version of the service, in OpenAPI and MCP.',
    },
    description: {
      read: text,
      default: null,
      variable: true,
      doc: 'One paragraph, in OpenAPI and as MCP `instructions`.',
    },
    debug: {
      read: flag,
      default: false,
      variable: true,
      risk: (on) => (on ? { code: 'debug_enabled', message: 'debug must be disabled' } : null),
      doc: 'Shows class and message of unexpected errors to callers. Never in production.',
    },
    auth: {
      read: authBySurface,
      default: [],
      doc: 'Authenticators, at most one per surface, see [AuthConfig](#authconfig). Without one a surface is public.',
    },
    publicSurfaces: {
      read: listOf(SURFACES),
      default: [],
      doc: 'Surfaces that are meant to have no authenticator; the others are named at start-up.',
    },
    requireAuth: {
      read: flag,
      default: false,
      doc: 'Does not start while an action is open that nobody named, see [guards](guards.md#nothing-open-unnamed).',
    },
    publicActions: {
      read: list(),
      default: [],
      doc: 'With `requireAuth`: names of actions that are meant to be `public`, such as `GET /health`.',
    },
    guards: {
      read: guardList,
      default: [],
      doc: 'Guards of every action that is not `public`, before those of groups and actions, see [guards](guards.md).',
    },
    verboseDenials: {
      read: flag,
      default: true,
      doc: 'Off: a denied caller is told `Forbidden` and no more; records name the guard all the same.',
    },
    approval: {
      read: callable(),
      default: null,
      doc: 'The hook that decides approvals, see [approval](approval.md). Needed once an action has `needsApproval`.',
    },
    personOf: {
      read: callable<PersonOf>(),
      // Told apart from the usual one: two issuers want it said.
      default: null,
      shown: 'issuer and subject',
      doc: 'One name for the person behind a caller, `(auth) => string`, for approvals: see [who needs approval](need.md).',
    },
    agentWrites: {
      read: agentWrites,
      // Told apart from `allow`: production wants it said.
      default: null,
      shown: '`allow`',
      doc: 'What agents need for actions that change something: `allow` (nothing), `approve` or `deny`, see [who needs approval](need.md).',
    },
    audit: {
      group: AUDIT_HOOK,
      default: {},
      doc: 'A hook of your own that is told of tool calls, see [audit](#audit).',
    },
    parts: {
      // Each is looked into when it is included.
      read: kind('a list of parts', (value): value is readonly unknown[] => Array.isArray(value)),
      default: [],
      doc: 'Features, each one value with all that it brings, see [parts](parts.md).',
    },
    edge: {
      group: EDGE,
      default: {},
      doc: 'What is decided before anything of the app is asked, see [edge](#edge).',
    },
    browser: {
      group: BROWSER,
      default: {},
      doc: 'What browsers are told, and what pages of other origins may do, see [browser](#browser).',
    },
    limits: {
      group: LIMITS,
      default: {},
      doc: 'How much of anything one call may take, see [limits](#limits).',
    },
    docs: { group: DOCS, default: {}, doc: 'The pages about the API, see [docs](#docs).' },
    mcp: { group: MCP, default: {}, doc: 'The MCP endpoint, see [mcp](#mcp).' },
    asking: {
      group: ASKING,
      default: {},
      doc: 'What calls ask their caller, see [asking](#asking).',
    },
    cli: { group: CLI, default: {}, doc: 'CLI actions, see [cli](#cli).' },
    log: { group: LOG, default: {}, doc: 'What is written down, and where, see [log](#log).' },
    state: {
      read: kind(
        'an object',
        (value): value is object => typeof value === 'object' && value !== null,
      ),
      // Not one object for all apps.
      default: null,
      shown: '`{}`',
      doc: 'Values that live as long as the app: `app.state`, `call.app.state`.',
    },
    callState: {
      read: callable(),
      default: null,
      shown: '`() => ({})`',
      doc: 'Makes `call.state`, once per call, on first use.',
    },
    clock: {
      read: clock,
      default: systemClock,
      shown: "the machine's",
      doc: 'Source of time.',
    },
    random: {
      read: callable(),
      default: systemRandom,
      shown: "the machine's",
      doc: 'Source of random bytes.',
    },
    env: {
      read: kind('an object of variables', isEnvironment),
      default: null,
      shown: 'those of the process',
      doc: 'Variables that stand in for absent options, see [environment](#environment); `{}` for none.',
    },
  },
}

/** What its members hold is looked at when an option asks for one. */
function isEnvironment(value: unknown): value is Environment {
  return isRecord(value)
}
