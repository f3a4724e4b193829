import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { putFile, removeStale } from './put-file.mjs'

// Bundles the server and the command line into dist/. Any number of commands may build and load at the same time: files
// are written whole, only where they differ, and what is imported before what imports it.

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'dist')

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts', 'src/cli.ts'],
  outdir: folder,
  write: false,
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
})
// The names of all but the two entries carry a hash of their content.
const entries = new Set(['main.js', 'cli.js'])
const isEntry = ({ path }) => entries.has(basename(path))
const put = ({ path, contents }) => putFile(path, contents)
await Promise.all(outputFiles.filter((file) => !isEntry(file)).map(put))
await Promise.all(outputFiles.filter(isEntry).map(put))
// A process of its own, as it is.
await putFile(join(folder, 'image-child.mjs'), await readFile(join(root, 'src/attachments/image-child.mjs')))
await removeStale(folder, new Set(outputFiles.map(({ path }) => basename(path))))
