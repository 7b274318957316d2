import type { Behaviour } from '../behaviour.ts'

const TEXT_ONLY =
  'a query, header or cookie is text, so HTTP cannot send another JSON type (BIND-6)'
const IGNORED = 'unknown query parameters are ignored on HTTP (BIND-20)'
const NO_EMPTY_PATH = 'HTTP has no empty path segment: the path is another one'
const INVALID = { ok: false, code: 'VALIDATION_ERROR', status: 400 } as const

/** What reaches the handler, and what does not. */
export const ARGUMENTS: readonly Behaviour[] = [
  {
    name: 'ABIND-12 APPR-5 defaults are bound',
    as: 'reader',
    action: 'get_order',
    args: { order_id: 'ord_1' },
    expect: { ok: true, bound: { order_id: 'ord_1', include_events: false }, opens: 1 },
  },
  {
    name: 'ABIND-1 an alias is for HTTP only',
    as: 'reader',
    action: 'get_order',
    args: { order_id: 'ord_1', include_events: true },
    expect: { ok: true, bound: { order_id: 'ord_1', include_events: true }, opens: 1 },
  },
  {
    name: 'ABIND-5 a path argument is data',
    as: 'reader',
    action: 'get_order',
    args: { order_id: 'a b%3F☃?&=+' },
    expect: { ok: true, bound: { order_id: 'a b%3F☃?&=+', include_events: false }, opens: 1 },
  },
  {
    name: 'ABIND-12 every kind of text parameter',
    as: 'reader',
    action: 'search',
    args: {
      limit: 7,
      ratio: 1.5,
      exact: true,
      tags: ['a', 'b c', 'd&e'],
      operator: 'op 1',
      theme: 'dark',
    },
    expect: {
      ok: true,
      bound: {
        limit: 7,
        ratio: 1.5,
        exact: true,
        tags: ['a', 'b c', 'd&e'],
        operator: 'op 1',
        theme: 'dark',
      },
      opens: 1,
    },
  },
  {
    name: 'ABIND-12 a JSON body with everything in it',
    as: 'writer',
    action: 'create_order',
    args: { sku: 'sku ☃', quantity: 3, note: null, address: { city: 'İzmir' } },
    expect: {
      ok: true,
      bound: { sku: 'sku ☃', quantity: 3, note: null, address: { city: 'İzmir' } },
      subject: 'writer_1',
      opens: 1,
    },
  },
  {
    name: 'FND-46 null is absent where the schema refuses it',
    as: 'writer',
    action: 'create_order',
    args: { sku: 'a', quantity: 3, note: null, address: null },
    expect: {
      ok: true,
      bound: { sku: 'a', quantity: 3, note: null },
      subject: 'writer_1',
      opens: 1,
    },
  },
  {
    name: 'FND-46 ABIND-6 null is absent where HTTP has text',
    as: 'reader',
    action: 'search',
    args: { limit: null, ratio: null, tags: null, operator: null, theme: null },
    expect: { ok: true, bound: { limit: 10, tags: [], operator: 'nobody' }, opens: 1 },
    except: { http: TEXT_ONLY },
  },
  {
    name: 'BIND-12 null is a value of a body, not its absence',
    as: 'reader',
    action: 'echo',
    args: { document: null },
    expect: { ok: true, bound: { document: null }, opens: 1 },
  },
  {
    name: 'ABIND-12 any JSON survives',
    as: 'reader',
    action: 'echo',
    args: { document: { '': [1e-7, -0.5, 9007199254740991, 'é', 'e\u0301', '𝄞', null, true] } },
    expect: {
      ok: true,
      bound: { document: { '': [1e-7, -0.5, 9007199254740991, 'é', 'e\u0301', '𝄞', null, true] } },
      opens: 1,
    },
  },
  {
    name: 'BIND-8 ABIND-4 missing argument',
    as: 'writer',
    action: 'create_order',
    args: { quantity: 1 },
    expect: {
      ...INVALID,
      message: {
        api: 'Missing required body field: sku',
        agents: 'Missing action argument: sku',
      },
      issues: ['Required'],
    },
  },
  {
    name: 'W-33a every wrong argument is named at once',
    as: 'writer',
    action: 'create_order',
    args: { quantity: 0 },
    expect: {
      ...INVALID,
      message: {
        api: 'Missing required body field: sku',
        agents: 'Missing action argument: sku',
      },
      issues: ['Required', 'Too small: expected number to be >=1'],
    },
  },
  {
    name: 'W-17 wrong type in a body',
    as: 'writer',
    action: 'create_order',
    args: { sku: 'a', quantity: '3' },
    expect: {
      ...INVALID,
      message: { api: 'Invalid body field: quantity', agents: 'Invalid action argument: quantity' },
      issues: ['Invalid input: expected number, received string'],
    },
  },
  {
    name: 'W-33a wrong type deep in a body',
    as: 'writer',
    action: 'create_order',
    args: { sku: 'a', quantity: 3, address: { city: 7 } },
    expect: {
      ...INVALID,
      message: { api: 'Invalid body field: address', agents: 'Invalid action argument: address' },
      issues: ['Invalid input: expected string, received number'],
    },
  },
  {
    name: 'W-33 unknown member of a strict object',
    as: 'writer',
    action: 'create_order',
    args: { sku: 'a', quantity: 3, address: { city: 'x', planet: 'y' } },
    expect: {
      ...INVALID,
      message: { api: 'Invalid body field: address', agents: 'Invalid action argument: address' },
      issues: ['Unrecognized key: "planet"'],
    },
  },
  {
    name: 'W-18 text that is no integer',
    as: 'reader',
    action: 'search',
    args: { limit: '007' },
    expect: {
      ...INVALID,
      message: {
        api: 'Invalid integer query parameter: limit',
        agents: 'Invalid action argument: limit',
      },
    },
  },
  {
    name: 'W-18 a fraction is no integer',
    as: 'reader',
    action: 'search',
    args: { limit: 1.5 },
    expect: {
      ...INVALID,
      message: {
        api: 'Invalid integer query parameter: limit',
        agents: 'Invalid action argument: limit',
      },
    },
  },
  {
    name: 'W-17 agents are not forgiven what HTTP cannot say otherwise',
    as: 'reader',
    action: 'search',
    args: { limit: '7' },
    expect: {
      ...INVALID,
      message: 'Invalid action argument: limit',
      issues: ['Invalid input: expected number, received string'],
    },
    except: { http: TEXT_ONLY },
  },
  {
    name: 'W-17 an object is not printed into a string',
    as: 'reader',
    action: 'get_order',
    args: { order_id: { toString: 'ord_1' } },
    expect: { ...INVALID, message: 'Invalid action argument: order_id' },
    except: { http: TEXT_ONLY },
  },
  {
    name: 'BIND-8 out of range in a query',
    as: 'reader',
    action: 'search',
    args: { limit: 101 },
    expect: {
      ...INVALID,
      message: { api: 'Invalid query parameter: limit', agents: 'Invalid action argument: limit' },
      issues: ['Too big: expected number to be <=100'],
    },
  },
  {
    name: 'BIND-6 no boolean',
    as: 'reader',
    action: 'search',
    args: { exact: 'maybe' },
    expect: {
      ...INVALID,
      message: {
        api: 'Invalid boolean query parameter: exact',
        agents: 'Invalid action argument: exact',
      },
    },
  },
  {
    name: 'BIND-10 a cookie with a value that is not offered',
    as: 'reader',
    action: 'search',
    args: { theme: 'pink' },
    expect: {
      ...INVALID,
      message: { api: 'Invalid cookie: theme', agents: 'Invalid action argument: theme' },
      issues: ['Invalid option: expected one of "dark"|"light"'],
    },
  },
  {
    name: 'BIND-3 a path argument its schema refuses',
    as: 'reader',
    action: 'get_order',
    args: { order_id: 'x'.repeat(21) },
    expect: {
      ...INVALID,
      message: {
        api: 'Invalid path parameter: order_id',
        agents: 'Invalid action argument: order_id',
      },
      issues: ['Too big: expected string to have <=20 characters'],
    },
  },
  {
    name: 'W-17 an empty path argument',
    as: 'reader',
    action: 'get_order',
    args: { order_id: '' },
    expect: { ...INVALID, message: 'Invalid action argument: order_id' },
    except: { http: NO_EMPTY_PATH },
  },
  {
    name: 'ABIND-3 unknown arguments of a body are refused, all of them',
    as: 'writer',
    action: 'create_order',
    args: { sku: 'a', quantity: 1, zebra: 1, aardvark: 2 },
    expect: {
      ...INVALID,
      message: { api: 'Unknown body field: aardvark', agents: 'Unknown action argument: aardvark' },
      issues: ['Not an argument of this action', 'Not an argument of this action'],
    },
  },
  {
    name: 'ABIND-3 unknown argument where HTTP has a query',
    as: 'reader',
    action: 'search',
    args: { limit: 1, nonsense: 'x' },
    expect: { ...INVALID, message: 'Unknown action argument: nonsense' },
    except: { http: IGNORED },
  },
  {
    name: 'ABIND-3 an action without parameters takes none',
    as: 'reader',
    action: 'text',
    args: { nonsense: 'x' },
    expect: { ...INVALID, message: 'Unknown action argument: nonsense' },
    except: { http: IGNORED },
  },
  {
    name: 'RES-1 a dependency is never an argument',
    as: 'writer',
    action: 'create_order',
    args: { sku: 'a', quantity: 1, db: { name: 'mine' } },
    expect: {
      ...INVALID,
      message: { api: 'Unknown body field: db', agents: 'Unknown action argument: db' },
    },
  },
]
