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
} from './contract/protocol/action-protocol.ts'
