export { definePart } from './app/declare/define-part.ts'
export type {
  AuthenticatingPart,
  Part,
  PartAppTypes,
  PartRoutes,
} from './app/declare/part-types.ts'
export { systemClock } from './base/clock.ts'
export { equalSecrets } from './base/constant-time.ts'
export { type Effects, effectsOf } from './contract/effects.ts'
export type {
  KnownVariables,
  RenamedVariable,
} from './contract/options/environment.ts'
export { processEnvironment } from './contract/options/environment.ts'
export type { Bounds, EntryCheck } from './contract/options/kinds.ts'
export * as kinds from './contract/options/kinds.ts'
export type { OptionKind, Reading } from './contract/options/option-kind.ts'
export type { OptionNames } from './contract/options/option-names.ts'
export { checkOptionNames } from './contract/options/option-names.ts'
export type {
  AnyOptionGroup,
  AnyOptionRow,
  GroupRow,
  OptionGroup,
  OptionRow,
  OptionRows,
  Values,
} from './contract/options/option-rows.ts'
export { REQUIRED } from './contract/options/option-rows.ts'
export type { OptionSources } from './contract/options/read-options.ts'
export { readOptions } from './contract/options/read-options.ts'
export type {
  CommandContext,
  CommandOption,
  CommandResult,
  PartApp,
  PartCommand,
  PartEndpoint,
  PartOf,
  PartVariable,
  PartWork,
} from './contract/part.ts'
export type {
  ApprovalCase,
  ApprovalDecider,
  ApprovalDecision,
  Redemption,
} from './contract/ports/approval-decider.ts'
export type { AuditFacts, AuditPort } from './contract/ports/audit.ts'
export type { FigureSample, PartFigure } from './contract/ports/figures.ts'
export type { AdmitPort, Arriving, Lease, LimitsPort } from './contract/ports/limits.ts'
export type {
  ObservedCall,
  ObservedEnd,
  ObservedTask,
  ObserverPort,
  ParentSpan,
} from './contract/ports/observer.ts'
export type { SqlDialect, SqlRow, SqlStatements, SqlValue } from './contract/ports/sql.ts'
export { TransactionConflict, type TransactionPort } from './contract/ports/transaction.ts'
export { hookDecider } from './policy/hook-decider.ts'
export type { ConnectionLoad, SqlRehearsal, SqlStore, SqlUnit } from './stores/sql/sql-store.ts'
