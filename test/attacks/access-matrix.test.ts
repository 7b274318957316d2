import { type AccessCell, accessMatrix, testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'
import { accessApp, CALLERS, tokenOf } from './access-app.ts'

const GIVEN = (['admin', 'admin by an agent'] as const).map((name) => ({ name, as: CALLERS[name] }))

/** What became of a real call, in the words of the matrix. */
type Met = 'allowed' | 'approve' | '401' | '403' | (string & {})

function expected({ decision, need }: AccessCell): Met {
  return decision === 'allowed' && need === 'approve' ? 'approve' : decision
}

function met(status: number, code: unknown): Met {
  if (code === 'approval_required') return 'approve'
  return status < 300 ? 'allowed' : String(status)
}

function codeOf(document: unknown): unknown {
  const { error, code } = Object(document) as { error?: { code?: unknown }; code?: unknown }
  return error?.code ?? code
}

test.each(['allow', 'approve', 'deny'] as const)(
  'SURF-1, SURF-3, P-VIS-1, PW-20: the matrix of sixty actions is what calls and lists give, agentWrites %s',
  async (agentWrites) => {
    const app = accessApp(agentWrites)
    const { cells, principals } = await accessMatrix(app, { principals: GIVEN })
    expect(new Set(cells.map(({ action }) => action)).size).toBe(60)
    const wrong: string[] = []
    const seen = new Set<string>()
    for (const principal of principals) {
      const headers =
        principal === 'anonymous' ? {} : { authorization: `Bearer ${tokenOf(principal)}` }
      await using modern = testClient(app, { headers })
      await using legacy = testClient(app, { headers, era: 'legacy' })
      const lists = {
        api: namesIn((await modern.http.get('/openapi.json')).text),
        mcp: namesIn((await modern.mcp.listTools()).response.text),
        legacy: namesIn((await legacy.mcp.listTools()).response.text),
        remote: namesIn((await modern.http.get('/.well-known/trefoil-actions.json')).text),
        local: namesIn(JSON.stringify(await modern.cli.manifest({ local: true, headers }))),
      }
      for (const cell of cells.filter((each) => each.principal === principal)) {
        const check = (way: string, got: Met, listed: boolean) => {
          seen.add(got)
          if (got !== expected(cell) || listed !== cell.listed) {
            wrong.push(
              `${cell.action} ${way} ${principal}: ${got} ${listed}, ${JSON.stringify(cell)}`,
            )
          }
        }
        const { action } = cell
        if (cell.surface === 'api') {
          const [, name = '', kind = ''] =
            /^(.+?)_(read|write|asked|asked_all|api_only|harmless)$/.exec(action) ?? []
          const reads = kind === 'read' || kind === 'asked_all'
          const answer = await modern.http.request(reads ? 'GET' : 'POST', `/${name}/${kind}`)
          const isProblem = answer.status >= 400
          const code = isProblem ? codeOf(answer.json()) : null
          check('http', met(answer.status, code), lists.api.has(action))
        } else if (cell.surface === 'mcp') {
          for (const [era, client] of Object.entries({ mcp: modern, legacy })) {
            const { response, result, isSuccess } = await client.mcp.callTool(action)
            const code = codeOf(result?.['structuredContent'] ?? parsed(result))
            const status = isSuccess ? 200 : code === 'ACCESS_DENIED' ? 403 : response.status
            check(era, met(status, code), lists[era as 'mcp' | 'legacy'].has(action))
          }
        } else {
          for (const [way, local] of [
            ['remote', false],
            ['local', true],
          ] as const) {
            const answer = await modern.cli.call(action, {}, { local, headers })
            check(
              way,
              met(answer.ok ? 200 : (answer.status_code ?? 0), codeOf(answer)),
              lists[way].has(action),
            )
          }
        }
      }
    }
    expect(wrong).toEqual([])
    // A fixture in which everybody may do everything would prove nothing.
    expect([...seen].sort()).toEqual(['401', '403', 'allowed', 'approve'])
  },
)

function namesIn(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/"(?:name|operationId)":"(\w+)"/g)].map(([, name]) => name ?? ''),
  )
}

function parsed(result: Readonly<Record<string, unknown>> | null): unknown {
  const [first] = (result?.['content'] ?? []) as readonly { text?: string }[]
  try {
    return JSON.parse(first?.text ?? '')
  } catch {
    return null
  }
}
