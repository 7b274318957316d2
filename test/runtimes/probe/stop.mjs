// Serves, is told to stop while it answers, and prints what happened on the way. That it ends by
// itself, with 0, is for whoever started it to see.
import process from 'node:process'
import { serve } from 'trefoil/node'
import { createProbeApp } from './app.mjs'
import { freshName, open, opened } from './gates.mjs'

const { app, events } = createProbeApp()
app.onShutdown(() => console.log(JSON.stringify({ events })))
const { url } = await serve(app, { port: 0 })
const key = freshName()
fetch(`${url}/held/${key}`).catch(() => {})
await opened(`holding ${key}`)
process.kill(process.pid, 'SIGTERM')
// By the time this is answered the signal has arrived, or the connection is refused because it has.
await fetch(`${url}/items/1`).catch(() => {})
open(`release ${key}`)
