/** The look of all pages, without the colours of a theme. A constant: no data may be put into it. */
export const STYLE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;min-height:100vh;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:break-word}
td,dd,li,pre,h1,.notice,.foreign{overflow-wrap:anywhere}
th,button,.button{overflow-wrap:normal}
[hidden]{display:none!important}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-100vw;top:0;padding:.75rem 1rem;background:var(--paper);z-index:1}
.skip:focus{left:0}
.quiet{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.page{max-width:30rem;margin:0 auto;padding:1.5rem 1rem 4rem}
.page.wide{max-width:52rem}
.brand{display:flex;align-items:center;gap:.6rem;margin:0 0 1.5rem;font-weight:600}
.brand img{height:2rem;width:auto;max-width:10rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem}
h2{font-size:1.15rem;line-height:1.35;margin:0 0 .6rem}
p,ul,ol,dl{margin:0 0 1rem}
section+*,.scroll+section,form+section,*+.danger{margin-top:1.5rem}
.card,.danger{padding:1.1rem;border:1px solid var(--line);border-radius:10px;background:var(--panel)}
.card>:last-child,.danger>:last-child,.notice>div>:last-child{margin-bottom:0}
.danger{border-color:var(--bad)}
.danger h2{color:var(--bad)}
.notice{margin:0 0 1.25rem;padding:.75rem 1rem;border:1px solid var(--line);border-left:5px solid var(--accent);border-radius:6px;background:var(--panel)}
.card+.notice{margin-top:1.5rem}
.notice.good{border-left-color:var(--good)}
.notice.bad{border-left-color:var(--bad)}
.notice ul{margin:.4rem 0 0;padding-left:1.2rem}
.field{margin:0 0 1.1rem;border:0;padding:0}
.field>label,.field>legend{display:block;font-weight:600;margin:0 0 .25rem;padding:0}
.hint,.soft{color:var(--soft);font-size:.925rem}
.hint{display:block;margin:0 0 .35rem}
.error{display:block;color:var(--bad);font-weight:600;margin:0 0 .35rem}
input,select,textarea{font:inherit;color:inherit}
.field>input,.field>select,.field>textarea{display:block;width:100%;min-height:2.75rem;padding:.55rem .7rem;border:1px solid var(--edge);border-radius:6px;background:var(--paper)}
.field>[aria-invalid]{border:2px solid var(--bad)}
.field textarea{min-height:6rem;resize:vertical}
.field.code>input{letter-spacing:.15em;max-width:14rem;font-family:ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace}
.tick{display:flex;align-items:flex-start;gap:.6rem;min-height:1.75rem}
.tick input{width:1.5rem;height:1.5rem;margin:.05rem 0 0;flex:none;accent-color:var(--accent)}
.tick label{font-weight:400;padding:.05rem 0}
button,.button{display:inline-block;min-height:2.75rem;padding:.6rem 1.2rem;border:1px solid var(--accent);border-radius:6px;background:var(--accent);color:var(--on);font:inherit;font-weight:600;line-height:1.4;text-align:center;text-decoration:none;cursor:pointer}
button.plain,.button.plain{background:var(--paper);color:var(--accent)}
button.bad{background:var(--bad);border-color:var(--bad);color:var(--on-bad)}
button:hover,.button:hover{filter:brightness(1.08)}
form:not(.row)>button{width:100%}
form.row{display:inline}
.choices{display:grid;gap:.6rem;margin:0 0 1.25rem}
form+.choices{margin-top:.75rem}
.or{display:flex;align-items:center;gap:.75rem;margin:1.25rem 0;color:var(--soft)}
.or::before,.or::after{content:"";flex:1;border-top:1px solid var(--line)}
.links{display:flex;flex-wrap:wrap;gap:.4rem 1.25rem;list-style:none;margin:1.25rem 0 0;padding:0}
.links a{display:inline-block;padding:.3rem 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
caption{text-align:left;font-weight:600;padding:0 0 .4rem}
th,td{text-align:left;vertical-align:top;padding:.55rem .9rem .55rem 0;border-bottom:1px solid var(--line)}
th{font-size:.9rem;color:var(--soft)}
.items{list-style:none;padding:0}
.items>li{padding:.8rem 0;border-bottom:1px solid var(--line)}
dt{font-weight:600}
dd{margin:0 0 .6rem}
code,pre{font-family:ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace;font-size:.95em}
.copy{display:flex;flex-wrap:wrap;gap:.6rem;align-items:flex-start;margin:0 0 1rem}
.copy pre{flex:1 1 14rem;margin:0;padding:.6rem .8rem;border:1px solid var(--line);border-radius:6px;background:var(--paper);white-space:pre-wrap;user-select:all}
.qr{display:block;width:13rem;max-width:100%;padding:.6rem;border-radius:8px;background:#fff;margin:0 0 1rem}
.qr svg{display:block;width:100%;height:auto}
.foreign{unicode-bidi:isolate}
.unseen{white-space:nowrap;padding:0 .25em;border:1px solid var(--bad);border-radius:3px;color:var(--bad);font-size:.8em;font-family:ui-monospace,monospace}
details>summary{cursor:pointer;font-weight:600;color:var(--accent);padding:.5rem 0;min-height:2.5rem}
details.bad>summary{color:var(--bad)}
footer{margin-top:2.5rem;color:var(--soft);font-size:.9rem}
@media (min-width:40rem){.page{padding-top:3rem}form:not(.row)>button{width:auto;min-width:10rem}}
@media (prefers-reduced-motion:no-preference){button,.button{transition:filter .15s}}
@media (forced-colors:active){button,.button{border:2px solid}}
@media print{.skip,button{display:none}}
`
