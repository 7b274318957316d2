import { isRecord } from '../../base/plain/is-record.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import {
  type CommandOption,
  type PartCommand,
  type PartEndpoint,
  type PartVariable,
  PROGRAM_COMMANDS,
} from '../../contract/part.ts'
import { isProblemSet } from '../../contract/problems/define-problems.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { AnyAuthConfig } from './app-types.ts'
import type { AuthenticatingPart, Part } from './part-types.ts'

/** Everything that a part may have. */
export const PART_MEMBERS: OptionNames<Part> = {
  name: true,
  parts: true,
  options: true,
  authenticator: true,
  admit: true,
  limits: true,
  guards: true,
  approval: true,
  audit: true,
  transaction: true,
  observe: true,
  figures: true,
  actions: true,
  tools: true,
  asksNobody: true,
  endpoints: true,
  problems: true,
  variables: true,
  risks: true,
  commands: true,
  logger: true,
  start: true,
  drain: true,
  stop: true,
}
const ENDPOINT: OptionNames<PartEndpoint> = {
  method: true,
  path: true,
  public: true,
  authenticate: true,
  quiet: true,
  handle: true,
}
const VARIABLE: OptionNames<PartVariable> = { name: true, doc: true }
const COMMAND: OptionNames<PartCommand> = {
  name: true,
  describe: true,
  options: true,
  starts: true,
  short: true,
  run: true,
}
const OPTION: OptionNames<CommandOption> = { describe: true, kind: true, required: true }

/** What whoever looks on may be told; one of them at least. */
const OBSERVED = ['began', 'around', 'stage', 'ended', 'task', 'taskEnded'] as const

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/
const OPTION_NAME = /^[a-z][a-zA-Z0-9]*$/
/** Flags that the program gives to every command. */
const TAKEN_FLAGS: ReadonlySet<string> = new Set([
  'app',
  'json',
  'token',
  'header',
  'timeout',
  'help',
  'version',
  'lifespan',
])

/** Of parts whose variables have other names, as those who come from elsewhere know them. */
const PREFIXES: Readonly<Record<string, string>> = { accounts: 'TREFOIL_AUTH' }

const defined = new WeakSet<object>()

/**
 * Makes a part: checks it, takes each of its members once, and freezes it, so that what is checked is
 * what runs.
 *
 * @param more what the part gives to other parts and to the app's code, such as dependencies
 * @throws ImproperlyConfigured naming the part, the member and what to write
 */
export function definePart<const Auth extends AnyAuthConfig | readonly AnyAuthConfig[]>(
  part: Part & { readonly authenticator?: Auth },
): [AnyAuthConfig] extends [Auth] ? Part : AuthenticatingPart<Auth>
export function definePart<
  const Auth extends AnyAuthConfig | readonly AnyAuthConfig[],
  More extends object,
>(
  part: Part & { readonly authenticator?: Auth },
  more: More,
): ([AnyAuthConfig] extends [Auth] ? Part : AuthenticatingPart<Auth>) & More
export function definePart(part: Part, more?: object): Part {
  return more === undefined ? readPart(part) : withMore(readPart(part), more)
}

function withMore(part: Part, more: object): Part {
  if (!isRecord(more)) {
    throw new ImproperlyConfigured(
      `Part '${part.name}': what it gives to others must be an object, got ${valueKind(more)}`,
    )
  }
  const taken = Object.keys(more).find((name) => name in PART_MEMBERS)
  if (taken !== undefined) {
    throw new ImproperlyConfigured(
      `Part '${part.name}': '${taken}' is a member of parts; what it gives to others needs another name`,
    )
  }
  const joined = Object.freeze({ ...part, ...more })
  defined.add(joined)
  return joined
}

/** What {@link definePart} makes of a value of whatever type; one it has made comes back as it is. */
export function readPart(given: unknown): Part {
  if (!isRecord(given)) {
    throw new ImproperlyConfigured(
      `A part is a value such as definePart({ name: 'accounts', … }), got ${valueKind(given)}`,
    )
  }
  if (defined.has(given)) return given as unknown as Part
  const name: unknown = given['name']
  if (typeof name !== 'string' || name.length > 32 || !NAME.test(name)) {
    throw new ImproperlyConfigured(
      "A part needs a name in kebab-case of at most 32 characters, such as 'accounts'",
    )
  }
  const reading = new PartReading(name)
  const part = reading.read(given)
  defined.add(part)
  return part
}

class PartReading {
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  read(given: Readonly<Record<string, unknown>>): Part {
    checkOptionNames(this.#where, given, PART_MEMBERS)
    const members: Record<string, unknown> = { name: this.#name }
    for (const key of Object.keys(PART_MEMBERS)) {
      // Once: a getter could pass the check and then give something else.
      const value = key === 'name' ? this.#name : given[key]
      if (value !== undefined) members[key] = this.#member(key, value, given)
    }
    // Every member has been read by the rule of its name.
    return Object.freeze(members) as unknown as Part
  }

  #member(key: string, value: unknown, part: object): unknown {
    switch (key) {
      case 'name':
        return value
      case 'parts':
        return this.#list(key, value, (one) => this.#part(one))
      case 'options':
        return this.#options(value)
      case 'authenticator':
        return Array.isArray(value)
          ? Object.freeze(value.map((one) => this.#object(key, one, 'an AuthConfig')))
          : this.#object(key, value, 'an AuthConfig, or a list of them')
      case 'admit':
        return this.#port(key, value, ['admit'])
      case 'limits':
        return this.#port(key, value, ['take'])
      case 'approval':
        return this.#port(key, value, ['decide'])
      case 'audit':
        return this.#port(key, value, ['intent', 'outcome'], ['ended', 'refused'])
      case 'transaction':
        return this.#transaction(key, value)
      case 'observe':
        return this.#port(key, value, [], OBSERVED)
      case 'logger':
        return this.#logger(value)
      case 'guards':
        return this.#list(key, value, (one) => this.#object(key, one, 'a guard'))
      case 'tools':
      case 'asksNobody':
        return this.#list(key, value, (one) => this.#text(key, one))
      case 'problems':
        return this.#problems(value)
      case 'endpoints':
        return this.#list(key, value, (one) => this.#endpoint(one))
      case 'variables':
        return this.#list(key, value, (one) => this.#variable(one))
      case 'commands':
        return this.#commands(value)
      default:
        return this.#method(key, value, part)
    }
  }

  get #where(): string {
    return `Part '${this.#name}'`
  }

  #wrong(key: string, what: string): ImproperlyConfigured {
    return new ImproperlyConfigured(`${this.#where}: ${key} ${what}`)
  }

  /** The types of an app know the authenticators of what `createApp` was given, and no others. */
  #part(value: unknown): Part {
    const part = readPart(value)
    if (part.authenticator === undefined) return part
    throw this.#wrong(
      'parts',
      `has '${part.name}', which brings an authenticator: give that one to createApp`,
    )
  }

  /** Called as the method it was, whatever is put into the part later. */
  #method(key: string, value: unknown, owner: object): unknown {
    if (typeof value !== 'function')
      throw this.#wrong(key, `must be a function, got ${valueKind(value)}`)
    return value.bind(owner)
  }

  #object(key: string, value: unknown, what: string): Readonly<Record<string, unknown>> {
    if (!isRecord(value)) throw this.#wrong(key, `must be ${what}, got ${valueKind(value)}`)
    return value
  }

  #text(key: string, value: unknown): string {
    if (typeof value === 'string' && value.trim() !== '') return value
    throw this.#wrong(key, `must be non-empty text, got ${valueKind(value)}`)
  }

  #list<Value>(key: string, value: unknown, read: (one: unknown) => Value): readonly Value[] {
    if (!Array.isArray(value)) throw this.#wrong(key, `must be a list, got ${valueKind(value)}`)
    return Object.freeze(value.map(read))
  }

  #port(
    key: string,
    value: unknown,
    methods: readonly string[],
    optional: readonly string[] = [],
  ): object {
    const example = (methods.length === 0 ? optional : methods)
      .map((method) => `${method}()`)
      .join(' and ')
    const port = this.#object(key, value, `an object with ${example}`)
    const given = optional.filter((method) => port[method] !== undefined)
    if (methods.length + given.length === 0) {
      throw this.#wrong(key, `must have one of ${optional.map((one) => `${one}()`).join(', ')}`)
    }
    const taken = [...methods, ...given].map((method) => {
      return [method, this.#method(`${key}.${method}`, port[method], port)] as const
    })
    return Object.freeze(Object.fromEntries(taken))
  }

  #transaction(key: string, value: unknown): object {
    const port = this.#port(key, value, ['begin', 'beforeCommit'])
    const last: unknown = Reflect.get(Object(value), 'last')
    if (last === undefined) return port
    if (typeof last !== 'boolean') {
      throw this.#wrong(`${key}.last`, `must be true or false, got ${valueKind(last)}`)
    }
    return Object.freeze({ ...port, last })
  }

  /** As it is: a logger may be a function with methods, and hold on to itself. */
  #logger(value: unknown): unknown {
    const methods = ['debug', 'info', 'warn', 'error'] as const
    const missing = methods.find((name) => typeof Object(value)[name] !== 'function')
    if (missing === undefined) return value
    throw this.#wrong(
      'logger',
      `must have the methods ${methods.join(', ')}; '${missing}' is missing`,
    )
  }

  get #prefix(): string {
    const named = Object.hasOwn(PREFIXES, this.#name) ? PREFIXES[this.#name] : undefined
    return named ?? `TREFOIL_${this.#name.replaceAll('-', '_').toUpperCase()}`
  }

  #options(value: unknown): unknown {
    const group = this.#object('options', value, 'a group of option rows')
    if (!isRecord(group['rows'])) throw this.#wrong('options', 'must be a group of option rows')
    if (group['prefix'] === this.#prefix) return group
    throw this.#wrong('options', `must have the prefix '${this.#prefix}'`)
  }

  #variable(value: unknown): PartVariable {
    const given = this.#object('variables', value, 'a list of { name, doc }')
    checkOptionNames(`${this.#where}: variables`, given, VARIABLE)
    const name = this.#text('variables name', given['name'])
    if (!name.startsWith(`${this.#prefix}_`) || !/^[A-Z0-9_]+$/.test(name)) {
      throw this.#wrong('variables', `must have names that begin with ${this.#prefix}_`)
    }
    return Object.freeze({ name, doc: this.#text('variables doc', given['doc']) })
  }

  #problems(value: unknown): unknown {
    const sets = Array.isArray(value) ? [...value] : [value]
    if (!sets.every(isProblemSet)) {
      throw this.#wrong('problems', "must be made by defineProblems('name', { … })")
    }
    return Object.freeze(sets)
  }

  #endpoint(value: unknown): PartEndpoint {
    const given = this.#object('endpoints', value, 'a list of { method, path, handle }')
    checkOptionNames(`${this.#where}: endpoints`, given, ENDPOINT)
    const method = this.#text('endpoints method', given['method'])
    if (!/^[A-Z][A-Z-]*$/.test(method)) {
      throw this.#wrong('endpoints', 'must have methods in capitals, such as GET')
    }
    const path = this.#text('endpoints path', given['path'])
    const isPublic: unknown = given['public'] ?? false
    // Not by truth: `public: 'false'` would be open.
    if (typeof isPublic !== 'boolean')
      throw this.#wrong('endpoints', 'public must be true or false')
    const authenticate: unknown = given['authenticate']
    if (authenticate !== undefined && isPublic) {
      throw this.#wrong('endpoints', 'cannot have both public: true and authenticate')
    }
    const quiet: unknown = given['quiet'] ?? false
    if (typeof quiet !== 'boolean') throw this.#wrong('endpoints', 'quiet must be true or false')
    const handle = this.#method(
      'endpoints handle',
      given['handle'],
      given,
    ) as PartEndpoint['handle']
    // Read once, with everything in it, when the endpoint is declared.
    const own = authenticate as PartEndpoint['authenticate']
    return Object.freeze({
      method,
      path,
      public: isPublic,
      quiet,
      handle,
      ...(own === undefined ? {} : { authenticate: own }),
    })
  }

  #commands(value: unknown): readonly PartCommand[] {
    const commands = this.#list('commands', value, (one) => this.#command(one))
    const twice = commands.find(({ name }, at) => commands.findIndex((c) => c.name === name) !== at)
    if (twice === undefined) return commands
    throw this.#wrong('commands', `has '${twice.name}' twice`)
  }

  #command(value: unknown): PartCommand {
    const given = this.#object('commands', value, 'a list of { name, describe, run }')
    checkOptionNames(`${this.#where}: commands`, given, COMMAND)
    const name = this.#text('commands name', given['name'])
    if (!NAME.test(name) || name === 'help') {
      throw this.#wrong('commands', 'must have names in kebab-case, and none is help')
    }
    const starts: unknown = given['starts'] ?? true
    if (typeof starts !== 'boolean') throw this.#wrong('commands', 'starts must be true or false')
    const short: unknown = given['short'] ?? false
    if (typeof short !== 'boolean') throw this.#wrong('commands', 'short must be true or false')
    if (short && PROGRAM_COMMANDS.includes(name)) {
      throw this.#wrong('commands', `'${name}' cannot be short: the program has it`)
    }
    const options =
      given['options'] === undefined ? {} : this.#commandOptions(name, given['options'])
    return Object.freeze({
      name,
      describe: this.#text('commands describe', given['describe']),
      options,
      starts,
      short,
      run: this.#method('commands run', given['run'], given) as PartCommand['run'],
    })
  }

  #commandOptions(command: string, value: unknown): Readonly<Record<string, CommandOption>> {
    const key = `commands: options of '${command}'`
    const options: Record<string, CommandOption> = {}
    for (const [name, one] of Object.entries(this.#object(key, value, 'an object by name'))) {
      if (!OPTION_NAME.test(name)) throw this.#wrong(key, 'must have names in camelCase')
      if (TAKEN_FLAGS.has(name)) throw this.#wrong(key, `cannot have '${name}': the program has it`)
      const given = this.#object(key, one, 'an object of { describe }')
      checkOptionNames(`${this.#where}: ${key}`, given, OPTION)
      const { kind = 'text', required = false } = given
      if (kind !== 'text' && kind !== 'flag') throw this.#wrong(key, "kind is 'text' or 'flag'")
      if (typeof required !== 'boolean' || (required && kind === 'flag')) {
        throw this.#wrong(key, 'required is true or false, and false for a flag')
      }
      options[name] = Object.freeze({
        describe: this.#text(`${key} describe`, given['describe']),
        kind,
        required,
      })
    }
    return Object.freeze(options)
  }
}
