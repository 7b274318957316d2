// Issue 11, item 7: codes that an action declares are known to the app, documented, and its clients'.
import { createApp } from 'trefoil'
import { describe, expect, test } from 'vitest'

const nothing = () => null

describe('problems that an action declares', () => {
  test('are in the OpenAPI document under their status, once', async () => {
    const app = createApp({ publicSurfaces: ['api'] })
    const problems = ['precondition_failed', 'not_found', 'not_found'] as const
    app.get('/orders/{order_id}', { problems }, nothing)
    const answer = await app.fetch(new Request('http://localhost/openapi.json'))
    const { paths } = (await answer.json()) as {
      paths: Record<string, { get: { responses: Record<string, { description: string }> } }>
    }
    const responses = paths['/orders/{order_id}']?.get.responses ?? {}
    expect(responses['412']?.description).toContain('(`precondition_failed`)')
    expect(responses['404']?.description).toBe('Not found (`not_found`).')
  })

  test.each<[unknown, string]>([
    [['order_lost'], "problems has 'order_lost', which is no code of the framework nor of a part"],
    [[404], 'problems has'],
    ['not_found', 'problems must be a list of codes'],
    [{ not_found: true }, 'problems must be a list of codes'],
  ])('have to be known: %j', (problems, text) => {
    const app = createApp()
    app.get('/x', { name: 'act', problems: problems as never }, nothing)
    expect(() => app.catalogue).toThrow(text)
    expect(() => app.catalogue).toThrow("Route GET /x ('act')")
  })
})
