import { describe, expect, test } from 'vitest'
import type { AccessDocument } from '../../testing/access/access-document.ts'
import { accessTable } from './access-command.ts'

const NAMES = ['person', 'person without scopes', 'agent', 'service', 'unknown', 'delegated']
const DOCUMENT: AccessDocument = {
  format: 'trefoil-access/1',
  app: 'store',
  authenticators: { api: 'own', mcp: null, cli: 'own' },
  principals: {},
  actions: {
    pay: {
      api: {
        '401 wrong_audience': ['wrong audience'],
        '403 AllOf(HasScope, HasRole, HasTenant), hidden': NAMES,
      },
    },
  },
  differences: ['pay, agent: api: 401; mcp: allowed (mcp has no authenticator)'],
}

describe('the table of `trefoil access`', () => {
  test.each([40, 44, 60, 78])('fits a terminal of %i columns, and leaves nothing out', (width) => {
    const table = accessTable(DOCUMENT, width)
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(width)
    const words = table.replace(/\s+/g, ' ')
    expect(words).toContain(
      '403 AllOf(HasScope, HasRole, HasTenant), hidden person, person without',
    )
    expect(words).toContain('401 wrong_audience wrong audience')
    expect(words).toContain('mcp: allowed (mcp has no authenticator)')
  })
})
