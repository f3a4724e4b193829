import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

// Bundles the server and the command line into dist/. Any number of commands may build and load at the same time: files
// are written whole, only where they differ, and what is imported before what imports it.

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'dist')
const staleAfterMs = 24 * 60 * 60 * 1000

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
await mkdir(folder, { recursive: true })
// The names of all but the two entries carry a hash of their content.
const entries = new Set(['main.js', 'cli.js'])
const isEntry = ({ path }) => entries.has(basename(path))
await Promise.all(outputFiles.filter((file) => !isEntry(file)).map(put))
await Promise.all(outputFiles.filter(isEntry).map(put))
await removeStale(new Set(outputFiles.map(({ path }) => basename(path))))

async function put({ path, contents }) {
  const present = await readFile(path).catch(() => null)
  if (present?.equals(contents)) return
  const draft = `${path}.${process.pid}`
  await writeFile(draft, contents)
  await rename(draft, path)
}

/** Earlier bundles stay for a while: a process that is starting may still load them. */
async function removeStale(current) {
  for (const name of await readdir(folder)) {
    if (current.has(name) || !/-[A-Z0-9]{8}\.js(\.map)?(\.\d+)?$/.test(name)) continue
    const path = join(folder, name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (Date.now() - mtimeMs > staleAfterMs) await rm(path, { force: true })
  }
}
