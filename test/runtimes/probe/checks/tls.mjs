import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:http2'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from 'trefoil/node'
import { createProbeApp } from '../app.mjs'

async function served(tls = {}) {
  const { app } = createProbeApp()
  return serve(app, { port: 0, signals: false, tls: { ...certificate(), ...tls } })
}

function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-probe-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  try {
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost'],
        ...['-addext', 'subjectAltName=DNS:localhost'],
      ],
      { stdio: 'ignore' },
    )
    return { key: readFileSync(key), cert: readFileSync(cert) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** One request over HTTP/1.1. */
function ask1(port, path) {
  return new Promise((resolve, reject) => {
    const options = { host: 'localhost', port, path, rejectUnauthorized: false, agent: false }
    const asked = request(options, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (piece) => {
        text += piece
      })
      answer.on('end', () => {
        resolve({ status: answer.statusCode, headers: answer.headers, text })
      })
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** One request over HTTP/2. */
function ask2(port, path) {
  return new Promise((resolve, reject) => {
    const session = connect(`https://localhost:${port}`, { rejectUnauthorized: false })
    session.on('error', reject)
    const stream = session.request({ ':path': path })
    let headers = {}
    let text = ''
    stream.setEncoding('utf8')
    stream.on('response', (head) => {
      headers = head
    })
    stream.on('data', (piece) => {
      text += piece
    })
    stream.on('error', reject)
    stream.on('end', () => {
      session.close()
      resolve({ status: headers[':status'], headers, text })
    })
    stream.end()
  })
}

function assertItem({ status, headers, text }) {
  assert.equal(status, 200)
  assert.equal(text, '{"id":7,"verbose":false}')
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.match(headers['strict-transport-security'], /^max-age=/)
}

/** `serve` with a certificate. */
export const TLS_CHECKS = {
  async https() {
    const server = await served({ http2: false })
    assertItem(await ask1(server.port, '/items/7'))
    await server.close()
  },

  async 'HTTP/2'() {
    const server = await served()
    assertItem(await ask2(server.port, '/items/7'))
    assert.equal((await ask2(server.port, '/ticks')).text.split('event: tick').length, 3)
    await server.close()
  },

  async 'HTTP/1.1 on the port of HTTP/2'() {
    const server = await served()
    assertItem(await ask1(server.port, '/items/7'))
    await server.close()
  },
}
