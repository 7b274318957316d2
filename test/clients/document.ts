import { BEHAVIOURS, type Behaviour, CLIENTS, type ClientRow } from './table.ts'

/** The table as docs/mcp-clients.md has it, with the notes under it. */
export function clientTable(): string {
  const notes: string[] = []
  const note = (row: ClientRow, why: string) => {
    const name = row.name.replace(/, \w+$/, '')
    // What a bridge does is so for whoever stands before it.
    const who = { HTTP: name, 'mcp-remote': 'mcp-remote', stdio: `${name}, by stdio` }[row.way]
    const text = `${who}: ${why}.`
    if (!notes.includes(text)) notes.push(text)
    return `[${notes.indexOf(text) + 1}](#what-they-cannot)`
  }
  const cell = (row: ClientRow, behaviour: Behaviour) => {
    const why = row.cannot[behaviour]
    if (why !== undefined) return note(row, why)
    // What another row stands for was not run here.
    return row.as === undefined || row.as.but.includes(behaviour) ? 'yes' : '(yes)'
  }
  const behaviours = Object.entries(BEHAVIOURS) as [Behaviour, string][]
  const lines = [
    ['', ...CLIENTS.map(titleOf)],
    ['---', ...CLIENTS.map(() => '---')],
    ...behaviours.map(([behaviour, title]) => [
      title,
      ...CLIENTS.map((row) => cell(row, behaviour)),
    ]),
  ].map((cells) => `| ${cells.join(' | ')} |`)
  return [
    ...lines,
    '',
    '### What they cannot',
    '',
    ...notes.map((text, index) => `${index + 1}. ${text}`),
  ].join('\n')
}

function titleOf({ name, way }: ClientRow): string {
  return way === 'HTTP' ? name : `${name}, by ${way}`
}
