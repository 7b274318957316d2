export { createRemoteTarget } from './client/remote-client.ts'
export type {
  ActionAnswer,
  ActionCallRequest,
  ActionSuccess,
  ActionTarget,
  DryRunReport,
  Manifest,
  ManifestAction,
  ProblemEnvelope,
} from './contract/action-protocol.ts'
