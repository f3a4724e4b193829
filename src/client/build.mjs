import { execFileSync } from 'node:child_process'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

// Builds the package entries colloquy/client and colloquy/client/search into dist/client: a module each, their types where TypeScript is installed (a server
// in production has no use for them), and a package.json, so that frontends need not install the server.
const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')
const folder = join(root, 'dist/client')

await build({
  entryPoints: [join(here, 'client.ts'), join(here, 'search.ts')],
  outdir: folder,
  bundle: true,
  packages: 'external',
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
})
const compiler = findCompiler()
if (compiler) execFileSync(process.execPath, [compiler, '--project', here], { stdio: 'inherit' })

const { name, version, license, dependencies } = JSON.parse(
  await readFile(join(root, 'package.json'), 'utf8'),
)
const manifest = {
  name,
  version,
  description: 'The client library of Colloquy: subscriptions that resume, messages that are sent once.',
  license,
  type: 'module',
  sideEffects: false,
  exports: {
    './client': { types: './client.d.ts', default: './client.js' },
    './client/search': { types: './search.d.ts', default: './search.js' },
  },
  dependencies: { 'graphql-ws': dependencies['graphql-ws'] },
}
await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)

await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'))
await copyFile(join(here, 'README.md'), join(folder, 'README.md'))

function findCompiler() {
  const { resolve } = createRequire(import.meta.url)
  try {
    return join(dirname(resolve('typescript/package.json')), 'bin/tsc')
  } catch {
    return undefined
  }
}
