import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

// Builds the package entry colloquy/client into dist/client: one module, and its types where TypeScript is installed; a
// server in production has no use for them.
const here = dirname(fileURLToPath(import.meta.url))

await build({
  entryPoints: [join(here, 'client.ts')],
  outfile: join(here, '../../dist/client/client.js'),
  bundle: true,
  packages: 'external',
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
})
const compiler = findCompiler()
if (compiler) execFileSync(process.execPath, [compiler, '--project', here], { stdio: 'inherit' })

function findCompiler() {
  const { resolve } = createRequire(import.meta.url)
  try {
    return join(dirname(resolve('typescript/package.json')), 'bin/tsc')
  } catch {
    return undefined
  }
}
