export type { RunningServer, ServeOptions } from './surfaces/http/node/serve.ts'
export { serve } from './surfaces/http/node/serve.ts'
