// The server and one client of a row, for its behaviours.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningServer, serve } from 'trefoil/node'
import { z } from 'zod'
import { bridgeTo } from './drivers/bridge.ts'
import type { Door, Open, OpenClient, OpenOptions } from './drivers/driver.ts'
import { createShop } from './shop.ts'
import type { ClientRow, Way } from './table.ts'

const Happened = z.object({ happened: z.array(z.string()) })

/** A running shop. */
export class RunningShop {
  readonly #happened: Map<string, string[]>
  #server: RunningServer

  private constructor(server: RunningServer, happened: Map<string, string[]>) {
    this.#server = server
    this.#happened = happened
  }

  static async start(): Promise<RunningShop> {
    const happened = new Map<string, string[]>()
    return new RunningShop(await listen(happened, 0), happened)
  }

  get url(): string {
    return `${this.#server.url}/mcp`
  }

  /** What became of a slow call. */
  happened(run: string): readonly string[] {
    return this.#happened.get(run) ?? []
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  /** Another server at the same address. */
  async restart(): Promise<void> {
    this.#server = await listen(this.#happened, Number(new URL(this.#server.url).port))
  }
}

function listen(happened: Map<string, string[]>, port: number): Promise<RunningServer> {
  return serve(createShop(happened), { port, signals: false, drainTimeout: '100ms' })
}

/** What the behaviours of a row are given. */
export class Bench {
  readonly shop: RunningShop
  readonly row: ClientRow
  readonly #open: Open
  readonly #home: string
  readonly #opened: OpenClient[] = []

  private constructor(shop: RunningShop, row: ClientRow, open: Open) {
    this.shop = shop
    this.row = row
    this.#open = open
    this.#home = mkdtempSync(join(tmpdir(), 'trefoil-clients-'))
  }

  static async of(shop: RunningShop, row: ClientRow): Promise<Bench> {
    return new Bench(shop, row, await row.open())
  }

  /** Another client of this row, which ends with the bench. */
  async open(
    token: string | null,
    options: OpenOptions & { shop?: RunningShop } = {},
  ): Promise<OpenClient> {
    const door = doorTo(this.row.way, (options.shop ?? this.shop).url, token, this.#home)
    const client = await this.#open(door, options)
    this.#opened.push(client)
    return client
  }

  /** What became of a slow call. A program that the client has started knows it alone. */
  async happened(run: string, client: OpenClient): Promise<readonly string[]> {
    if (this.row.way !== 'stdio') return this.shop.happened(run)
    const { text } = await client.call('what_happened', { run })
    return Happened.parse(JSON.parse(text)).happened
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((client) => client.close()))
    rmSync(this.#home, { recursive: true, force: true })
  }
}

const TREFOIL = join(import.meta.dirname, '../../packages/trefoil/bin/trefoil.js')
const SHOP = join(import.meta.dirname, 'shop.ts#app')

function doorTo(way: Way, url: string, token: string | null, home: string): Door {
  if (way === 'HTTP') return { url, token }
  if (way === 'mcp-remote') return bridgeTo(url, token, home)
  return {
    command: process.execPath,
    args: [TREFOIL, 'mcp', '--app', SHOP],
    env: { TREFOIL_HOME: home, ...(token === null ? {} : { TREFOIL_TOKEN: token }) },
  }
}
