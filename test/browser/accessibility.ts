// What can be asked of a page by rules: labels, headings, contrast as computed, focus, sizes. What it finds is wrong; what
// it does not find may be wrong all the same, so pages are looked at, too.
import type { ConsoleMessage, Page } from 'playwright-core'

/** Everything a page has complained of: refused by its policy, thrown by its script, asked for from elsewhere. */
export function watchPage(page: Page): readonly string[] {
  const complaints: string[] = []
  page.on('console', (message: ConsoleMessage) => {
    const text = message.text()
    const isStatus = /^Failed to load resource: the server responded with a status of [45]/.test(
      text,
    )
    if (message.type() === 'error' && !isStatus) complaints.push(text)
    if (/content security policy/i.test(text) && message.type() !== 'error') complaints.push(text)
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol === 'data:') return
    if (url.hostname !== 'localhost') complaints.push(`asked for ${url.origin}`)
  })
  return complaints
}

/** Mistakes of a page as it is shown now; empty for none. */
export async function accessibilityMistakes(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const say = (what: string, element?: Element): void => {
      const place = element === undefined ? '' : `: ${element.outerHTML.slice(0, 120)}`
      found.push(what + place)
    }
    const all = (selector: string): HTMLElement[] => [
      ...document.querySelectorAll<HTMLElement>(selector),
    ]
    const isShown = (element: Element): boolean => {
      const box = element.getBoundingClientRect()
      const style = getComputedStyle(element)
      return (
        style.visibility !== 'hidden' && style.display !== 'none' && box.width > 1 && box.height > 1
      )
    }
    const nameOf = (element: Element): string => {
      const label = element.getAttribute('aria-label') ?? ''
      const by = (element.getAttribute('aria-labelledby') ?? '')
        .split(/\s+/)
        .map((id) => document.getElementById(id)?.textContent ?? '')
        .join(' ')
      const images = [...element.querySelectorAll('img')].map((image) => image.alt).join(' ')
      return [label, by, element.textContent ?? '', images].join(' ').trim()
    }

    if (document.documentElement.lang === '') say('html has no lang')
    if (document.title.trim() === '') say('there is no title')
    const viewport = document.querySelector<HTMLMetaElement>('meta[name=viewport]')?.content ?? ''
    if (!viewport.includes('width=device-width')) say('no viewport as wide as the device')
    if (/user-scalable\s*=\s*no|maximum-scale/.test(viewport)) say('nobody can zoom')
    if (document.documentElement.scrollWidth > window.innerWidth) {
      say(`scrolls sideways: ${document.documentElement.scrollWidth} of ${window.innerWidth}`)
    }
    if (all('main').length !== 1) say('there must be one main')
    if (all('h1').length !== 1) say('there must be one h1')
    let level = 0
    for (const heading of all('h1,h2,h3,h4,h5,h6')) {
      const own = Number(heading.tagName[1])
      if (own > level + 1) say(`a heading of level ${own} after one of ${level}`, heading)
      if (heading.textContent?.trim() === '') say('an empty heading', heading)
      level = own
    }
    const ids = all('[id]').map(({ id }) => id)
    for (const id of new Set(ids)) {
      if (ids.filter((other) => other === id).length > 1) say(`the id ${id} is there twice`)
    }
    for (const name of ['aria-describedby', 'aria-labelledby', 'aria-controls', 'for']) {
      for (const element of all(`[${name}]`)) {
        for (const id of (element.getAttribute(name) ?? '').split(/\s+/)) {
          if (document.getElementById(id) === null) say(`${name} leads nowhere`, element)
        }
      }
    }
    for (const element of all('[tabindex]'))
      if (element.tabIndex > 0) say('tabindex above 0', element)
    for (const element of all('[style]')) say('a style of its own', element)
    for (const element of all('a[href^="#"]')) {
      const id = (element.getAttribute('href') ?? '').slice(1)
      if (document.getElementById(id) === null) say('a link within the page leads nowhere', element)
    }
    for (const image of all('img'))
      if (!image.hasAttribute('alt')) say('an image without alt', image)
    for (const svg of all('svg')) {
      const named = svg.closest('[role=img][aria-label],[aria-hidden=true],button,a')
      if (named === null) say('a drawing without a name', svg)
    }

    const controls = all('input:not([type=hidden]),select,textarea') as HTMLInputElement[]
    for (const control of controls) {
      const labels = [...(control.labels ?? [])]
      const text = labels
        .map((label) => label.textContent ?? '')
        .join(' ')
        .trim()
      if (text === '' && nameOf(control) === '') say('a field without a label', control)
      if (labels.length > 0 && !labels.some(isShown))
        say('the label of a field is not seen', control)
      if (control.hasAttribute('placeholder')) say('a placeholder in the place of a hint', control)
      const needsFilling = ['password', 'email'].includes(control.type)
      if (needsFilling && control.autocomplete === '') say('a field without autocomplete', control)
      if (control.getAttribute('aria-invalid') === 'true') {
        const said = control.getAttribute('aria-describedby') ?? ''
        const error = document.getElementById(said.split(/\s+/)[0] ?? '')
        if ((error?.textContent ?? '').trim() === '')
          say('a wrong field that says nothing', control)
      }
    }
    for (const element of all('button,a[href],summary,[role=button]')) {
      if (nameOf(element) === '') say('nobody knows what it does', element)
    }
    for (const group of all('[role=radiogroup],fieldset')) {
      if (group.querySelector('legend') === null && nameOf(group) === '')
        say('a group without a name', group)
    }
    for (const table of all('table')) {
      if (table.querySelector('caption') === null) say('a table without a caption', table)
      if (table.querySelector('th') === null) say('a table without heads', table)
    }

    type Colour = [number, number, number, number]
    const read = (text: string): Colour => {
      const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number)
      return [red, green, blue, alpha]
    }
    const over = (top: Colour, below: Colour): Colour => {
      const mix = (index: 0 | 1 | 2): number => top[index] * top[3] + below[index] * (1 - top[3])
      return [mix(0), mix(1), mix(2), 1]
    }
    const isDark = matchMedia('(prefers-color-scheme: dark)').matches
    const groundOf = (element: Element | null): Colour => {
      if (element === null) return isDark ? [0, 0, 0, 1] : [255, 255, 255, 1]
      const own = read(getComputedStyle(element).backgroundColor)
      return own[3] === 1 ? own : over(own, groundOf(element.parentElement))
    }
    const luminance = (colour: Colour): number => {
      const [red, green, blue] = colour.slice(0, 3).map((part) => {
        const share = part / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      }) as [number, number, number]
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const contrast = (one: Colour, other: Colour): number => {
      const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [
        number,
        number,
      ]
      return (light + 0.05) / (dark + 0.05)
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement
      if (element === null || (node.textContent ?? '').trim() === '') continue
      if (['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(element.tagName) || !isShown(element)) continue
      const style = getComputedStyle(element)
      const ground = groundOf(element)
      const measured = contrast(over(read(style.color), ground), ground)
      const size = Number.parseFloat(style.fontSize)
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
      const least = isLarge ? 3 : 4.5
      if (measured < least) say(`contrast ${measured.toFixed(2)} of ${least}`, element)
      if (size < 12) say(`text of ${size} px`, element)
    }
    for (const control of controls) {
      if (!isShown(control) || ['checkbox', 'radio'].includes(control.type)) continue
      const edge = read(getComputedStyle(control).borderTopColor)
      const measured = contrast(edge, groundOf(control.parentElement))
      if (measured < 3) say(`the edge of a field has contrast ${measured.toFixed(2)} of 3`, control)
    }

    for (const element of all('button,a[href],summary,input:not([type=hidden]),select,textarea')) {
      if (!isShown(element) || element.closest('.skip') !== null) continue
      const box = element.getBoundingClientRect()
      const isInText =
        element.tagName === 'A' &&
        ['P', 'LI', 'SPAN', 'TD', 'DD'].includes(element.parentElement?.tagName ?? '') &&
        (element.parentElement?.textContent ?? '').trim() !== (element.textContent ?? '').trim()
      if (!isInText && (box.width < 24 || box.height < 24)) {
        say(`a target of ${Math.round(box.width)} × ${Math.round(box.height)} px`, element)
      }
    }
    return found
  })
}

/**
 * Goes through the page by the key Tab: everything that can be used is reached, in the order in which it stands, and
 * one sees where one is.
 */
export async function focusMistakes(page: Page): Promise<readonly string[]> {
  const mistakes: string[] = []
  // Scripts show buttons that only they can make work: before that they have no place.
  await page.waitForLoadState('load')
  const count = await page.evaluate(() => {
    ;(document.activeElement as HTMLElement | null)?.blur()
    const all = 'a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex="0"]'
    const shown = [...document.querySelectorAll<HTMLElement>(all)].filter((element) => {
      const isFolded =
        element.closest('details:not([open])') !== null && element.tagName !== 'SUMMARY'
      return !isFolded && element.getClientRects().length > 0
    })
    for (const [index, element] of shown.entries()) element.dataset['place'] = String(index)
    // Where a browser begins to count after a field that had the focus by itself.
    document.body.tabIndex = -1
    document.body.focus()
    document.body.removeAttribute('tabindex')
    return shown.length
  })
  const reached = new Set<number>()
  let last = -1
  for (let step = 0; step < count; step += 1) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null
      if (element === null || element === document.body) return null
      const style = getComputedStyle(element)
      const box = element.getBoundingClientRect()
      return {
        place: Number(element.dataset['place'] ?? -1),
        html: element.outerHTML.slice(0, 100),
        outline: style.outlineStyle === 'none' ? 0 : Number.parseFloat(style.outlineWidth),
        inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      }
    })
    if (at === null) break
    if (at.outline < 2) mistakes.push(`nobody sees the focus: ${at.html}`)
    if (!at.inView) mistakes.push(`the focus is outside the window: ${at.html}`)
    if (at.place < last) mistakes.push(`the focus goes back: ${at.html}`)
    last = at.place
    reached.add(at.place)
  }
  if (reached.size < count) mistakes.push(`the key Tab reaches ${reached.size} of ${count}`)
  return mistakes
}
