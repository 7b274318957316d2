/**
 * The behaviour of the docs pages: search, opening what the address names, and the real
 * origin in the examples. A constant: no data may be put into it. The pages are complete
 * without it. The origin is only used when it holds no character a shell would act on,
 * because readers paste the examples.
 */
export const PAGE_SCRIPT = `
'use strict'
const all = (selector) => Array.from(document.querySelectorAll(selector))
const entries = all('[data-entry]')
const box = document.getElementById('search-box')
const input = document.getElementById('search')
const count = document.getElementById('search-count')

if (/^https?:\\/\\/[\\w.:\\[\\]-]+$/.test(location.origin)) {
  for (const place of all('[data-origin]')) place.textContent = location.origin
}

function openNamed() {
  const target = document.getElementById(location.hash.slice(1))
  if (target instanceof HTMLDetailsElement) {
    target.open = true
    target.scrollIntoView()
  }
}

function filter() {
  const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean)
  let shown = 0
  for (const entry of entries) {
    entry.hidden = !words.every((word) => entry.dataset.entry.includes(word))
    if (!entry.hidden) shown += 1
    for (const link of all('.index a[href="#' + entry.id + '"]')) link.parentElement.hidden = entry.hidden
  }
  for (const group of all('[data-group]')) {
    group.hidden = !group.querySelector('[data-entry]:not([hidden])')
    for (const part of all('[data-group-index="' + group.id + '"]')) part.hidden = group.hidden
  }
  count.textContent = words.length === 0 ? '' : shown + ' of ' + entries.length + ' shown'
}

if (box && entries.length > 0) {
  box.hidden = false
  input.addEventListener('input', filter)
  filter()
}
addEventListener('hashchange', openNamed)
if (location.hash.length > 1) openNamed()
`
