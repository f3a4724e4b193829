import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build, transform } from 'esbuild'
import { putFile, removeStale } from '../src/put-file.mjs'

// Bundles the elements for browsers into dist/web: the loader colloquy.js and the worker's entry worker.js by their names,
// everything else under names that carry a hash, each beside its compressed forms.

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'dist/web')

const minifiedStyles = {
  name: 'minified-styles',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const { code } = await transform(text, { loader: 'css', minify: true, target: 'chrome120' })
      return { contents: code, loader: 'text' }
    })
  },
}

/** The server's messages are well-formed: sentences about others, which nobody reads, would be half a kilobyte of the worker. */
const trustedMessages = {
  name: 'trusted-messages',
  setup({ onLoad }) {
    onLoad({ filter: /graphql-ws[\\/]dist[\\/]common-[\w-]+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const contents = text.replace(/(?<=function validateMessage\(val\) \{\n).*?(?=\n\}\n)/s, '  return val')
      if (contents === text) throw new Error(`${path} has no validateMessage any more.`)
      return { contents, loader: 'js' }
    })
  },
}

const common = {
  absWorkingDir: root,
  outdir: folder,
  write: false,
  metafile: true,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  plugins: [minifiedStyles, trustedMessages],
}

/** Builds all files and returns them with the graph of their imports. */
export async function bundle() {
  const worker = await build({
    ...common,
    entryPoints: { worker: 'web/link/worker.ts' },
    entryNames: '[name]-[hash]',
  })
  const push = await build({
    ...common,
    entryPoints: { 'push-worker': 'web/notify/push-worker.ts' },
    format: 'iife',
    entryNames: '[name]',
  })
  const page = await build({ ...common, entryPoints: { page: 'web/sign-in/page.ts' }, entryNames: '[name]' })
  const [{ path: workerPath }] = worker.outputFiles
  const elements = await build({
    ...common,
    entryPoints: { colloquy: 'web/elements/colloquy.ts' },
    splitting: true,
    chunkNames: '[name]-[hash]',
    define: { WORKER_FILE: JSON.stringify(basename(workerPath)) },
  })
  // Hosts on another origin serve one line of their own that imports this file.
  const entry = {
    path: join(folder, 'worker.js'),
    contents: Buffer.from(`import './${basename(workerPath)}'\n`),
  }
  return {
    files: [...worker.outputFiles, ...push.outputFiles, ...page.outputFiles, ...elements.outputFiles, entry],
    outputs: { ...worker.metafile.outputs, ...page.metafile.outputs, ...elements.metafile.outputs },
  }
}

/** Builds all files and writes them. */
export async function write() {
  const { files } = await bundle()
  const styles = await Promise.all(
    ['web/demo/demo.css', 'web/sign-in/page.css'].map(async (file) => ({
      path: join(folder, basename(file)),
      contents: await readFile(join(root, file)),
    })),
  )
  const isLoader = ({ path }) => basename(path) === 'colloquy.js'
  const all = [...files.filter((file) => !isLoader(file)), ...styles, ...files.filter(isLoader)]
  for (const { path, contents } of all) {
    await putFile(`${path}.br`, await brotli(contents))
    await putFile(`${path}.gz`, await promisify(gzip)(contents, { level: 9 }))
    await putFile(path, Buffer.from(contents))
  }
  const names = all.map(({ path }) => basename(path))
  await removeStale(folder, new Set(names.flatMap((name) => [name, `${name}.br`, `${name}.gz`])))
}

function brotli(contents) {
  return promisify(brotliCompress)(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await write()
