import { describe, expect, it } from 'vitest'
import { keyRing } from '../../auth.ts'
import { FormTokens } from './forms/form-token.ts'
import { SentForms } from './forms/sent-forms.ts'
import { contrast, readColour } from './look/colours.ts'
import { readTheme } from './look/theme.ts'
import { foreign, visibleText } from './look/visible-text.ts'
import { nextPlace } from './next-place.ts'
import { Catalogue } from './texts/catalogue.ts'
import { DE } from './texts/de.ts'
import { EN } from './texts/en.ts'

describe('text of others', () => {
  it.each([
    ['a\u202eb', 'a\u27e8U+202E\u27e9b'],
    ['pay\u200bpal', 'pay\u27e8U+200B\u27e9pal'],
    ['\ufeffx\u2066y\u2069', '\u27e8U+FEFF\u27e9x\u27e8U+2066\u27e9y\u27e8U+2069\u27e9'],
    ['x\u{e0041}\u{e007f}', 'x\u27e8U+E0041\u27e9\u27e8U+E007F\u27e9'],
    ['a\nb\tc\0', 'a\u27e8U+000A\u27e9b\u27e8U+0009\u27e9c\u27e8U+0000\u27e9'],
    ['\ud800', '\u27e8U+D800\u27e9'],
    ['soft\u00adhyphen\u3164', 'soft\u27e8U+00AD\u27e9hyphen\u27e8U+3164\u27e9'],
    ['a\ufe0f\u200db', 'a\u27e8U+FE0F\u27e9\u27e8U+200D\u27e9b'],
    // What joins emoji is seen.
    ['\u2764\ufe0f \u{1f468}\u200d\u{1f469}', '\u2764\ufe0f \u{1f468}\u200d\u{1f469}'],
    ['Zo\u00eb \u05d0\u05d1 \u4f60', 'Zo\u00eb \u05d0\u05d1 \u4f60'],
  ])('shows %j as %j', (given, shown) => {
    expect(visibleText(given)).toBe(shown)
  })

  it('is HTML of nobody but us, apart from what stands round it, and no longer than it may be', () => {
    expect(foreign('<b>&"\u202e').toString()).toBe(
      '<bdi class="foreign">&lt;b&gt;&amp;&quot;<span class="unseen">U+202E</span></bdi>',
    )
    expect(visibleText('x'.repeat(1_000_000))).toBe(`${'x'.repeat(300)}\u2026`)
    expect(visibleText(`a${'\u0301'.repeat(50)}`)).toBe(`a${'\u0301'.repeat(3)}`)
    expect(visibleText('\u{1f600}'.repeat(5), 5)).toBe('\u{1f600}'.repeat(5))
  })
})

describe('where to go on to', () => {
  const origins = ['https://app.example.com']

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    '//evil.com',
    '/\\evil.com',
    '\\\\evil.com',
    'https://localhost@evil.com',
    'https://evil.com\\@localhost',
    '\thttps://evil.com',
    ' https://evil.com',
    'https:evil.com',
    '/\t/evil.com',
    '/a\nb',
    '',
    'ok',
    'https://app.example.com.evil.com',
    'https://app.example.com@evil.com/',
    'http://app.example.com/',
    'https://app.example.com:8443/',
    `/${'x'.repeat(3000)}`,
  ])('V-16, SW-23: refuses %j', (given) => {
    expect(nextPlace(given, origins)).toBeNull()
  })

  it.each([
    ['/ok', '/ok'],
    ['/ok?x=1#y', '/ok?x=1#y'],
    ['https://app.example.com/a?b', 'https://app.example.com/a?b'],
  ])('V-16: takes %j', (given, place) => {
    expect(nextPlace(given, origins)).toBe(place)
  })
})

describe('the look', () => {
  it('refuses a colour that cannot be read, and says which could be', () => {
    expect(() => readTheme({ accent: '#7ed09a' })).toThrow(
      /contrast of 1\.\d .* nearest .* #[0-9a-f]{6}/,
    )
    expect(() => readTheme({ accent: 'green' })).toThrow('#1f6b3a')
    const { colours } = readTheme({ accent: '#123' })
    const [, night = ''] = /--accent:(#\w+)/.exec(colours.slice(colours.indexOf('dark){'))) ?? []
    const [accent, panel] = [readColour(night), readColour('#1c211e')]
    expect(accent !== null && panel !== null && contrast(accent, panel)).toBeGreaterThanOrEqual(4.5)
  })

  it('takes a logo as an image alone', () => {
    expect(readTheme({ logo: '<svg onload="x()"></svg>' }).logo).toMatch(
      /^data:image\/svg\+xml,%3Csvg/,
    )
    expect(readTheme({ logo: '/logo.svg' }).logo).toBe('/logo.svg')
    for (const logo of [
      '//evil.com/x',
      'https://evil.com/x.svg',
      '<img>',
      `<svg>${'x'.repeat(20_001)}`,
    ]) {
      expect(() => readTheme({ logo })).toThrow('theme: logo')
    }
  })
})

describe('texts', () => {
  it('are there in every language, with the same places', () => {
    const places = (text = '') => [...text.matchAll(/\{\w+\}/g)].map(String).sort()
    expect(Object.keys(DE).sort()).toEqual(Object.keys(EN).sort())
    for (const [key, text] of Object.entries(EN))
      expect([key, places(DE[key])]).toEqual([key, places(text)])
  })

  it('are chosen by what the browser says', () => {
    const catalogue = new Catalogue(['en', 'de'], {})
    const asked = (accept: string | null) => catalogue.languageFor(accept)
    expect([
      asked(null),
      asked('de'),
      asked('de-CH, en;q=0.9'),
      asked('fr, *'),
      asked('en;q=0, de;q=0.1'),
    ]).toEqual(['en', 'de', 'de', 'en', 'de'])
  })

  it('of the app stand over those of parts, whoever comes first; a language that lacks one is refused', () => {
    const catalogue = new Catalogue(['en', 'fr'], {
      en: { 'a.b': 'mine' },
      fr: { 'a.b': 'le mien' },
    })
    catalogue.add({ en: { 'a.b': 'of a part', 'a.c': 'c {n}' } })
    expect(catalogue.words('en').plain('a.b')).toBe('mine')
    expect(catalogue.words('en').plain('a.c', { n: '<\u202e>' })).toBe('c <\u27e8U+202E\u27e9>')
    expect(catalogue.words('en').marked('a.c', { n: '<' }).toString()).toBe('c <bdi>&lt;</bdi>')
    expect(() => catalogue.check()).toThrow(/fr lacks page\.skip, .* and \d+ more/)
    expect(() => new Catalogue(['en'], { en: { Bad: 'x' } })).toThrow('keys such as')
    expect(() => catalogue.checkKey('Page', 'no.such')).toThrow("there is no text 'no.such'")
  })

  it('says how long to wait, never less', () => {
    const words = new Catalogue(['en', 'de'], {}).words('de')
    expect([
      words.time(1),
      words.time(59.2),
      words.time(61),
      words.time(3601),
      words.time(200_000),
    ]).toEqual(['1 Sekunde', '1 Minute', '2 Minuten', '2 Stunden', '3 Tage'])
  })
})

describe('tokens of forms', () => {
  const clock = (now: () => number) => ({ now, elapsed: now })

  it('HTTP-8: are good for one form, one browser, and so long; under an older key too', () => {
    let now = 1_800_000_000_000
    const ring = keyRing('a'.repeat(32))
    const tokens = new FormTokens(
      ring,
      clock(() => now),
      3_600_000,
    )
    const token = tokens.make('save', 'session 1')
    expect(tokens.read(token, 'save', 'session 1')?.id).toHaveLength(12)
    expect(tokens.read(token, 'save', 'session 2')).toBeNull()
    expect(tokens.read(token, 'remove', 'session 1')).toBeNull()
    for (const [index, sign] of [...token].entries()) {
      if (sign === '.') continue
      const bent = `${token.slice(0, index)}${sign === 'A' ? 'B' : 'A'}${token.slice(index + 1)}`
      // The last character of base64url holds bits that nobody reads.
      if (index < token.length - 1) expect(tokens.read(bent, 'save', 'session 1'), bent).toBeNull()
    }
    const rotated = new FormTokens(
      keyRing('b'.repeat(32), ['a'.repeat(32)]),
      clock(() => now),
      1,
    )
    expect(rotated.read(token, 'save', 'session 1')).not.toBeNull()
    now += 3_600_000
    expect(tokens.read(token, 'save', 'session 1')).toBeNull()
  })
})

describe('a button that was pressed twice', () => {
  it('waits for the first, and does it himself where that was lost', async () => {
    const forms = new SentForms(() => 0)
    expect(forms.join('a')).toBeNull()
    const second = forms.join('a')
    forms.end('a', { kind: 'lost' })
    expect(await second).toEqual({ kind: 'lost' })
    expect(forms.join('a')).toBeNull()
    const third = forms.join('a')
    forms.end('a', { kind: 'refused', error: 'e' })
    forms.end('a', { kind: 'lost' })
    expect(await third).toEqual({ kind: 'refused', error: 'e' })
  })

  it('is forgotten after a while, and held for no more than so many', () => {
    let now = 0
    const forms = new SentForms(() => now)
    for (let index = 0; index < 3000; index += 1) forms.join(`f${index}`)
    expect(forms.join('f0')).not.toBeNull()
    expect(forms.join('f2999')).toBeNull()
    expect(forms.join('f2999')).toBeNull()
    forms.end('f0', { kind: 'done', reply: {} as never })
    now = 10_001
    expect(forms.join('f0')).toBeNull()
  })
})
