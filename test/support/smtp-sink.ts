import type { AddressInfo, Socket } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

/** Steps of a delivery at which a sink can do something else than to accept. */
export type SmtpStep = 'connect' | 'auth' | 'mail' | 'rcpt' | 'data'

/** What a sink does: `hang` answers nothing more, `drop` ends the connection, a number is answered. */
export interface SmtpMood {
  readonly at: SmtpStep
  readonly does: 'hang' | 'drop' | number
  /** What stands behind the number. */
  readonly words?: string
  /** So many times, and then it accepts. Default for ever. */
  readonly times?: number
}

export interface SinkMail {
  readonly from: string
  readonly to: readonly string[]
  /** As it came, headers and all. */
  readonly raw: string
  readonly user: string | null
  readonly isEncrypted: boolean
}

export interface SmtpSink extends AsyncDisposable {
  readonly port: number
  readonly mails: SinkMail[]
  /** Connections that were made. */
  connections: number
  /** `null` accepts everything. */
  mood: SmtpMood | null
  close(): Promise<void>
}

export interface SinkOptions {
  /** Offers STARTTLS, or speaks TLS at once. Default neither. */
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer; readonly implicit?: boolean }
  /** Whom it lets in; nobody has to say who they are without. */
  readonly user?: { readonly name: string; readonly password: string }
  readonly port?: number
}

/** A mail server on this machine that keeps what it is sent: `await using sink = await smtpSink()`. */
export async function smtpSink({ tls, user, port = 0 }: SinkOptions = {}): Promise<SmtpSink> {
  const sockets = new Set<Socket>()
  const mails: SinkMail[] = []
  let done = 0

  function drop(): void {
    for (const socket of sockets) socket.destroy()
  }

  /** True where the mood has answered, or has not. */
  function inMood(at: SmtpStep, answer: (error: Error) => void): boolean {
    const { mood } = sink
    if (mood === null || mood.at !== at || done >= (mood.times ?? Number.POSITIVE_INFINITY)) {
      return false
    }
    done++
    if (mood.does === 'drop') drop()
    else if (mood.does !== 'hang') {
      const error = new Error(mood.words ?? 'Not now')
      answer(Object.assign(error, { responseCode: mood.does }))
    }
    return true
  }

  const settings: SMTPServerOptions = {
    ...(tls === undefined ? { hideSTARTTLS: true } : { key: tls.key, cert: tls.cert }),
    secure: tls?.implicit === true,
    authOptional: user === undefined,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 1,
    onConnect(_, callback) {
      sink.connections++
      if (!inMood('connect', callback)) callback()
    },
    onAuth({ username, password }, _, callback) {
      if (inMood('auth', (error) => callback(error))) return
      const isRight = username === user?.name && password === user?.password
      if (isRight) callback(null, { user: username })
      else callback(Object.assign(new Error(`Wrong: ${password}`), { responseCode: 535 }))
    },
    onMailFrom(_, __, callback) {
      if (!inMood('mail', callback)) callback()
    },
    onRcptTo(_, __, callback) {
      if (!inMood('rcpt', callback)) callback()
    },
    onData(stream, { envelope, user: name, secure }, callback) {
      const pieces: Buffer[] = []
      stream.on('data', (piece: Buffer) => pieces.push(piece))
      stream.on('end', () => {
        if (inMood('data', callback)) return
        mails.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          raw: Buffer.concat(pieces).toString('utf8'),
          user: name ?? null,
          isEncrypted: secure,
        })
        callback()
      })
    },
  }
  const server = new SMTPServer(settings)
  server.on('error', () => {})
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  const close = async () => {
    drop()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  let mood: SmtpMood | null = null
  const sink: SmtpSink = {
    port: (server.server.address() as AddressInfo).port,
    mails,
    connections: 0,
    get mood() {
      return mood
    },
    set mood(next) {
      mood = next
      done = 0
    },
    close,
    [Symbol.asyncDispose]: close,
  }
  return sink
}
