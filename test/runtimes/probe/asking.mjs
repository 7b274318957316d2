import assert from 'node:assert/strict'

export function json(value, headers = {}) {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  }
}

export function bearer(token) {
  return { authorization: `Bearer ${token}` }
}

/** @returns the problem document, once it is known to be the expected one */
export async function problem(answer, status, code) {
  assert.equal(answer.status, status)
  assert.equal(answer.headers.get('content-type'), 'application/problem+json')
  const document = await answer.json()
  assert.equal(document.code, code)
  assert.equal(document.request_id, answer.headers.get('x-request-id'))
  return document
}
