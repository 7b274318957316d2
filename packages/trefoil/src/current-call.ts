export { currentCall } from './engine/current-call.ts'
