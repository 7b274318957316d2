/** The look of the docs pages. A constant: no data may be put into it. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fff; --panel: #f6f7f5; --line: #d5dad3; --ink: #1b211c; --soft: #566058;
  --accent: #1f6b3a; --focus: #0b57d0; --get: #1f6b3a; --write: #8a4b00; --delete: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #141816; --panel: #1c211e; --line: #36403a; --ink: #e6ebe7; --soft: #a3afa7;
    --accent: #7ed09a; --focus: #8ab4f8; --get: #7ed09a; --write: #f0b46a; --delete: #ff9c94;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
code, pre, .method, .path { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .9em; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
[hidden] { display: none !important; }
.skip { position: absolute; left: -100vw; top: 0; padding: .75rem 1rem; background: var(--paper); z-index: 1; }
.skip:focus { left: 0; }
.quiet { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.page { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
.page > header { border-bottom: 1px solid var(--line); padding-bottom: 1rem; margin-bottom: 1.5rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
h1 small { font-size: 1rem; font-weight: 400; color: var(--soft); }
h2 { font-size: 1.2rem; margin: 2rem 0 .75rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
.prose { margin: .5rem 0; max-width: 46rem; white-space: pre-line; overflow-wrap: anywhere; }
header ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: .75rem 0 0; padding: 0; }
.index { display: none; }
.index ul { list-style: none; margin: 0 0 1rem; padding: 0; font-size: .9rem; }
.index p { margin: 0 0 .25rem; font-weight: 600; overflow-wrap: anywhere; }
.index a { display: block; padding: .2rem 0; color: var(--soft); text-decoration: none; overflow-wrap: anywhere; }
.index a:hover { color: var(--accent); text-decoration: underline; }
main > h2:first-of-type { margin-top: 0; }
main > section > h2:first-child { margin-top: 0; }
main > section + section { margin-top: 2rem; }
.search { margin-bottom: 1.5rem; max-width: 28rem; }
.search label { display: block; font-weight: 600; margin-bottom: .25rem; }
.search input { width: 100%; padding: .55rem .7rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 6px; }
.search p { margin: .35rem 0 0; color: var(--soft); font-size: .9rem; min-height: 1.4em; }
.entry { border: 1px solid var(--line); border-radius: 8px; margin: 0 0 .6rem; background: var(--paper); }
.entry > summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem .75rem; padding: .65rem .9rem; cursor: pointer; border-radius: 8px; }
.entry > summary::-webkit-details-marker { display: none; }
.entry > summary::before { content: "+"; flex: none; width: .8em; color: var(--soft); font-family: ui-monospace, monospace; }
.entry[open] > summary::before { content: "\\2212"; }
.entry > summary:hover { background: var(--panel); }
.entry[open] > summary { border-bottom: 1px solid var(--line); border-radius: 8px 8px 0 0; background: var(--panel); }
.entry > div { padding: .4rem .9rem 1rem; }
.method { font-weight: 700; flex: none; min-width: 4.5em; }
.method-get, .method-head { color: var(--get); }
.method-post, .method-put, .method-patch { color: var(--write); }
.method-delete { color: var(--delete); }
.path { overflow-wrap: anywhere; font-weight: 600; }
.title { color: var(--soft); overflow-wrap: anywhere; }
.deprecated .path { text-decoration: line-through; }
.badge { color: var(--soft); border: 1px solid var(--line); border-radius: 999px; padding: 0 .6em; font-size: .8rem; }
.facts { list-style: none; margin: .75rem 0; padding: 0; }
.facts li { padding: .1rem 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); font-size: .85rem; }
td p { margin: 0; }
td code, .entry > summary code, main p { overflow-wrap: anywhere; }
.values th:first-child, .values th:nth-child(2) { width: 28%; }
td:first-child { min-width: 6rem; }
.fold { margin: .5rem 0; }
.fold > summary { overflow-wrap: anywhere; cursor: pointer; color: var(--soft); font-size: .95rem; padding: .2rem 0; }
.note { display: block; color: var(--soft); font-size: .85rem; }
pre { margin: .5rem 0; padding: .75rem .9rem; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; line-height: 1.45; tab-size: 2; }
@media (min-width: 60rem) {
  .page { padding: 2rem 2rem 6rem; }
  .columns { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 2.5rem; align-items: start; }
  .index { display: block; position: sticky; top: 1.5rem; max-height: calc(100vh - 3rem); overflow-y: auto; }
}
@media (max-width: 40rem) {
  .entry > summary .title { flex-basis: 100%; }
  th, td { padding-right: .5rem; }
  td:first-child { min-width: 5.5rem; }
}
@media print { .entry { break-inside: avoid; } .search, .skip, .index { display: none; } }
`
