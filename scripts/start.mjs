// `npm start`: from a bare clone to the running example store.
import { become, build, install } from './workspace.mjs'

install()
build()
become('node', ['examples/store/dist/main.js'])
