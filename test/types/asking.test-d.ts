// MCP-29: what comes back of a question has the type of its schema, once somebody has looked at what was done with it.
import {
  type Answered,
  type AnswersOf,
  type AskCapability,
  type AskOptions,
  ask,
  type Call,
  type CallClient,
  createApp,
  type Question,
  type Questions,
  type Root,
  type Sampled,
} from 'trefoil'
import { z } from 'zod'
import { exact } from './expect.ts'

const app = createApp({ asking: { lifetime: '5m' } })

app.post('/orders/{order_id}/refund', { asks: true }, async (_args, call) => {
  const { sure, day, page } = await call.ask({
    sure: ask.form('Sure?', z.object({ ok: z.boolean() })),
    day: ask.form('When?', z.object({ n: z.string().transform(Number), of: z.enum(['a', 'b']) })),
    page: ask.visit('Pay.', 'https://a.example'),
  })
  // @ts-expect-error: there is a value only where it was accepted
  sure.value
  if (sure.action === 'accept') exact<{ ok: boolean }>()(sure.value)
  // What the schema makes of it, not what was typed.
  if (day.action === 'accept') exact<{ n: number; of: 'a' | 'b' }>()(day.value)
  if (page.action === 'accept') exact<null>()(page.value)
  exact<'accept' | 'decline' | 'cancel'>()(sure.action)
  exact<CallClient>()(call.client)
  exact<boolean>()(call.client.can('form'))
  // @ts-expect-error: no such capability
  call.client.can('forms')
  return null
})

export async function others(call: Call): Promise<void> {
  const { said, folders } = await call.ask({
    said: ask.sample({ messages: [] }),
    folders: ask.roots(),
  })
  exact<Answered<Sampled>>()(said)
  exact<Answered<readonly Root[]>>()(folders)
  await call.ask({ sure: ask.form('Sure?', z.object({})) }, { once: true })
  // @ts-expect-error: `once` is true or false
  await call.ask({ sure: ask.form('Sure?', z.object({})) }, { once: 'yes' })
  // @ts-expect-error: what was made by hand is no question
  await call.ask({ sure: { kind: 'form', text: 'Sure?' } })
  // @ts-expect-error: a parameter is none either
  await call.ask({ sure: z.object({}) })
  // @ts-expect-error: it was not asked
  folders.value
  const answers = await call.ask({ sure: ask.form('Sure?', z.object({})) })
  // @ts-expect-error: no such question
  answers.sur
}

const questions = { sure: ask.form('Sure?', z.object({ ok: z.boolean() })) } satisfies Questions
exact<Question<{ ok: boolean }>>()(questions.sure)
export declare const answers: AnswersOf<typeof questions>
exact<Answered<{ ok: boolean }>>()(answers.sure)
export const capability: AskCapability = 'url'
export const options: AskOptions = { once: true }

// @ts-expect-error: a text and a schema
ask.form(z.object({}))
// @ts-expect-error: `asks` is true or false
app.get('/a', { asks: 'yes' }, () => null)
// @ts-expect-error: a duration, not a list
createApp({ asking: { lifetime: ['5m'] } })
