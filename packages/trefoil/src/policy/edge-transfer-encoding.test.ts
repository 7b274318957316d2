import { expect, test } from 'vitest'
import { Problem } from '../contract/problems/problem.ts'
import { createEdge } from './edge.ts'

const decide = createEdge({ hosts: null, maxBodySize: 100, singleHeaders: [] })

test.each([
  ['chunked', 'passes', ['Transfer-Encoding', 'chunked']],
  ['chunked in capitals, with spaces', 'passes', ['transfer-encoding', ' CHUNKED ']],
  ['an unknown coding', 'is refused', ['transfer-encoding', 'xchunked']],
  ['another coding before it', 'is refused', ['transfer-encoding', 'gzip, chunked']],
  ['nothing', 'is refused', ['transfer-encoding', '']],
  ['two lines', 'is refused', ['transfer-encoding', 'chunked', 'Transfer-Encoding', 'chunked']],
  ['a length beside it', 'is refused', ['transfer-encoding', 'chunked', 'content-length', '1']],
])('SEC-2: a Transfer-Encoding of %s %s', (_, outcome, headers) => {
  const decision = decide(headers, true, null)
  expect(decision instanceof Problem ? decision.code : 'passes').toBe(
    outcome === 'passes' ? 'passes' : 'invalid_header',
  )
})
