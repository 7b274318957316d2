// `npm start`: from a bare clone to the running example store.
import { become, build, install } from './workspace.mjs'

install()
build()
// What the store prints is for whoever tries it here; a deployment starts it without this program.
process.env['TREFOIL_ENV'] ??= 'development'
process.env['TREFOIL_LOG_CALLS'] ??= 'all'
become('node', ['examples/store/dist/main.js'])
