import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

/** A temporary folder of this test alone, where uploads of this process are spooled. */
export class UploadFolder {
  readonly path: string
  readonly #before: string | undefined = process.env['TMPDIR']

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'trefoil-test-'))
    process.env['TMPDIR'] = this.path
  }

  /** Spooled files, with the permissions of file and folder. */
  files(): readonly { readonly name: string; readonly mode: number; readonly folder: number }[] {
    return readdirSync(this.path).flatMap((folder) =>
      readdirSync(join(this.path, folder)).map((name) => ({
        name,
        mode: statSync(join(this.path, folder, name)).mode & 0o777,
        folder: statSync(join(this.path, folder)).mode & 0o777,
      })),
    )
  }

  /** Names of everything that is there, spool folders included. */
  entries(): readonly string[] {
    return readdirSync(this.path)
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
    if (this.#before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = this.#before
  }
}
