import { describe, expect, test } from 'vitest'
import { ListPages } from './pages.ts'

const pages = new ListPages(10, '1.0.0')
const items = Array.from({ length: 25 }, (_, at) => ({ name: `t${at}` }))
const nextOf = (page: ReturnType<typeof pages.of>) =>
  'more' in page && page.more !== ''
    ? (JSON.parse(`{${page.more.slice(1)}}`).nextCursor as string)
    : null

describe('MCP-21: pages of a list', () => {
  test('each is there once, in order', () => {
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page = pages.of('tools', items, cursor)
      if (!('items' in page)) throw page
      seen.push(...page.items.map(({ name }) => name))
      cursor = nextOf(page)
    } while (cursor !== null)
    expect(seen).toEqual(items.map(({ name }) => name))
  })

  test('a cursor is of one list, of what its holder sees, of one version and one place', () => {
    const cursor = nextOf(pages.of('tools', items, null))
    const invalid = { detail: 'Invalid cursor' }
    expect(pages.of('prompts', items, cursor)).toMatchObject(invalid)
    expect(pages.of('tools', items.slice(1), cursor)).toMatchObject(invalid)
    expect(pages.of('tools', items.slice(0, 5), cursor)).toMatchObject(invalid)
    expect(new ListPages(10, '1.0.1').of('tools', items, cursor)).toMatchObject(invalid)
    expect(new ListPages(3, '1.0.0').of('tools', items, cursor)).toMatchObject(invalid)
    for (const forged of ['', 'x', `${cursor}x`, `${cursor} `, 7, {}, 'MTAuMA', 'LTEwLjA']) {
      expect(pages.of('tools', items, forged)).toMatchObject(invalid)
    }
  })
})
