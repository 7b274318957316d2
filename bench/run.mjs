// npm run bench -- [options] [w1 w2 w2g w2d w2r w2t w3 w3m w4 w5 w5r]; see README.md, or --help.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  // Later, and not at the top: the old Node of some machines cannot even read these.
  const { main } = await import('./lib/main.mjs')
  process.exitCode = await main(process.argv.slice(2))
} else process.exitCode = code
