export type { AppHandle } from './contract/call/app-handle.ts'
export type { SendFileOptions, SentFileOptions } from './surfaces/http/node/files/send-file.ts'
export { sendFile } from './surfaces/http/node/files/send-file.ts'
export type { StaticHandler, StaticOptions } from './surfaces/http/node/files/static-files.ts'
export { staticFiles } from './surfaces/http/node/files/static-files.ts'
export type { ServeTls } from './surfaces/http/node/node-server.ts'
export type { RunningServer } from './surfaces/http/node/serve.ts'
export { serve } from './surfaces/http/node/serve.ts'
export type { ServeOptions } from './surfaces/http/node/serve-options.ts'
export type {
  NodeHandler,
  NodeHandlerOptions,
} from './surfaces/http/node/to-node-handler.ts'
export { toNodeHandler } from './surfaces/http/node/to-node-handler.ts'
