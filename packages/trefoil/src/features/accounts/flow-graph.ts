import type { FlowStep } from './flow-step.ts'
import { OPERATOR_STEPS } from './operators/operator-steps.ts'

/** All steps there are, in the order in which people meet them. */
export const FLOW_GRAPH: readonly FlowStep[] = [...OPERATOR_STEPS]
