// NestJS 12 on Fastify, as its documentation writes it: helmet as a Fastify plugin, a guard over
// its JwtService, DTOs checked by ValidationPipe, answers held to a schema by its interceptor.
// There is no compiler here, so decorators are applied by `decorate`, which does what the
// compiler's output does; nothing at run time differs.
import 'reflect-metadata'

import { randomUUID } from 'node:crypto'

import helmet from '@fastify/helmet'
import {
  Body,
  Controller,
  Get,
  Injectable,
  Module,
  NotFoundException,
  Param,
  Post,
  Req,
  SerializeOptions,
  StandardSchemaSerializerInterceptor,
  UnauthorizedException,
  UseGuards,
  UseInterceptors,
  ValidationPipe,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { JwtModule, JwtService } from '@nestjs/jwt'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { IsInt, IsString, Max, Min } from 'class-validator'
import { z } from 'zod'

import { decorate, decorateMember, parameterTypes } from '../lib/decorate.mjs'
import { createOrder, orderList, orders } from '../lib/orders.mjs'
import { SECRET } from '../lib/token.mjs'

const { PORT, WORKLOAD } = process.env
const secured = WORKLOAD === 'w2' || WORKLOAD === 'w4'

class AuthGuard {
  constructor(jwtService) {
    this.jwtService = jwtService
  }

  async canActivate(context) {
    const request = context.switchToHttp().getRequest()
    const [type, token] = request.headers.authorization?.split(' ') ?? []
    if (type !== 'Bearer' || token === undefined) throw new UnauthorizedException()
    try {
      request.user = await this.jwtService.verifyAsync(token)
    } catch {
      throw new UnauthorizedException()
    }
    // The service accepts a token that never expires; the workload does not.
    if (typeof request.user.exp !== 'number') throw new UnauthorizedException()
    return true
  }
}
decorate(AuthGuard, [Injectable()], [JwtService])

class NewOrder {}
decorateMember(NewOrder, 'customer_id', [IsString()])
decorateMember(NewOrder, 'sku', [IsString()])
decorateMember(NewOrder, 'quantity', [IsInt(), Min(1), Max(100)])

class ReadController {
  findOne(id) {
    const order = orders.get(id)
    if (order === undefined) throw new NotFoundException()
    return order
  }
}
decorate(ReadController, [Controller('orders')])
Param('order_id')(ReadController.prototype, 'findOne', 0)
parameterTypes(ReadController, 'findOne', [String])
decorateMember(ReadController, 'findOne', [Get(':order_id')])

class CreateController {
  create(input, request) {
    return createOrder(input, request.user.sub)
  }
}
decorate(CreateController, [Controller('orders')])
Body()(CreateController.prototype, 'create', 0)
Req()(CreateController.prototype, 'create', 1)
parameterTypes(CreateController, 'create', [NewOrder, Object])
decorateMember(CreateController, 'create', [Post(), UseGuards(AuthGuard)])

class ListController {
  list() {
    return orderList
  }
}
decorate(ListController, [Controller('orders')])
parameterTypes(ListController, 'list', [])
decorateMember(ListController, 'list', [Get(), ...(WORKLOAD === 'w5r' ? heldToSchema() : [])])

function heldToSchema() {
  // The interceptor holds each item of an array to the schema.
  const schema = z.object({
    order_id: z.string(),
    customer_id: z.string(),
    sku: z.string(),
    quantity: z.number().int(),
    status: z.string(),
    total_cents: z.number().int(),
  })
  return [UseInterceptors(StandardSchemaSerializerInterceptor), SerializeOptions({ schema })]
}

const controllers = {
  w1: [ReadController],
  w2: [CreateController],
  w4: [ReadController, CreateController],
  w5: [ListController],
  w5r: [ListController],
}

class AppModule {}
decorate(AppModule, [
  Module({
    imports: secured
      ? [JwtModule.register({ secret: SECRET, verifyOptions: { algorithms: ['HS256'] } })]
      : [],
    controllers: controllers[WORKLOAD],
  }),
])

const adapter = new FastifyAdapter(
  secured ? { requestIdHeader: 'x-request-id', genReqId: () => randomUUID() } : {},
)
const app = await NestFactory.create(AppModule, adapter, { logger: false })
if (secured) {
  await app.register(helmet)
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request, reply) => {
      reply.header('x-request-id', request.id)
    })
  app.useGlobalPipes(new ValidationPipe({ whitelist: true }))
}
await app.listen(Number(PORT), '127.0.0.1')
console.log('ready')
