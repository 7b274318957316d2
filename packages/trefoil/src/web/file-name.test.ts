import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeFileName } from './file-name.ts'

test.each([
  ['photo.jpg', 'photo.jpg'],
  ['', ''],
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\windows\\win.ini', 'win.ini'],
  ['C:\\fakepath/mixed\\a.txt', 'a.txt'],
  ['/', '_'],
  ['.', '_'],
  ['..', '_'],
  ['a/..', '_'],
  [' . ', '_'],
  ['.htaccess', '.htaccess'],
  ['shell.php.', 'shell.php'],
  ['shell.php ', 'shell.php'],
  ['a.txt:stream', 'a.txt_stream'],
  ['CON', '_CON'],
  ['con.txt', '_con.txt'],
  ['lpt1.tar.gz', '_lpt1.tar.gz'],
  ['COM¹', '_COM¹'],
  ['console.log', 'console.log'],
  ['<a>"|?*', '_a_____'],
  ['-rf', '_rf'],
  ['--help', '_-help'],
  [' -x', '_x'],
  ['a-b.txt', 'a-b.txt'],
  ['~root', '_root'],
  ['LONGNA~1.TXT', 'LONGNA_1.TXT'],
  ['a`id`', 'a_id_'],
  ['$(id).txt', '__id_.txt'],
  ['a;b&c', 'a_b_c'],
  ["it's {1} [2] #3!", 'it_s _1_ _2_ _3_'],
  ['%TEMP%^=', '_TEMP___'],
  ['my photo_1+2@home,x.jpg', 'my photo_1+2@home,x.jpg'],
  ['a\u0000b\r\nc\u007f', 'abc'],
  ['invoice\u202egpj.exe', 'invoicegpj.exe'],
  ['e\u0301', 'é'],
  ['日本.txt', '日本.txt'],
])('BIND-18: %j is stored as %j', (sent, safe) => {
  expect(safeFileName(sent)).toBe(safe)
})

test('BIND-18: long names are cut, their extension stays', () => {
  expect(safeFileName(`${'x'.repeat(500)}.jpeg`)).toBe(`${'x'.repeat(195)}.jpeg`)
  expect(safeFileName('x'.repeat(500))).toHaveLength(200)
})

test('BIND-18: whatever is sent, the name is one harmless segment, and safe already', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (sent) => {
      const safe = safeFileName(sent)
      expect(safe).not.toMatch(/[/\\<>:"|?*`$;&!'(){}[\]#%^=~\p{Cc}\p{Cf}]|^[-. ]?$|[. ]$|^[- ]/u)
      expect(safe.isWellFormed()).toBe(true)
      expect(safe.length).toBeLessThanOrEqual(200)
      expect(safeFileName(safe)).toBe(safe)
    }),
    { numRuns: 500 },
  )
})
