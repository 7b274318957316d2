// docs/mcp-clients.md says of other people's clients what test/clients found, and nothing else.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { clientTable } from '../clients/document.ts'
import { bridgeTo } from '../clients/drivers/bridge.ts'
import { CLIENTS } from '../clients/table.ts'
import { fencesOf, ROOT, readDocument } from './markdown.ts'

const document = readDocument('docs/mcp-clients.md')
const Packages = z.object({ devDependencies: z.record(z.string(), z.string()) })

/** Tables without what makes them even. */
function unpadded(text: string): string {
  return text.replaceAll(/ +\|/g, ' |').replaceAll(/-{3,}/g, '---').replaceAll(/\| +/g, '| ')
}

describe('docs/mcp-clients.md', () => {
  it('has the table that the tests are held to', () => {
    expect(unpadded(document.text)).toContain(unpadded(clientTable()))
  })

  it('names the versions that are run', () => {
    const { devDependencies } = Packages.parse(
      JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')),
    )
    for (const name of new Set([...CLIENTS.map((row) => row.package), 'mcp-remote'])) {
      expect(document.text).toContain(`\`${name}\` ${devDependencies[name]}`)
    }
  })

  it('has blocks that are JSON where it says so', () => {
    const blocks = fencesOf(document).filter(({ language }) => language === 'json')
    expect(blocks.length).toBeGreaterThan(3)
    for (const { body, where } of blocks) expect(() => JSON.parse(body), where).not.toThrow()
  })

  it('starts mcp-remote as the tests do', () => {
    const blocks = fencesOf(document).filter(({ body }) => body.includes('mcp-remote@'))
    const Config = z.object({
      mcpServers: z.object({ store: z.object({ args: z.array(z.string()) }) }),
    })
    const [block] = blocks
    if (block === undefined) expect.fail('there is no such block')
    const { args } = Config.parse(JSON.parse(block.body)).mcpServers.store
    const door = bridgeTo('http://127.0.0.1:8000/mcp', 'TOKEN', '/nonexistent')
    expect(args.slice(2)).toEqual('args' in door ? door.args.slice(1) : [])
  })

  it('says of each way to connect whether it is run', () => {
    const sections = document.text.split(/^## (?=From )/m).slice(1)
    expect(sections.length).toBeGreaterThan(5)
    for (const section of sections) {
      expect(section, section.split('\n')[0]).toMatch(/^(?:Run in our tests|Not run in our tests)/m)
    }
  })
})
