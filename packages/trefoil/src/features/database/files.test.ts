import { expect, test } from 'vitest'
import { database } from './database.ts'

test.each([' postgres://u:hunter2@h/db', '"postgres://u:hunter2@h/db"', "'file:///srv/app.db'"])(
  '%s is no name of a file, and is not repeated',
  (url) => {
    expect(() => database(url)).toThrow(/^database\(\): url is neither(?!.*hunter2)/)
  },
)

test('a file belongs to one database, and for one purpose', () => {
  expect(() => database({ url: 'a/x.db', state: './a/x.db' })).toThrow('state is another file')
  for (const name of ['app', 'state', 'reports-state']) {
    expect(() => database({ name }), name).toThrow('needs a url')
    database({ name, url: `.data/own-${name}.db` })
  }
})
