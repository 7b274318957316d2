import Fastify from 'fastify'

import { names } from './routes.mjs'

const app = Fastify()
const schema = {
  params: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } },
  querystring: { type: 'object', properties: { verbose: { type: 'boolean', default: false } } },
}
for (const kind of names) {
  app.get(`/${kind}/:id`, { schema }, async ({ params, query }) => ({
    id: params.id,
    kind,
    verbose: query.verbose,
  }))
}
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
console.log('ready')
