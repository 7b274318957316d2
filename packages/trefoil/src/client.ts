export type { StrictJsonLimits } from './base/json/strict-json.ts'
export type { ClientProblemFacts, ClientResult } from './client/client-problem.ts'
export { ClientProblem, orThrow } from './client/client-problem.ts'
export type {
  ActionCall,
  ClientCallOptions,
  ClientOf,
  ClientOptions,
  RemoteClientOf,
} from './client/client-types.ts'
export type { SentCredentials } from './client/connection.ts'
export { createClient } from './client/create-client.ts'
export type { Token } from './client/option-kinds.ts'
export type { RemoteTargetOptions } from './client/remote-client.ts'
export { createRemoteTarget } from './client/remote-client.ts'
export type { SentTrace, TraceOption } from './client/sent-trace.ts'
export type {
  ActionAnswer,
  ActionCallRequest,
  ActionFailure,
  ActionReply,
  ActionSuccess,
  ActionTarget,
  DryRunReport,
  Manifest,
  ManifestAction,
  ProblemEnvelope,
  TextLists,
} from './contract/protocol/action-protocol.ts'
export type {
  ArgumentPlace,
  RouteArgument,
  RouteArguments,
  RouteEntry,
  RouteTable,
} from './contract/protocol/route-table.ts'
