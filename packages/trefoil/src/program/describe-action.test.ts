import { describe, expect, test } from 'vitest'
import type { JsonSchema } from '../contract/params/schema.ts'
import type { ManifestAction } from '../contract/protocol/action-protocol.ts'
import { describeAction } from './describe-action.ts'
import { readCallTokens } from './remotes/call-tokens.ts'
import { parseActionArgs } from './terminal/argv.ts'

const HUMAN = { json: false, terminal: true }
const JSON_VIEW = { json: true, terminal: false }

function action(input_schema: JsonSchema, facts: Partial<ManifestAction> = {}): ManifestAction {
  return {
    name: 'ship_order',
    title: null,
    description: 'Ship one order.\nSends a mail.',
    method: 'POST',
    path: '/orders/{order_id}/ship',
    needs_approval: true,
    input_schema,
    output_schema: null,
    ...facts,
  }
}

const SCHEMA = {
  type: 'object',
  properties: {
    order_id: { type: 'string', description: 'Id of the order.' },
    count: { type: 'integer', minimum: 5, default: 7 },
    weight: { type: 'number' },
    urgent: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string' } },
    to: { type: 'object', properties: { zip: { type: 'string' } }, required: ['zip'] },
    carrier: { enum: ['rail', 'road'] },
    approval: { type: ['string', 'null'] },
  },
  required: ['order_id', 'count', 'approval'],
}

test('CLI-9: what people read', () => {
  const shown = describeAction(action(SCHEMA), ['trefoil', 'call', 'prod'], HUMAN)
  const [text, schema] = shown.stdout.split('  input schema:\n')
  expect(text).toBe(
    `ship_order
  POST /orders/{order_id}/ship
  Ship one order.
  Sends a mail.
  protected action: yes
  arguments:
    --order-id <string>      required  Id of the order.
    --count <integer>        required  (default 7)
    --weight <number>        optional
    --urgent <true|false>    optional
    --tags <json array>      optional
    --to <json object>       optional
    --carrier <string>       optional  (one of rail, road)
    --arg approval=<string>  required
  usage:
    trefoil call prod ship_order --order-id example --count 7 --arg approval=example
  dry run:
    trefoil call prod ship_order --order-id example --count 7 --arg approval=example --dry-run
  with approval:
    trefoil call prod ship_order --order-id example --count 7 --arg approval=example --approval APPROVAL_TOKEN
`,
  )
  expect(JSON.parse(schema ?? '')).toEqual(SCHEMA)
})

test('CLI-9: an action without arguments, path or approval', () => {
  const facts = { method: null, path: null, needs_approval: false, description: '' }
  const { stdout } = describeAction(action({}, facts), ['trefoil', 'call'], HUMAN)
  expect(stdout).toBe(
    'ship_order\n  protected action: no\n  arguments:\n    none\n  usage:\n    trefoil call ship_order\n' +
      '  dry run:\n    trefoil call ship_order --dry-run\n  input schema:\n    {}\n',
  )
})

describe('CLI-10: what programs read', () => {
  test('the manifest entry, arguments and commands', () => {
    const shown = describeAction(action(SCHEMA), ['trefoil', 'call'], JSON_VIEW)
    const document: unknown = JSON.parse(shown.stdout)
    expect(document).toMatchObject(action(SCHEMA))
    expect(document).toMatchObject({
      arguments: [
        {
          name: 'order_id',
          flag: '--order-id',
          required: true,
          type: 'string',
          example: 'example',
        },
        { name: 'count', flag: '--count', required: true, type: 'integer', example: '7' },
        { name: 'weight', flag: '--weight', required: false, type: 'number', example: '1.0' },
        { name: 'urgent', flag: '--urgent', required: false, type: 'boolean', example: 'true' },
        { name: 'tags', flag: '--tags', required: false, type: 'array', example: '["example"]' },
        { name: 'to', flag: '--to', required: false, type: 'object', example: '{"zip":"example"}' },
        { name: 'carrier', flag: '--carrier', required: false, type: 'string', example: 'rail' },
        {
          name: 'approval',
          flag: '--arg approval=',
          required: true,
          type: 'string',
          example: 'example',
        },
      ],
      usage: {
        argument_style: '--name value',
        command: 'trefoil call ship_order --order-id example --count 7 --arg approval=example',
        approval_command: expect.stringMatching(/ --approval APPROVAL_TOKEN$/),
        dry_run_command: expect.stringMatching(/ --dry-run$/),
      },
    })
    const free = describeAction(action({}, { needs_approval: false }), ['trefoil'], JSON_VIEW)
    expect(JSON.parse(free.stdout)).not.toHaveProperty('usage.approval_command')
  })

  test('every example is read back as a value of its type', () => {
    const shown = describeAction(action({ ...SCHEMA, required: [] }), [], JSON_VIEW)
    const { arguments: list } = JSON.parse(shown.stdout) as {
      arguments: { flag: string; example: string }[]
    }
    const words = list.flatMap(({ flag, example }) =>
      flag.endsWith('=') ? [flag.replace('--arg ', '--arg=') + example] : [flag, example],
    )
    const tokens = readCallTokens(words)
    expect(tokens.ok && parseActionArgs(tokens.value.given, SCHEMA)).toEqual({
      ok: true,
      value: {
        order_id: 'example',
        count: 7,
        weight: 1,
        urgent: true,
        tags: ['example'],
        to: { zip: 'example' },
        carrier: 'rail',
        approval: 'example',
      },
    })
  })
})

test('a hostile schema can neither run in a shell nor drive a terminal', () => {
  const name = '$(reboot)\u001b[2J'
  const schema = {
    properties: {
      [name]: { type: 'string', description: '\u001b[31m', examples: ["';reboot;'\u0007"] },
    },
    required: [name],
  }
  const { stdout } = describeAction(
    action(schema, { name, description: name }),
    ['trefoil', 'call'],
    HUMAN,
  )
  expect(stdout).not.toMatch(/(?!\n)\p{Cc}/u)
  expect(stdout).toContain("trefoil call '$(reboot)\\u001b[2J'")
  expect(stdout).toContain("='\\'';reboot;'\\''\\u0007'")
})

test('FND-12: a list that is text is shown as it is written', () => {
  const list = { type: 'array', items: { type: 'integer', examples: [7] } }
  const input = { properties: { ids: list, tags: list }, required: ['ids', 'tags'] }
  const facts = { text_lists: { ids: 'commas', tags: 'repeated' } } as const
  const shown = describeAction(action(input, facts), ['trefoil', 'call'], HUMAN).stdout
  expect(shown).toContain('--ids <item,item>  required  (commas between items)')
  expect(shown).toContain('--tags <item>      required  (once for each item)')
  expect(shown).toContain('trefoil call ship_order --ids 7 --tags 7\n')
})
