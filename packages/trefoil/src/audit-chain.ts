export type {
  AuditOpening,
  AuditStore,
  BrokenEntry,
  PrunedRecord,
  StoredEntry,
} from './contract/ports/audit-store.ts'
export type { TreeFile, TreeStore } from './contract/ports/tree-store.ts'
export type { AuditAnchor } from './record/audit/anchor.ts'
export type { ChainRing } from './record/audit/chain-keys.ts'
export type {
  AnswerEvent,
  AppEvent,
  AuditEntry,
  AuditEvent,
  AuditPlace,
  CallEvent,
  ErasedEvent,
  LostEvent,
  PrunedEvent,
  RefusalsEvent,
  RepairedEvent,
} from './record/audit/entry.ts'
export { readEntry } from './record/audit/entry.ts'
export type { AuditFinding, AuditFindingCode } from './record/audit/findings.ts'
export type { AuditFormat, ExportedEntry } from './record/audit/formats/export-audit.ts'
export { AUDIT_FORMATS, exportAudit } from './record/audit/formats/export-audit.ts'
export type { SvcAuditReport, SvcAuditRow } from './record/audit/svc-hash.ts'
export { verifySvcAudit } from './record/audit/svc-hash.ts'
export type {
  AuditCheckpoint,
  AuditCheckpoints,
  AuditCheckpointsOptions,
} from './record/audit/tlog/audit-checkpoints.ts'
export { auditCheckpoints } from './record/audit/tlog/audit-checkpoints.ts'
export type {
  CheckpointFinding,
  CheckpointFindingCode,
} from './record/audit/tlog/checkpoint-findings.ts'
export type { EntryProof, GrowthProof, ProofFault } from './record/audit/tlog/entry-proof.ts'
export {
  proveEntry,
  proveGrowth,
  verifyEntryProof,
  verifyGrowthProof,
} from './record/audit/tlog/entry-proof.ts'
export type { SigningKey } from './record/audit/tlog/signing-key.ts'
export type {
  CheckpointReport,
  VerifyCheckpointOptions,
} from './record/audit/tlog/verify-checkpoint.ts'
export { verifyCheckpoint } from './record/audit/tlog/verify-checkpoint.ts'
export type { AuditReport } from './record/audit/verifier.ts'
export type { AuditSource, AuditWriter, VerifyAuditOptions } from './record/audit/verify-audit.ts'
export { auditWriter, verifyAudit } from './record/audit/verify-audit.ts'
export type { AuditFileSettings } from './stores/jsonl/audit-file.ts'
export { AuditFile } from './stores/jsonl/audit-file.ts'
export type { MemoryAudit } from './stores/memory/memory-audit.ts'
export { memoryAudit } from './stores/memory/memory-audit.ts'
export type { MemoryTree } from './stores/memory/memory-tree.ts'
export { memoryTree } from './stores/memory/memory-tree.ts'
export { signingKeyFile } from './stores/tree/signing-key-file.ts'
export type { TreeFilesSettings } from './stores/tree/tree-files.ts'
export { TreeFiles } from './stores/tree/tree-files.ts'
