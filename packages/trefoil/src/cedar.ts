export type {
  CedarOptions,
  CedarPolicies,
  CedarReasons,
  CedarRequest,
} from './policy/cedar/cedar.ts'
export { cedar } from './policy/cedar/cedar.ts'
