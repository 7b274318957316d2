import { deepFreeze } from '../../base/plain/freeze.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { plainCopy } from '../../base/plain/plain-copy.ts'
import { shownValue } from '../options/option-values.ts'
import { isSchema, type Schema } from '../params/schema.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { formSchemaOf } from './form-schema.ts'
import { Question, type QuestionDocument } from './question.ts'
import { noAnswer, readAction, readForm } from './read-answer.ts'

/** UTF-16 units. */
const LONGEST_TEXT = 2_000

function form<Value>(text: string, schema: Schema<unknown, Value>): Question<Value> {
  checkText('ask.form()', text)
  if (!isSchema(schema)) {
    throw new ImproperlyConfigured(
      `ask.form() takes a text and a schema, such as z.object({ ok: z.boolean() }), got ${shownValue(schema)}`,
    )
  }
  const document: QuestionDocument = Object.freeze({
    kind: 'form',
    text,
    schema: formSchemaOf(schema),
  })
  return new Question({ needs: 'form', document, read: (sent) => readForm(schema, sent) })
}

function visit(text: string, url: URL | string): Question<null> {
  checkText('ask.visit()', text)
  const page = pageOf(url)
  const document: QuestionDocument = Object.freeze({ kind: 'visit', text, url: page })
  return new Question<null>({
    needs: 'url',
    document,
    read: (sent) =>
      readAction<null>(sent, () => ({
        answered: Object.freeze({ action: 'accept', value: null }),
      })),
  })
}

/** What a model said. */
export interface Sampled {
  readonly role: string
  /** One block of content, or several, as MCP has them; not to be trusted. */
  readonly content: unknown
  readonly model: string
}

function sample(request: Readonly<Record<string, unknown>>): Question<Sampled> {
  if (!isRecord(request) || !Array.isArray(request['messages'])) {
    throw new ImproperlyConfigured(
      'ask.sample() takes params of sampling/createMessage: { messages: [{ role, content }], maxTokens }',
    )
  }
  const copy = deepFreeze(plainCopy(request) as Readonly<Record<string, unknown>>)
  return new Question<Sampled>({
    needs: 'sampling',
    document: Object.freeze({ kind: 'sample', request: copy }),
    read: (sent) => {
      const { role, content, model } = isRecord(sent) ? sent : {}
      if (typeof role !== 'string' || typeof model !== 'string' || content === undefined) {
        return noAnswer('must have role, content and model')
      }
      const value = deepFreeze({ role, content, model })
      return { answered: Object.freeze({ action: 'accept', value }) }
    },
  })
}

/** A folder that a client works in. */
export interface Root {
  readonly uri: string
  readonly name?: string
}

function roots(): Question<readonly Root[]> {
  return new Question<readonly Root[]>({
    needs: 'roots',
    document: ROOTS,
    read: (sent) => {
      const list = isRecord(sent) ? sent['roots'] : null
      if (!Array.isArray(list)) return noAnswer('must have roots, a list')
      const value: Root[] = []
      for (const root of list) {
        const { uri, name } = isRecord(root) ? root : {}
        if (typeof uri !== 'string') return noAnswer('each of roots must have a uri')
        value.push(typeof name === 'string' ? { uri, name } : { uri })
      }
      return { answered: Object.freeze({ action: 'accept', value: deepFreeze(value) }) }
    },
  })
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Not shown in messages: it may hold what is for one person alone. */
function pageOf(given: unknown): string {
  const text = given instanceof URL ? URL.prototype.toString.call(given) : given
  const url = typeof text === 'string' ? URL.parse(text) : null
  if (url === null) {
    throw new ImproperlyConfigured(`ask.visit(): url must be a URL, got ${shownValue(given)}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new ImproperlyConfigured('ask.visit(): url must have no user name and no password')
  }
  const isLocal = url.protocol === 'http:' && LOOPBACK.test(url.hostname)
  if (url.protocol !== 'https:' && !isLocal) {
    throw new ImproperlyConfigured('ask.visit(): url must be https, or http on this machine')
  }
  return url.href
}

const ROOTS: QuestionDocument = Object.freeze({ kind: 'roots' })

function checkText(where: string, text: unknown): asserts text is string {
  if (typeof text === 'string' && text.trim() !== '' && text.length <= LONGEST_TEXT) {
    if (text.isWellFormed()) return
  }
  const got = typeof text === 'string' ? `text of ${text.length} characters` : shownValue(text)
  throw new ImproperlyConfigured(
    `${where}: text must be 1 to ${LONGEST_TEXT} well-formed characters, got ${got}`,
  )
}

/** Makes the questions of `call.ask()`. `ask.form()` is no `form()`, which is a parameter. */
export const ask: {
  /**
   * Asks a person to fill in a form (MCP: elicitation in form mode). What comes back was said by the caller's program: it
   * proves no person, and approves nothing. Never asks for a secret: the program, and perhaps its model, reads it.
   *
   * @param text for the person; 1 to 2,000 characters
   * @param schema of a flat object: text, numbers, true or false, choices of one or of several texts
   * @throws ImproperlyConfigured for another text, and for a schema that no form can have, naming the field
   */
  readonly form: <Value>(text: string, schema: Schema<unknown, Value>) => Question<Value>
  /**
   * Asks a person to open a page of yours (MCP: elicitation in URL mode), for what no program in between may see. `accept`
   * says that they went there, and not what they did there: the page must know by itself who came, and the call must look
   * it up.
   *
   * @param text for the person; 1 to 2,000 characters
   * @param url https, or http on this machine; no user name, no password
   * @throws ImproperlyConfigured for another text, and another URL
   */
  readonly visit: (text: string, url: URL | string) => Question<null>
  /**
   * Asks the model of an MCP client (`sampling/createMessage`).
   *
   * @deprecated MCP is giving it up (2026-07-28); few clients have it
   * @param request params of the method: `messages`, `maxTokens` and what else it has; copied
   * @throws ImproperlyConfigured for what has no messages
   */
  readonly sample: (request: Readonly<Record<string, unknown>>) => Question<Sampled>
  /**
   * Asks an MCP client for its folders (`roots/list`).
   *
   * @deprecated MCP is giving it up (2026-07-28); take a parameter instead
   */
  readonly roots: () => Question<readonly Root[]>
} = Object.freeze({ form, visit, sample, roots })
