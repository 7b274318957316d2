import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { factsOf, isQuestion, Question } from './question.ts'
import { ask } from './questions.ts'

const OK = z.object({ ok: z.boolean() })

function mistake(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (error instanceof ImproperlyConfigured) return error.message
    throw error
  }
  return 'none'
}

describe('texts', () => {
  test.each([
    ['one character', '?', 'none'],
    ['2,000 characters', 'a'.repeat(2_000), 'none'],
    ['2,001 characters', 'a'.repeat(2_001), 'got text of 2001 characters'],
    ['nothing', '', 'got text of 0 characters'],
    ['nothing to be seen', ' \n\t', 'got text of 3 characters'],
    ['half a character', 'a\ud83d', 'got text of 2 characters'],
    ['a number', 5 as never, 'text must be 1 to 2000 well-formed characters'],
    ['no text', undefined as never, 'text must be 1 to 2000 well-formed characters'],
    ['what makes a text of itself', { toString: () => 'a' } as never, 'text must be 1 to 2000'],
  ])('%s', (_, text, expected) => {
    expect(mistake(() => ask.form(text, OK))).toContain(expected)
    expect(mistake(() => ask.visit(text, 'https://a.example'))).toContain(expected)
  })

  test('FND-38: a text is not shown', () => {
    expect(mistake(() => ask.form(`hunter2 ${'a'.repeat(2_000)}`, OK))).not.toContain('hunter2')
  })
})

describe('pages', () => {
  test.each([
    'https://a.example',
    'https://a.example:8443/pay?order=1#now',
    'http://localhost:8000/pay',
    'http://127.0.0.1/pay',
    'http://127.9.9.9/pay',
    'http://[::1]:8000/pay',
  ])('%s may be asked for', (url) => {
    const document = { kind: 'visit', text: 'Go.', url: new URL(url).href }
    expect(factsOf(ask.visit('Go.', url)).document).toEqual(document)
    expect(factsOf(ask.visit('Go.', new URL(url))).document).toEqual(document)
  })

  test.each([
    ['http://a.example', 'must be https'],
    ['http://localhost.a.example', 'must be https'],
    ['http://127.0.0.1.a.example', 'must be https'],
    ['http://0.0.0.0', 'must be https'],
    ['javascript:alert(1)', 'must be https'],
    ['data:text/html,hunter2', 'must be https'],
    ['file:///etc/passwd', 'must be https'],
    ['ftp://a.example', 'must be https'],
    ['vscode://a.example', 'must be https'],
    ['https://ann@a.example', 'no user name and no password'],
    ['https://ann:hunter2@a.example', 'no user name and no password'],
    ['/pay', 'must be a URL'],
    ['', 'must be a URL'],
    ['https://', 'must be a URL'],
    [5, 'must be a URL'],
    [null, 'must be a URL'],
    [{ href: 'https://a.example', toString: () => 'https://a.example' }, 'must be a URL'],
  ])('%j may not', (url, expected) => {
    const message = mistake(() => ask.visit('Go.', url as string))
    expect(message).toContain(expected)
    // It may be for one person alone.
    expect(message).not.toContain('hunter2')
  })

  test('a URL that says something else of itself is what it is', () => {
    const url = Object.assign(new URL('http://a.example'), { toString: () => 'https://b.example' })
    expect(mistake(() => ask.visit('Go.', url))).toContain('must be https')
  })
})

describe('a question', () => {
  test('is made here, and nothing that looks like it is one', () => {
    const made = ask.form('Sure?', OK)
    expect(isQuestion(made)).toBe(true)
    const alike = [
      { ...made },
      Object.create(Question.prototype),
      Object.setPrototypeOf({}, Question.prototype),
      new Proxy(made, {}),
      null,
      undefined,
      'Sure?',
      OK,
    ]
    for (const one of alike) expect(isQuestion(one)).toBe(false)
  })

  test('can be neither changed nor looked into, and is no answer', () => {
    const made = ask.form('Sure?', OK)
    expect(Reflect.ownKeys(made)).toEqual([])
    expect(Object.isFrozen(made)).toBe(true)
    expect(Object.isFrozen(Question.prototype)).toBe(true)
    expect(Object.isFrozen(ask)).toBe(true)
    expect(() => JSON.stringify({ made })).toThrow('A question is asked by call.ask')
  })

  test('its document stays what it was', () => {
    const request = { messages: [{ role: 'user', content: { type: 'text', text: 'Hi' } }] }
    const { document } = factsOf(ask.sample(request))
    request.messages[0] = { role: 'user', content: { type: 'text', text: 'Ho' } }
    expect(JSON.stringify(document)).toContain('Hi')
    const form = factsOf(ask.form('Sure?', OK)).document as { schema: { properties: object } }
    expect(Object.isFrozen(form.schema.properties)).toBe(true)
  })

  test.each([
    [() => ask.form('Sure?', 5 as never), 'takes a text and a schema'],
    [() => ask.form('Sure?', { type: 'object' } as never), 'takes a text and a schema'],
    [() => ask.form('Sure?', undefined as never), 'takes a text and a schema'],
    [() => ask.sample({}), 'takes params of sampling/createMessage'],
    [() => ask.sample(null as never), 'takes params of sampling/createMessage'],
    [() => ask.sample({ messages: 'Hi' }), 'takes params of sampling/createMessage'],
  ])('%s', (make, expected) => {
    expect(mistake(make)).toContain(expected)
  })
})

describe('answers of programs', () => {
  test.each([
    [{ role: 'assistant', content: { type: 'text', text: 'Hi' }, model: 'm' }, true],
    [{ role: 'assistant', content: [], model: 'm', _meta: {} }, true],
    [{ role: 'assistant', model: 'm' }, false],
    [{ role: 5, content: {}, model: 'm' }, false],
    [{ action: 'accept', content: {} }, false],
    ['Hi', false],
    [null, false],
  ])('of a model: %j', async (sent, isOne) => {
    const read = await factsOf(ask.sample({ messages: [] })).read(sent)
    expect('answered' in read).toBe(isOne)
    if ('answered' in read && read.answered.action === 'accept') {
      expect(Object.keys(read.answered.value)).toEqual(['role', 'content', 'model'])
      expect(Object.isFrozen(read.answered.value)).toBe(true)
    }
  })

  test.each([
    [{ roots: [] }, []],
    [{ roots: [{ uri: 'file:///a', name: 'a', more: 1 }] }, [{ uri: 'file:///a', name: 'a' }]],
    [{ roots: [{ uri: 'file:///a', name: 5 }] }, [{ uri: 'file:///a' }]],
    [{ roots: [{ name: 'a' }] }, null],
    [{ roots: {} }, null],
    [[], null],
    [undefined, null],
  ])('of folders: %j', async (sent, value) => {
    const read = await factsOf(ask.roots()).read(sent)
    expect(read).toEqual(
      value === null ? { issues: [expect.anything()] } : { answered: { action: 'accept', value } },
    )
  })
})
