export { otel } from './features/otel/otel.ts'
export type { OtelOptions } from './features/otel/otel-options.ts'
