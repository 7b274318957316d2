// docs/codemods/0.1-to-0.2-imports.mjs: code written for 0.1 finds names where they are now.
import { describe, expect, it } from 'vitest'
import { moveImports } from '../../docs/codemods/0.1-to-0.2-imports.mjs'

describe('the script that moves imports', () => {
  it.each([
    [
      'leaves what stays',
      "import { createApp } from 'trefoil'",
      "import { createApp } from 'trefoil'",
    ],
    [
      'splits by door',
      "import { AuthContext, createApp, CookieSigner } from 'trefoil'",
      "import { createApp } from 'trefoil'\nimport { AuthContext } from 'trefoil/auth'\nimport { CookieSigner } from 'trefoil/cookies'",
    ],
    [
      'joins with what is imported from there',
      "import { createApp, keyRing } from 'trefoil'\nimport { jwtAuth } from 'trefoil/auth'\n",
      "import { createApp } from 'trefoil'\nimport { keyRing, jwtAuth } from 'trefoil/auth'\n",
    ],
    [
      'keeps types, aliases and lines',
      "import {\n  type AuthRequest,\n  createApp,\n  AuthContext as Caller,\n} from 'trefoil';\n",
      "import { createApp } from 'trefoil';\nimport { type AuthRequest, AuthContext as Caller } from 'trefoil/auth';\n",
    ],
    [
      'statements of types',
      "import type { AuthRequest, Call } from 'trefoil'",
      "import type { Call } from 'trefoil'\nimport type { AuthRequest } from 'trefoil/auth'",
    ],
    [
      'the entry of errorHandlers, not the method',
      "import { onError } from 'trefoil'\napp.onError(E, f)\nconst a = [onError(E, f)]\n",
      "import { handle } from 'trefoil'\napp.onError(E, f)\nconst a = [handle(E, f)]\n",
    ],
    [
      'the type of sent files, not that of form files',
      "import type { FileOptions } from 'trefoil/node'\nconst a: FileOptions = {}\n",
      "import type { SentFileOptions } from 'trefoil/node'\nconst a: SentFileOptions = {}\n",
    ],
    [
      'form files stay',
      "import type { FileOptions } from 'trefoil'",
      "import type { FileOptions } from 'trefoil'",
    ],
    [
      'methods of the test client',
      "await mcp.toolsCall('a')\nawait client.mcp.toolsList()\n",
      "await mcp.callTool('a')\nawait client.mcp.listTools()\n",
    ],
    [
      'what is not ours',
      "import { AuthContext, onError } from '../src/index.ts'\nonError()\n",
      "import { AuthContext, onError } from '../src/index.ts'\nonError()\n",
    ],
  ])('%s', (_, before, after) => {
    // In any order within a statement: a formatter sorts them.
    const sorted = (text: string) => text.split('\n').sort().join('\n')
    expect(sorted(moveImports(before))).toBe(sorted(after))
    expect(moveImports(moveImports(before))).toBe(moveImports(before))
  })
})
