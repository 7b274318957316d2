// FND-14: a duration and a size are text with a unit. Each negative stands beside a line that differs
// from it in one thing and compiles.
import { type ByteSize, createApp, type Duration, duration, reply, size } from 'trefoil'
import { jwtAuth } from 'trefoil/auth'
import { createRemoteTarget } from 'trefoil/client'
import { CookieSigner } from 'trefoil/cookies'
import { sendFile, serve } from 'trefoil/node'
import { app, nothing } from './setting.ts'

declare const text: string
declare const seconds: number
const secret = 'x'.repeat(32)

createApp({ limits: { timeout: '30s', body: '2mb' } })
createApp({ limits: { timeout: duration(text), body: size(text) } })
createApp({ limits: { timeout: `${seconds}s`, body: `${seconds}kb` } })
// @ts-expect-error a bare number
createApp({ limits: { timeout: 30 } })
// @ts-expect-error text without a unit
createApp({ limits: { timeout: '30' } })
// @ts-expect-error a unit there is not
createApp({ limits: { timeout: '30min' } })
// @ts-expect-error any text
createApp({ limits: { timeout: text } })
// @ts-expect-error a bare number
createApp({ limits: { body: 2_000_000 } })
// @ts-expect-error a duration is no size
createApp({ limits: { body: '30s' } })
// @ts-expect-error any text
createApp({ limits: { body: text } })

app.get('/', { timeout: '500ms' }, nothing)
// @ts-expect-error a bare number
app.get('/', { timeout: 500 }, nothing)

reply(null, { cookies: { a: { value: 'v', maxAge: '1h' } } })
// @ts-expect-error a bare number
reply(null, { cookies: { a: { value: 'v', maxAge: 3600 } } })

new CookieSigner(secret).seal({}, { expiresIn: '7d' })
// @ts-expect-error a bare number
new CookieSigner(secret).seal({}, { expiresIn: 3600 })

jwtAuth({ keys: secret, clockTolerance: '30s' })
// @ts-expect-error a bare number
jwtAuth({ keys: secret, clockTolerance: 30 })

sendFile('a', { maxAge: '1h' })
// @ts-expect-error a bare number
sendFile('a', { maxAge: 3600 })

serve(app, { drainTimeout: '5s', maxHeaderSize: '8kb' })
// @ts-expect-error a bare number
serve(app, { drainTimeout: 5000 })
// @ts-expect-error a bare number
serve(app, { maxHeaderSize: 8192 })

createRemoteTarget({ url: text, timeout: '5s', maxResponseSize: '1mb' })
// @ts-expect-error its name in 0.1
createRemoteTarget({ url: text, timeoutMs: 5000 })

const span: Duration = duration(process.env['SPAN'])
const bytes: ByteSize = size(process.env['BYTES'])
createApp({ limits: { timeout: span, body: bytes } })
// @ts-expect-error a size is no duration
createApp({ limits: { timeout: bytes } })
