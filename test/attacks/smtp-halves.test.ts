// Who attacks: whoever runs the mail server, or stands before it: one that takes half of a mail and drops the
// connection, refuses for now, or answers a letter a second. What they would win: accounts without proof, jobs
// that are lost or said to be done, workers that wait for ever.
import { createServer, type Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { smtpMailer } from '../../packages/trefoil/src/accounts.ts'

vi.setConfig({ testTimeout: 60_000 })

type Says = (line: string, socket: Socket) => string | null

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** A mail server of which each answer is the test's; a body ends with a dot. */
async function server(says: Says): Promise<{ port: number; lines: string[] }> {
  const lines: string[] = []
  const sockets = new Set<Socket>()
  const made = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.write('220 half ESMTP\r\n')
    let rest = ''
    let isBody = false
    socket.on('data', (piece) => {
      rest += piece.toString()
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        if (isBody && line !== '.') continue
        const said = isBody ? 'BODY' : line
        isBody = false
        lines.push(said)
        const answer = says(said, socket)
        if (answer === null) continue
        if (said === 'DATA' && answer.startsWith('354')) isBody = true
        socket.write(`${answer}\r\n`)
      }
    })
  })
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  open.push(() => {
    for (const socket of sockets) socket.destroy()
    made.close()
  })
  return { port: (made.address() as { port: number }).port, lines }
}

const good: Says = (line) => {
  if (/^(EHLO|HELO)/.test(line)) return '250 half'
  if (line === 'DATA') return '354 go on'
  return line.startsWith('QUIT') ? '221 bye' : '250 ok'
}

function gone(socket: Socket): null {
  socket.destroy()
  return null
}

const mail = { to: 'ada@example.com', subject: 'Hello', text: 'Here is a link.' }
const mailer = (port: number) =>
  smtpMailer({ host: '127.0.0.1', port, from: 'shop@example.com', timeout: '1s' } as never)
const send = (port: number, signal = new AbortController().signal) =>
  mailer(port).send(mail as never, signal)

test('a server that takes all takes it', async () => {
  const { port, lines } = await server(good)
  await send(port)
  expect(lines).toContain('BODY')
})

test.each<[string, Says]>([
  [
    'drops the connection after DATA',
    (line, socket) => (line === 'BODY' ? gone(socket) : good(line, socket)),
  ],
  [
    'drops it before the body',
    (line, socket) => (line === 'DATA' ? gone(socket) : good(line, socket)),
  ],
  [
    'refuses the mailbox for now',
    (line, socket) => (line.startsWith('RCPT') ? '450 later' : good(line, socket)),
  ],
  [
    'refuses the mailbox for good',
    (line, socket) => (line.startsWith('RCPT') ? '550 nobody' : good(line, socket)),
  ],
  [
    'refuses the mail for now',
    (line, socket) => (line === 'BODY' ? '451 later' : good(line, socket)),
  ],
  ['says nothing to the body', (line, socket) => (line === 'BODY' ? null : good(line, socket))],
  ['says nothing at all', () => null],
])('a mail is not taken for sent by one that %s, and it is told in time', async (_, says) => {
  const { port } = await server(says)
  const began = Date.now()
  await expect(send(port)).rejects.toThrow()
  expect(Date.now() - began).toBeLessThan(15_000)
})

test('nor by one that answers a letter at a time, for ever: the job that sends has an end', async () => {
  const { port } = await server((line, socket) => {
    if (line !== 'BODY') return good(line, socket)
    const timer = setInterval(() => socket.write('2'), 200)
    socket.on('close', () => clearInterval(timer))
    return null
  })
  const began = Date.now()
  await expect(send(port, AbortSignal.timeout(3000))).rejects.toThrow('not sent in time')
  expect(Date.now() - began).toBeLessThan(15_000)
})
