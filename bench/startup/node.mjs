import { createServer } from 'node:http'

import { names } from './routes.mjs'

const kinds = new Set(names)

const server = createServer((request, response) => {
  const [path = '', search = ''] = (request.url ?? '/').split('?')
  const [, kind = '', id, ...rest] = path.split('/')
  const found = request.method === 'GET' && kinds.has(kind) && id !== undefined && rest.length === 0
  const verbose = new URLSearchParams(search).get('verbose') === 'true'
  const text = JSON.stringify(found ? { id, kind, verbose } : { error: 'not found' })
  response.writeHead(found ? 200 : 404, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
})
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'))
