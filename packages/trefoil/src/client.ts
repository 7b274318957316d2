export type { StrictJsonLimits } from './base/json/strict-json.ts'
export type { RemoteTargetOptions } from './client/remote-client.ts'
export { createRemoteTarget } from './client/remote-client.ts'
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
