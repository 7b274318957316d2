import type { PartApp } from '../../packages/trefoil/src/parts.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

/** What a part is started with where there is no app: of an app no more is read than its log. */
export const NO_APP: PartApp = { log } as unknown as PartApp
