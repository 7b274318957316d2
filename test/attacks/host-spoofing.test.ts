// Who attacks: a web page whose name points at 127.0.0.1 (DNS rebinding), or a client that
// poisons a cache or a password-reset link with another name. What they would win: a victim's
// browser driving a local server, or links that lead to the attacker.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Attacked, attacked } from './attacked-app.ts'
import './eventually.ts'
import { ask } from './raw-connection.ts'

let target: Attacked
beforeAll(async () => {
  target = await attacked()
})
afterAll(() => target.server.close())

function withHosts(...lines: string[]): Promise<number | undefined> {
  const head = ['GET /health HTTP/1.1', ...lines, '', ''].join('\r\n')
  return ask(target.port, head).then((answer) => answer?.status)
}

it.each([
  ['another name', 'Host: evil.example'],
  ['a name that ends like ours', 'Host: evil-localhost'],
  ['a name that begins like ours', 'Host: localhost.evil.example'],
  ['a user in front', 'Host: localhost@evil.example'],
  ['another name behind a port', 'Host: localhost:80@evil.example'],
  ['two names in one line', 'Host: localhost, evil.example'],
  ['a space inside', 'Host: localhost evil.example'],
  ['a path', 'Host: localhost/../evil.example'],
  ['an address written otherwise', 'Host: 2130706433'],
  ['an address cut short', 'Host: 127.1'],
  ['an address as IPv6', 'Host: [::ffff:127.0.0.1]'],
  ['an unclosed bracket', 'Host: [::1'],
  ['a port that is none', 'Host: localhost:http'],
  ['a port too large', 'Host: localhost:99999'],
  ['two trailing dots', 'Host: localhost..'],
  ['empty', 'Host:'],
  ['none', 'X-Nothing: here'],
  ['another name, ours forwarded', 'Host: evil.example\r\nX-Forwarded-Host: localhost'],
])('SEC-1 SEC-5 %s is refused', async (_, line) => {
  expect(await withHosts(line)).toBe(400)
})

it('SEC-1 two Host lines are refused, whatever they say', async () => {
  expect(await withHosts('Host: localhost', 'Host: evil.example')).toBe(400)
  expect(await withHosts('Host: evil.example', 'Host: localhost')).toBe(400)
  expect(await withHosts('Host: localhost', 'host: localhost')).toBe(400)
})

it('SEC-6 a forwarded name is not believed from just anybody', async () => {
  expect(await withHosts('Host: localhost', 'X-Forwarded-Host: evil.example')).toBe(200)
})

it('SEC-4 our own names pass in every spelling', async () => {
  for (const host of ['localhost', 'LOCALHOST', 'localhost.', '127.0.0.1', '[::1]', '[0::1]']) {
    expect(await withHosts(`Host: ${host}`), host).toBe(200)
    expect(await withHosts(`Host: ${host}:${target.port}`), host).toBe(200)
  }
})
